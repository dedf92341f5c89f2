#include "image_kernels.h"
#include "image_lanes.h"

// The operations of Pillow's ImageEnhance, to the bit (its Blend.c, Convert.c and Filter.c).

/// Pillow's blend in float: truncated, and clipped where it extrapolates.
static inline uint8_t image_blend(int from, int to, float factor) {
    float value = (float)from + factor * (float)(to - from);
    value = value < 0.0f ? 0.0f : value;
    value = value > 255.0f ? 255.0f : value;
    return (uint8_t)(int)value;
}

/// ITU-R 601 luma in 16-bit fixed point, rounded.
static inline uint32_t image_luma(const uint8_t *pixel) {
    return (pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >> 16;
}

enum { image_run = 512 };

/// Blends a run of pixels with grey levels.
IMAGE_KERNEL
static void image_blend_grey(
    const uint8_t *restrict source, const uint8_t *restrict grey, size_t count, float factor, uint8_t *restrict output) {
    for (size_t i = 0; i < count; i++) output[i] = image_blend(grey[i], source[i], factor);
}

void image_color(const uint8_t *source, size_t pixels, float factor, uint8_t *output) {
    uint8_t grey[image_run * 3];
    for (size_t start = 0; start < pixels; start += image_run) {
        size_t run = pixels - start < image_run ? pixels - start : image_run;
        const uint8_t *in = source + start * 3;
        for (size_t i = 0; i < run; i++) grey[i * 3] = grey[i * 3 + 1] = grey[i * 3 + 2] = (uint8_t)image_luma(in + i * 3);
        image_blend_grey(in, grey, run * 3, factor, output + start * 3);
    }
}

/// Blends with one level.
IMAGE_KERNEL
static void image_blend_level(
    const uint8_t *restrict source, size_t count, int level, float factor, uint8_t *restrict output) {
    for (size_t i = 0; i < count; i++) output[i] = image_blend(level, source[i], factor);
}

IMAGE_KERNEL
static uint64_t image_luma_sum(const uint8_t *source, size_t pixels) {
    uint64_t sum = 0;
    for (size_t i = 0; i < pixels; i++) sum += image_luma(source + i * 3);
    return sum;
}

void image_contrast(const uint8_t *source, size_t pixels, float factor, uint8_t *output) {
    int mean = (int)((double)image_luma_sum(source, pixels) / (double)pixels + 0.5);
    image_blend_level(source, pixels * 3, mean, factor, output);
}

void image_brightness(const uint8_t *source, size_t count, float factor, uint8_t *output) {
    image_blend_level(source, count, 0, factor, output);
}

/// Blends inner pixels of a row with the 3 x 3 mean that counts the middle five times. The sum over 13 is rounded in
/// integers: Pillow's float sum rounds to the same level, because no sum lies nearer than 1/26 to the boundary.
IMAGE_KERNEL
static void image_sharpen_row(const uint8_t *row, ptrdiff_t stride, ptrdiff_t count, float factor, uint8_t *restrict output) {
    const uint8_t *above = row - stride, *below = row + stride;
    for (ptrdiff_t i = 0; i < count; i++) {
        uint16_t sum = above[i - 3] + above[i] + above[i + 3] + row[i - 3] + 5 * row[i] + row[i + 3] + below[i - 3] + below[i]
            + below[i + 3] + 6;
        output[i] = image_blend((uint16_t)((sum * 5042u) >> 16), row[i], factor);
    }
}

void image_sharpness(const uint8_t *source, int height, int width, float factor, uint8_t *output) {
    size_t stride = (size_t)width * 3;
    if (height < 3 || width < 3) {
        memcpy(output, source, stride * height);
        return;
    }
    memcpy(output, source, stride);
    memcpy(output + (height - 1) * stride, source + (height - 1) * stride, stride);
    for (int y = 1; y < height - 1; y++) {
        const uint8_t *in = source + y * stride;
        uint8_t *out = output + y * stride;
        memcpy(out, in, 3);
        memcpy(out + stride - 3, in + stride - 3, 3);
        image_sharpen_row(in + 3, (ptrdiff_t)stride, (ptrdiff_t)stride - 6, factor, out + 3);
    }
}
