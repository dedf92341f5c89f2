#include <math.h>

#include "image_kernels.h"
#include "image_lanes.h"

size_t image_affine_scratch(int height, int width) { return ((size_t)height + 2) * ((size_t)width + 2) * 4 + 8; }

/// Copies a frame as four bytes a pixel, with its edge replicated once all around.
static void image_pad(const uint8_t *source, int height, int width, uint8_t *padded) {
    size_t stride = ((size_t)width + 2) * 4;
    for (int y = 0; y < height; y++) {
        const uint8_t *in = source + (size_t)y * width * 3;
        uint8_t *out = padded + (y + 1) * stride;
        memcpy(out, in, 3);
        for (int x = 0; x + 1 < width; x++) memcpy(out + 4 + x * 4, in + x * 3, 4);
        memcpy(out + (size_t)width * 4, in + (size_t)(width - 1) * 3, 3);
        memcpy(out + (size_t)(width + 1) * 4, in + (size_t)(width - 1) * 3, 3);
    }
    memcpy(padded, padded + stride, stride);
    memcpy(padded + (size_t)(height + 1) * stride, padded + (size_t)height * stride, stride);
}

/// Whether the output pixel shows a point of the source, in the order of operations of Pillow's transform.
static int image_inside(const double m[6], int x, int y, int height, int width) {
    double cx = x + 0.5, cy = y + 0.5;
    double sx = m[0] * cx + m[1] * cy + m[2];
    double sy = m[3] * cx + m[4] * cy + m[5];
    return sx >= 0 && sx < width && sy >= 0 && sy < height;
}

/// Interpolates `count` pixels from point (sx, sy), in units of 2^-32 pixels of the padded frame, by steps (dx, dy).
IMAGE_KERNEL
static void image_walk(
    const uint8_t *padded, size_t stride, int64_t sx, int64_t sy, int64_t dx, int64_t dy, int count, uint8_t *output) {
    for (int i = 0; i < count; i++, sx += dx, sy += dy) {
        const uint8_t *corner = padded + (size_t)(sy >> 32) * stride + (size_t)(sx >> 32) * 4;
        int16_t weight_x = (sx >> 17) & 0x7FFF, weight_y = (sy >> 17) & 0x7FFF;
        u8x8 upper_bytes, lower_bytes;
        memcpy(&upper_bytes, corner, sizeof upper_bytes);
        memcpy(&lower_bytes, corner + stride, sizeof lower_bytes);
        i16x8 upper = __builtin_convertvector(upper_bytes, i16x8), lower = __builtin_convertvector(lower_bytes, i16x8);
        i32x8 step = (__builtin_convertvector((i16x8)((lower - upper) * 128), i32x8) * (int32_t)weight_y) >> 16;
        i16x8 pair = (upper << IMAGE_VALUE_BITS) + __builtin_convertvector(step, i16x8);
        i16x4 a = __builtin_shufflevector(pair, pair, 0, 1, 2, 3), b = __builtin_shufflevector(pair, pair, 4, 5, 6, 7);
        image_store(output + i * 3, image_lerp_values(a, b, weight_x), i + 1 == count);
    }
}

/// One frame, from its padded copy.
static void image_affine_frame(
    const uint8_t *padded, int height, int width, const double m[6], uint8_t fill, uint8_t *output) {
    const double one = 4294967296.0;
    int64_t dx = llround(m[0] * one), dy = llround(m[3] * one);
    for (int y = 0; y < height; y++, output += (size_t)width * 3) {
        int first = 0, last = width;
        while (first < width && !image_inside(m, first, y, height, width)) first++;
        while (last > first && !image_inside(m, last - 1, y, height, width)) last--;
        memset(output, fill, (size_t)first * 3);
        memset(output + (size_t)last * 3, fill, (size_t)(width - last) * 3);
        if (first == last) continue;
        // The padded frame begins one pixel earlier, and pixel centres lie at half-integers: + 1 - 0.5.
        double cx = first + 0.5, cy = y + 0.5;
        int64_t sx = llround((m[0] * cx + m[1] * cy + m[2] + 0.5) * one);
        int64_t sy = llround((m[3] * cx + m[4] * cy + m[5] + 0.5) * one);
        image_walk(padded, ((size_t)width + 2) * 4, sx, sy, dx, dy, last - first, output + (size_t)first * 3);
    }
}

void image_affine(
    const uint8_t *source, int frames, int height, int width, const double matrix[6], uint8_t fill, uint8_t *output,
    void *scratch) {
    size_t bytes = (size_t)height * width * 3;
    for (int t = 0; t < frames; t++) {
        image_pad(source + t * bytes, height, width, scratch);
        image_affine_frame(scratch, height, width, matrix, fill, output + t * bytes);
    }
}
