#include "media_libraries.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>

uint32_t media_libavformat_version(void) { return avformat_version(); }
uint32_t media_libavcodec_version(void) { return avcodec_version(); }
uint32_t media_libavutil_version(void) { return avutil_version(); }

bool media_has_decoder(const char *name) { return avcodec_find_decoder_by_name(name) != NULL; }
bool media_has_encoder(const char *name) { return avcodec_find_encoder_by_name(name) != NULL; }
