#ifndef SEMISUP_MEDIA_PICTURE_H
#define SEMISUP_MEDIA_PICTURE_H

#include "media_library.h"

#include "media_reader.h"

/// Looks into packets of one stream without decoding them: libavcodec's parser for the order of pictures, and the headers of
/// H.264's NAL units for what the parser does not tell.
struct media_inspector;

/// NULL when memory is exhausted or the codec is not H.264.
struct media_inspector *media_inspector_create(const AVCodecParameters *parameters);
void media_inspector_free(struct media_inspector *inspector);
void media_inspector_look(struct media_inspector *inspector, const AVPacket *packet, struct media_picture *picture);

/// Bytes of the length before each NAL unit of H.264 or HEVC; 0 where start codes separate them.
int media_unit_length_size(const AVCodecParameters *parameters);
/// The next NAL unit at or after `*at`, with its length; NULL at the end or where lengths do not fit. Where start codes separate
/// units it reaches to the end.
const uint8_t *media_next_unit(const uint8_t **at, const uint8_t *end, int length_size, size_t *count);

/// How many MPEG-4 Part 2 pictures (VOPs) begin in the packet.
int media_mpeg4_picture_count(const AVPacket *packet);

/// 'I', 'P', 'B' or '?'.
char media_picture_letter(enum AVPictureType type);

#endif
