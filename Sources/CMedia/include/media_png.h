#ifndef SEMISUP_MEDIA_PNG_H
#define SEMISUP_MEDIA_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "media_status.h"

/// Encodes an RGB picture `[height, width, 3]` as PNG. `*bytes` is freed with `media_png_free`.
enum media_status media_png_encode(const uint8_t *pixels, int width, int height, uint8_t **bytes, size_t *count);
/// Decodes a PNG of 8-bit RGB; `*pixels` is `[height, width, 3]`, freed with `media_png_free`.
enum media_status media_png_decode(const uint8_t *bytes, size_t count, uint8_t **pixels, int *width, int *height);
void media_png_free(uint8_t *buffer);

#endif
