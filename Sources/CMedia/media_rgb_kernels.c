#include "media_rgb_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Weights of the cubic (Keys, a = -0.6) for a centre a quarter sample away, in 2^-15; they add up to 2^15.
enum { NEAR = 28570, NEXT = 7885, BEYOND_NEAR = -2765, BEYOND_NEXT = -922 };
// MARK: - Plain C: the definition

static inline int16_t product(int a, int b) { return (int16_t)((a * b + (1 << 14)) >> 15); }

static inline int16_t limited(int value) { return (int16_t)(value > MEDIA_RGB_CHROMA_LIMIT ? MEDIA_RGB_CHROMA_LIMIT : value); }

static inline uint8_t level(int value) {
    value = (value + 16) >> 5;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void double_width_from(const int16_t *in, int first, int count, int16_t *out) {
    for (int i = first; i < count; i++) {
        out[2 * i] = limited(
            product(in[i], NEAR) + product(in[i - 1], NEXT) + product(in[i + 1], BEYOND_NEAR) + product(in[i - 2], BEYOND_NEXT));
        out[2 * i + 1] = limited(
            product(in[i], NEAR) + product(in[i + 1], NEXT) + product(in[i - 1], BEYOND_NEAR) + product(in[i + 2], BEYOND_NEXT));
    }
}

static inline int16_t blended(const int16_t *const rows[MEDIA_RGB_TAPS], const int16_t weights[MEDIA_RGB_TAPS], int x) {
    return (int16_t)(product(rows[0][x], weights[0]) + product(rows[1][x], weights[1]) + product(rows[2][x], weights[2]) +
                     product(rows[3][x], weights[3]));
}

static inline void colour_pixel(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int sample, int x, uint8_t *rgb) {
    const int luma = product((int16_t)(sample << sources->luma_shift), colour.luma) + colour.bias;
    const int u = blended(sources->u, sources->weights, x), v = blended(sources->v, sources->weights, x);
    rgb[3 * x] = level(luma + product(v, colour.red_of_v));
    rgb[3 * x + 1] = level(luma + product(u, colour.green_of_u) + product(v, colour.green_of_v));
    rgb[3 * x + 2] = level(luma + product(u, colour.blue_of_u));
}

static void colour_bytes_from(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int first, int count, uint8_t *rgb) {
    for (int x = first; x < count; x++) colour_pixel(sources, colour, ((const uint8_t *)sources->luma)[x], x, rgb);
}

static void colour_words_from(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int first, int count, uint8_t *rgb) {
    for (int x = first; x < count; x++) colour_pixel(sources, colour, ((const uint16_t *)sources->luma)[x], x, rgb);
}

static void double_width_baseline(const int16_t *in, int count, int16_t *out) { double_width_from(in, 0, count, out); }

static void colour_bytes_baseline(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb) {
    colour_bytes_from(sources, colour, 0, count, rgb);
}

static void colour_words_baseline(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb) {
    colour_words_from(sources, colour, 0, count, rgb);
}

static const struct media_rgb_kernels baseline = {double_width_baseline, colour_bytes_baseline, colour_words_baseline};

// MARK: - AVX2

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE static inline __attribute__((target("avx2"), always_inline))

AVX2_INLINE __m256i load(const int16_t *at) { return _mm256_loadu_si256((const __m256i *)at); }

AVX2_INLINE __m256i cubic(__m256i near, __m256i next, __m256i beyond_near, __m256i beyond_next) {
    const __m256i inner = _mm256_add_epi16(
        _mm256_mulhrs_epi16(near, _mm256_set1_epi16(NEAR)), _mm256_mulhrs_epi16(next, _mm256_set1_epi16(NEXT)));
    const __m256i outer = _mm256_add_epi16(
        _mm256_mulhrs_epi16(beyond_near, _mm256_set1_epi16(BEYOND_NEAR)),
        _mm256_mulhrs_epi16(beyond_next, _mm256_set1_epi16(BEYOND_NEXT)));
    return _mm256_min_epi16(_mm256_add_epi16(inner, outer), _mm256_set1_epi16(MEDIA_RGB_CHROMA_LIMIT));
}

AVX2 static void double_width_avx2(const int16_t *in, int count, int16_t *out) {
    int i = 0;
    for (; i + 16 <= count; i += 16) {
        const __m256i before = load(in + i - 1), here = load(in + i), after = load(in + i + 1);
        const __m256i even = cubic(here, before, after, load(in + i - 2)), odd = cubic(here, after, before, load(in + i + 2));
        const __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
        _mm256_storeu_si256((__m256i *)(out + 2 * i), _mm256_permute2x128_si256(low, high, 0x20));
        _mm256_storeu_si256((__m256i *)(out + 2 * i + 16), _mm256_permute2x128_si256(low, high, 0x31));
    }
    double_width_from(in, i, count, out);
}

AVX2_INLINE __m256i blend(const int16_t *const rows[MEDIA_RGB_TAPS], const __m256i weights[MEDIA_RGB_TAPS], int x) {
    const __m256i a = _mm256_add_epi16(
        _mm256_mulhrs_epi16(load(rows[0] + x), weights[0]), _mm256_mulhrs_epi16(load(rows[1] + x), weights[1]));
    const __m256i b = _mm256_add_epi16(
        _mm256_mulhrs_epi16(load(rows[2] + x), weights[2]), _mm256_mulhrs_epi16(load(rows[3] + x), weights[3]));
    return _mm256_add_epi16(a, b);
}

/// Stores 16 pixels from channels in 16-bit lanes, 1/32 level.
AVX2_INLINE void store_pixels(__m256i red, __m256i green, __m256i blue, uint8_t *rgb) {
    // In each half: red 0-7, green 8-15 in one register and blue in the other become 24 bytes.
    const __m256i pairs = _mm256_packus_epi16(_mm256_srai_epi16(red, 5), _mm256_srai_epi16(green, 5));
    blue = _mm256_srai_epi16(blue, 5);
    const __m256i blues = _mm256_packus_epi16(blue, blue);
    const __m256i pairs_first =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 8, -1, 1, 9, -1, 2, 10, -1, 3, 11, -1, 4, 12, -1, 5));
    const __m256i blues_first =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1));
    const __m256i pairs_last =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(13, -1, 6, 14, -1, 7, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1));
    const __m256i blues_last =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, -1, -1, -1, -1, -1, -1));
    const __m256i first = _mm256_or_si256(_mm256_shuffle_epi8(pairs, pairs_first), _mm256_shuffle_epi8(blues, blues_first));
    const __m256i last = _mm256_or_si256(_mm256_shuffle_epi8(pairs, pairs_last), _mm256_shuffle_epi8(blues, blues_last));
    _mm_storeu_si128((__m128i *)rgb, _mm256_castsi256_si128(first));
    _mm_storel_epi64((__m128i *)(rgb + 16), _mm256_castsi256_si128(last));
    _mm_storeu_si128((__m128i *)(rgb + 24), _mm256_extracti128_si256(first, 1));
    _mm_storel_epi64((__m128i *)(rgb + 40), _mm256_extracti128_si256(last, 1));
}

/// Sixteen pixels at a time; returns how many were done.
AVX2_INLINE int colour_avx2(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb, int words) {
    __m256i weights[MEDIA_RGB_TAPS];
    for (int i = 0; i < MEDIA_RGB_TAPS; i++) weights[i] = _mm256_set1_epi16(sources->weights[i]);
    const __m256i of_luma = _mm256_set1_epi16(colour.luma), bias = _mm256_set1_epi16((int16_t)(colour.bias + 16));
    const __m256i red_of_v = _mm256_set1_epi16(colour.red_of_v), blue_of_u = _mm256_set1_epi16(colour.blue_of_u);
    const __m256i green_of_u = _mm256_set1_epi16(colour.green_of_u), green_of_v = _mm256_set1_epi16(colour.green_of_v);
    const __m128i shift = _mm_cvtsi32_si128(sources->luma_shift);
    int x = 0;
    for (; x + 16 <= count; x += 16) {
        const __m256i samples = words
            ? _mm256_loadu_si256((const __m256i *)((const uint16_t *)sources->luma + x))
            : _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)((const uint8_t *)sources->luma + x)));
        const __m256i luma = _mm256_add_epi16(_mm256_mulhrs_epi16(_mm256_sll_epi16(samples, shift), of_luma), bias);
        const __m256i u = blend(sources->u, weights, x), v = blend(sources->v, weights, x);
        const __m256i green = _mm256_add_epi16(
            luma, _mm256_add_epi16(_mm256_mulhrs_epi16(u, green_of_u), _mm256_mulhrs_epi16(v, green_of_v)));
        store_pixels(
            _mm256_add_epi16(luma, _mm256_mulhrs_epi16(v, red_of_v)), green,
            _mm256_add_epi16(luma, _mm256_mulhrs_epi16(u, blue_of_u)), rgb + 3 * x);
    }
    return x;
}

AVX2 static void colour_bytes_avx2(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb) {
    colour_bytes_from(sources, colour, colour_avx2(sources, colour, count, rgb, 0), count, rgb);
}

AVX2 static void colour_words_avx2(
    const struct media_rgb_sources *sources, struct media_rgb_colour colour, int count, uint8_t *rgb) {
    colour_words_from(sources, colour, colour_avx2(sources, colour, count, rgb, 1), count, rgb);
}

static const struct media_rgb_kernels avx2 = {double_width_avx2, colour_bytes_avx2, colour_words_avx2};
#endif

const struct media_rgb_kernels *media_rgb_kernels_choose(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return &avx2;
#endif
    return &baseline;
}
