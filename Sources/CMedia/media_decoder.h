#ifndef SEMISUP_MEDIA_DECODER_H
#define SEMISUP_MEDIA_DECODER_H

#include "media_reader_state.h"

/// The decoder of a codec, or NULL. libavcodec's own show VP9 and AV1 that are damaged as if they were whole; the codecs' own
/// libraries notice.
const AVCodec *media_decoder_find(enum AVCodecID codec);
/// Opens the decoder of the reader's stream.
enum media_status media_decoder_open(struct media_reader *reader);
/// Tells the decoder, where it is open, what the reader's mode asks for.
void media_decoder_set_mode(struct media_reader *reader);

#endif
