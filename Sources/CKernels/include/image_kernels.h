#pragma once
#include <stddef.h>
#include <stdint.h>

// Operations on u8 RGB pictures, interleaved, row after row, without padding. A `count` is a number of bytes, `pixels` a
// number of pixels. Sources and destinations do not overlap. Results do not depend on the instruction set: the arithmetic is in
// integers, or in floats without contraction.

/// A crop of a picture and the size that it is brought to.
typedef struct {
    int top, left, height, width;
    int output_height, output_width;
    int mirrored;
} image_window;

/// The bytes of scratch memory, aligned to 8, that `image_resize` needs.
size_t image_resize_scratch(const image_window *window);

/// Crops, resizes (bilinear, pixel centres, no antialias, edges of the crop replicated) and mirrors every frame, in one pass.
void image_resize(
    const uint8_t *source, int frames, int height, int width, const image_window *window, uint8_t *output, void *scratch);

/// The bytes of scratch memory, aligned to 8, that `image_affine` needs.
size_t image_affine_scratch(int height, int width);

/// Moves every frame: output pixel (x, y), at centre (x + 0.5, y + 0.5), shows the source at
/// (m[0] x + m[1] y + m[2], m[3] x + m[4] y + m[5]), bilinear; `fill` where that lies outside the source.
void image_affine(
    const uint8_t *source, int frames, int height, int width, const double matrix[6], uint8_t fill, uint8_t *output,
    void *scratch);

/// Keeps the `bits` highest bits of each value.
void image_posterize(const uint8_t *source, size_t count, int bits, uint8_t *output);

/// Inverts values that are at least `threshold`.
void image_solarize(const uint8_t *source, size_t count, int threshold, uint8_t *output);

/// Stretches each channel of one frame to 0...255.
void image_autocontrast(const uint8_t *source, size_t pixels, uint8_t *output);

/// Equalises the histogram of each channel of one frame.
void image_equalize(const uint8_t *source, size_t pixels, uint8_t *output);

/// Blends with the grey picture of the same luma.
void image_color(const uint8_t *source, size_t pixels, float factor, uint8_t *output);

/// Blends one frame with its mean luma.
void image_contrast(const uint8_t *source, size_t pixels, float factor, uint8_t *output);

/// Blends with black.
void image_brightness(const uint8_t *source, size_t count, float factor, uint8_t *output);

/// Blends one frame with its smoothed form.
void image_sharpness(const uint8_t *source, int height, int width, float factor, uint8_t *output);

/// Sets the rectangle [top, bottom) x [left, right), which lies inside, to `level` in every frame.
void image_fill(
    uint8_t *clip, int frames, int height, int width, int top, int bottom, int left, int right, uint8_t level);

/// (value - mean) / deviation for each channel, subtraction and division rounded to float.
void image_normalize(const uint8_t *source, size_t pixels, const float mean[3], const float deviation[3], float *output);

/// (current - next + 255) / 2, rounded down: half the difference of two pictures, 127 where they are equal.
void image_half_difference(const uint8_t *current, const uint8_t *next, size_t count, uint8_t *output);
