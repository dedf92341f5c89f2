#include "media_libraries.h"

#include "media_library.h"

uint32_t media_libavformat_version(void) { return media_library_open() ? avformat_version() : 0; }
uint32_t media_libavcodec_version(void) { return media_library_open() ? avcodec_version() : 0; }
uint32_t media_libavutil_version(void) { return media_library_open_utilities() ? avutil_version() : 0; }

bool media_has_decoder(const char *name) { return media_library_open() && avcodec_find_decoder_by_name(name) != NULL; }
bool media_has_encoder(const char *name) { return media_library_open() && avcodec_find_encoder_by_name(name) != NULL; }
