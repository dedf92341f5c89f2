// e to the x and the error function in f32 without branches, so that loops of them become vectors; the library's take one element a
// call. The coefficients make the largest relative error least: weighted least squares on Chebyshev nodes, weighted again by the error.

/// 2 to the n, for whole n of a normal result.
static inline float power_of_two(int32_t n) {
    const union {
        uint32_t bits;
        float value;
    } power = {(uint32_t)(n + 127) << 23};
    return power.value;
}

/// e to the x, within 1 unit in the last place; denormal, 0, infinite and NaN where e to the x is.
static inline float exponential(float x) {
    // Beyond these the result is 0 or infinite. NaN stays.
    const float bounded = x < -104 ? -104 : x > 89 ? 89 : x;
    // x = n ln 2 + r; adding this number rounds to whole ones, which are then its last bits.
    const union {
        float value;
        uint32_t bits;
    } rounded = {bounded * 0x1.715476p+0f + 0x1.8p+23f};
    const float n = rounded.value - 0x1.8p+23f;
    float r = bounded - n * 0x1.63p-1f;
    r = r + n * 0x1.bd0106p-13f;
    float sum = 0x1.6a2434p-10f;
    sum = sum * r + 0x1.1239e2p-7f;
    sum = sum * r + 0x1.5558f2p-5f;
    sum = sum * r + 0x1.555492p-3f;
    sum = sum * r + 0x1.fffffcp-2f;
    const float value = r * r * sum + r + 1;
    // In two steps, since 2 to the n alone may not be normal.
    const int32_t power = (int32_t)(rounded.bits - 0x4B400000u), half = power >> 1;
    return value * power_of_two(half) * power_of_two(power - half);
}

/// The error function, within 2 units in the last place.
static inline float error_function(float x) {
    const float size = x < 0 ? -x : x, square = x * x;
    // Near 0: x times a polynomial of x².
    float small = 0x1.496a3p-14f;
    small = small * square - 0x1.a3f7p-11f;
    small = small * square + 0x1.5405b2p-8f;
    small = small * square - 0x1.b7f90ep-6f;
    small = small * square + 0x1.ce2cf8p-4f;
    small = small * square - 0x1.81273ep-2f;
    small = small * square + 0x1.06eba8p-3f;
    small = small * x + x;
    // Elsewhere: 1 - e to a polynomial of |x|, which is 1 from 4 on.
    const float bounded = size > 4 ? 4 : size;
    float large = -0x1.6c066cp-16f;
    large = large * bounded + 0x1.ceeadp-12f;
    large = large * bounded - 0x1.1398fp-8f;
    large = large * bounded + 0x1.9d0bcep-6f;
    large = large * bounded - 0x1.bc18ccp-4f;
    large = large * bounded - 0x1.4434fp-1f;
    large = large * bounded - 0x1.212c2cp+0f;
    large = large * bounded + 0x1.8b3e2cp-13f;
    large = 1 - exponential(large);
    return size < 1 ? small : x != x ? x : x < 0 ? -large : large;
}
