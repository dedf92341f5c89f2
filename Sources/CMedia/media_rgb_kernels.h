#ifndef SEMISUP_MEDIA_RGB_KERNELS_H
#define SEMISUP_MEDIA_RGB_KERNELS_H

#include <stdint.h>

// Fixed point in 16 bits. Chroma is signed about neutral in steps of 1/128 of an 8-bit level; products round to nearest
// (a * b + 2^14) >> 15, which AVX2 has as one instruction. Every set of kernels gives the same bits.

enum {
    MEDIA_RGB_TAPS = 4,
    /// Samples to spare before and after a row.
    MEDIA_RGB_MARGIN = 16,
    /// The most that a widened row of chroma holds: libswscale's cannot represent more either.
    MEDIA_RGB_CHROMA_LIMIT = 16383,
};

/// Integer colour matrix. `luma`, and the chroma factors, are a quarter of the factor in 2^-15; biases are in 1/32 level.
struct media_rgb_colour {
    int16_t luma, red_of_v, green_of_u, green_of_v, blue_of_u, bias;
};

/// What the last stage of a row reads: luma samples, and for each plane of chroma four rows with their weights in 2^-15.
struct media_rgb_sources {
    const void *luma;
    /// Luma holds its value in the high bits after this shift to the left.
    int luma_shift;
    const int16_t *u[MEDIA_RGB_TAPS], *v[MEDIA_RGB_TAPS];
    int16_t weights[MEDIA_RGB_TAPS];
};

struct media_rgb_kernels {
    /// Doubles the width of a row of chroma with the cubic taps of a quarter sample: `in[-2 ... count + 1]` and a margin after
    /// both rows exist.
    void (*double_width)(const int16_t *in, int count, int16_t *out);
    /// Blends chroma over height and turns a row of `count` pixels of 8-bit luma to RGB.
    void (*colour_bytes)(const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb);
    /// The same for luma in 16-bit words.
    void (*colour_words)(const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb);
};

/// The fastest set that this machine runs.
const struct media_rgb_kernels *media_rgb_kernels_choose(void);

#endif
