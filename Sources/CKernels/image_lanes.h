#pragma once
#include <stdint.h>
#include <string.h>

// What the image kernels share: one source, compiled for AVX2 too and chosen when the library is loaded.

#if defined(__x86_64__) && defined(__linux__)
#define IMAGE_KERNEL __attribute__((target_clones("avx2", "default")))
#else
#define IMAGE_KERNEL
#endif

#pragma STDC FP_CONTRACT OFF

// Interpolated values have 6 bits below the point, weights are in units of 1 / 32768: two passes are exact to 1/32 of a level.
#define IMAGE_VALUE_BITS 6
#define IMAGE_WEIGHT_ONE 32768

/// The value `weight` / 32768 of the way from `a` to `b`, levels in 0...255; the result has 6 bits below the point.
static inline int16_t image_lerp_levels(int a, int b, int16_t weight) {
    return (int16_t)((a << IMAGE_VALUE_BITS) + (((int16_t)((b - a) * 128) * weight) >> 16));
}

typedef int16_t i16x4 __attribute__((vector_size(8)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef uint8_t u8x4 __attribute__((vector_size(4)));
typedef uint8_t u8x8 __attribute__((vector_size(8)));
typedef int32_t i32x8 __attribute__((vector_size(32)));

/// The same for four interpolated values, rounded to levels.
static inline u8x4 image_lerp_values(i16x4 a, i16x4 b, int16_t weight) {
    i32x4 step = (__builtin_convertvector((i16x4)((b - a) * 2), i32x4) * (int32_t)weight) >> 16;
    i16x4 value = a + __builtin_convertvector(step, i16x4);
    return __builtin_convertvector((i16x4)((value + 32) >> IMAGE_VALUE_BITS), u8x4);
}

/// Stores a pixel. Four bytes are one instruction, three are two: the fourth is overwritten by the next pixel.
static inline void image_store(uint8_t *output, u8x4 pixel, int is_last) {
    if (is_last) {
        memcpy(output, &pixel, 3);
    } else {
        memcpy(output, &pixel, 4);
    }
}
