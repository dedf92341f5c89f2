#ifndef SEMISUP_MEDIA_RGB_H
#define SEMISUP_MEDIA_RGB_H

#include "media_library.h"

#include <stdbool.h>

#include "media_status.h"

struct media_rgb_taps;

/// What a conversion works in, kept from frame to frame.
struct media_rgb_workspace {
    int16_t *samples;
    size_t count;
    /// Where the chroma of each row, then of each column, comes from, for the sizes that they were made for.
    struct media_rgb_taps *taps;
    int width, height, chroma_width, chroma_height;
};
void media_rgb_workspace_free(struct media_rgb_workspace *workspace);

/// Whether frames of a pixel format can be converted: Y'CbCr, RGB and grey, planar or packed, of bytes or words. Not palettes, bits,
/// floating point, mosaics and what is kept in a device's memory.
bool media_rgb_converts(enum AVPixelFormat format);

/// Converts a frame to RGB, `[height, width, 3]`, with the matrix and range that the frame names (unspecified: BT.601, limited).
///
/// The result is within one level of libswscale's with accurate rounding and full chroma: chroma is interpolated by its
/// default cubic filter (Keys, a = -0.6) between sample centres, which are stretched from the chroma plane's size to the
/// picture's where that is odd. RGB is copied, where it has more bits or fewer, rounded to eight; alpha is left out.
enum media_status media_rgb_convert(const AVFrame *frame, struct media_rgb_workspace *workspace, uint8_t *pixels);

#endif
