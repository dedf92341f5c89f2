#ifndef SEMISUP_MEDIA_SOUND_INTERNAL_H
#define SEMISUP_MEDIA_SOUND_INTERNAL_H

struct media_reader;

/// Frees what reading sound has opened.
void media_sound_close(struct media_reader *reader);

#endif
