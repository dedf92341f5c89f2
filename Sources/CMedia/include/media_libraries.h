#ifndef SEMISUP_MEDIA_LIBRARIES_H
#define SEMISUP_MEDIA_LIBRARIES_H

#include <stdbool.h>
#include <stdint.h>

/// Versions of the libraries: major << 16 | minor << 8 | micro; 0 where they cannot be opened.
uint32_t media_libavformat_version(void);
uint32_t media_libavcodec_version(void);
uint32_t media_libavutil_version(void);

/// Whether libavcodec has a codec of this name.
bool media_has_decoder(const char *name);
bool media_has_encoder(const char *name);

#endif
