// Vectors of the kernel set's width, loaded from and stored to f32 or bf16.

#ifndef VECTOR_LANES
#define VECTOR_LANES 4
#endif

/// Columns are summed some vectors at a time, as many as the registers hold sums of in double.
enum { vector_lanes = VECTOR_LANES, sum_vectors = VECTOR_LANES == 16 ? 4 : 2 };

typedef float floats __attribute__((vector_size(4 * VECTOR_LANES), aligned(4), may_alias));
typedef double doubles __attribute__((vector_size(8 * VECTOR_LANES), aligned(8), may_alias));
typedef uint32_t words __attribute__((vector_size(4 * VECTOR_LANES), aligned(4)));
typedef uint64_t long_words __attribute__((vector_size(8 * VECTOR_LANES), aligned(8)));
typedef uint16_t halves __attribute__((vector_size(2 * VECTOR_LANES), aligned(2), may_alias));

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

static int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

ALWAYS_INLINE floats load_floats(const float *from) { return *(const floats *)from; }
ALWAYS_INLINE void store_floats(float *to, floats value) { *(floats *)to = value; }

// Twice as wide as a register, so not passed to functions.
#define LOAD_DOUBLES(from) (*(const doubles *)(from))
#define STORE_DOUBLES(to, value) (*(doubles *)(to) = (value))

ALWAYS_INLINE floats widened(halves value) {
    const words bits = __builtin_convertvector(value, words) << 16;
    return (floats)bits;
}

/// Rounds to nearest, ties to even; NaN stays NaN.
ALWAYS_INLINE halves narrowed(floats value) {
    const words bits = (words)value;
    const words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
    const words is_nan = (words)(value != value);
    return __builtin_convertvector((rounded & ~is_nan) | (quiet & is_nan), halves);
}

/// `count` elements from element `at` of an array of f32 or bf16, zeros after them; `count` is at most `vector_lanes`.
ALWAYS_INLINE floats load_elements(const void *from, const bool is_bf16, int64_t at, int64_t count) {
    if (count == vector_lanes)
        return is_bf16 ? widened(*(const halves *)((const uint16_t *)from + at)) : load_floats((const float *)from + at);
    floats result = {0};
    for (int64_t i = 0; i < count; i++)
        result[i] = is_bf16 ? from_bf16(((const struct bf16 *)from)[at + i]) : ((const float *)from)[at + i];
    return result;
}

ALWAYS_INLINE void store_elements(void *to, const bool is_bf16, int64_t at, int64_t count, floats value) {
    if (count == vector_lanes) {
        if (is_bf16) {
            *(halves *)((uint16_t *)to + at) = narrowed(value);
        } else {
            store_floats((float *)to + at, value);
        }
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        if (is_bf16) {
            ((struct bf16 *)to)[at + i] = to_bf16(value[i]);
        } else {
            ((float *)to)[at + i] = value[i];
        }
    }
}
