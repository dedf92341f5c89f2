// Normal values by Box and Muller (1958), some at a time. The arithmetic is our own and never contracted, so that every kernel set
// and every C library draws the same bits.

/// The natural logarithm of `x`, which is positive and not subnormal.
ALWAYS_INLINE double natural_logarithm(double x) {
#pragma clang fp contract(off)
    // x is 2^exponent times a mantissa from sqrt(1/2) to sqrt(2), whose logarithm is 2 artanh(ratio).
    const uint64_t lowest = 0x3FE6A09E667F3BCD;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int64_t exponent = (int64_t)(bits - lowest) >> 52;
    bits -= (uint64_t)exponent << 52;
    double mantissa;
    memcpy(&mantissa, &bits, sizeof mantissa);
    const double ratio = (mantissa - 1) / (mantissa + 1), square = ratio * ratio;
    double sum = 1.0 / 21;
    sum = sum * square + 1.0 / 19;
    sum = sum * square + 1.0 / 17;
    sum = sum * square + 1.0 / 15;
    sum = sum * square + 1.0 / 13;
    sum = sum * square + 1.0 / 11;
    sum = sum * square + 1.0 / 9;
    sum = sum * square + 1.0 / 7;
    sum = sum * square + 1.0 / 5;
    sum = sum * square + 1.0 / 3;
    return (double)exponent * 0.69314718055994530942 + 2 * (ratio + ratio * square * sum);
}

/// Cosine and sine of 2 pi `turns`, from 0 to before 1.
ALWAYS_INLINE void cosine_and_sine(double turns, double *cosine, double *sine) {
#pragma clang fp contract(off)
    // The nearest quarter, and what is left of the angle: at most an eighth.
    const double round = 0x1.8p52, shifted = 4 * turns + round;
    uint64_t quarter;
    memcpy(&quarter, &shifted, sizeof quarter);
    const double angle = (4 * turns - (shifted - round)) * 1.57079632679489661923, square = angle * angle;
    double even = 1.0 / 20922789888000, odd = 1.0 / 355687428096000;
    even = even * square - 1.0 / 87178291200;
    odd = odd * square - 1.0 / 1307674368000;
    even = even * square + 1.0 / 479001600;
    odd = odd * square + 1.0 / 6227020800;
    even = even * square - 1.0 / 3628800;
    odd = odd * square - 1.0 / 39916800;
    even = even * square + 1.0 / 40320;
    odd = odd * square + 1.0 / 362880;
    even = even * square - 1.0 / 720;
    odd = odd * square - 1.0 / 5040;
    even = even * square + 1.0 / 24;
    odd = odd * square + 1.0 / 120;
    const double c = 1 - square * (0.5 - square * even), s = angle - angle * square * (1.0 / 6 - square * odd);
    const double across = quarter & 1 ? s : c, along = quarter & 1 ? c : s;
    *cosine = (quarter + 1) & 2 ? -across : across;
    *sine = quarter & 2 ? -along : along;
}

enum { normal_pairs = 64 };

/// The values of `normal_pairs` pairs from element `position` on, the even and the odd elements apart.
static void normal_block(uint64_t key, uint64_t position, double standard_deviation, double *restrict even, double *restrict odd) {
#pragma clang fp contract(off)
#pragma clang loop vectorize(enable)
    for (int i = 0; i < normal_pairs; i++) {
        const uint64_t first = position + 2 * (uint64_t)i;
        const double radius = sqrt(-2 * natural_logarithm(1 - random_uniform(key, first))) * standard_deviation;
        double cosine, sine;
        cosine_and_sine(random_uniform(key, first + 1), &cosine, &sine);
        even[i] = radius * cosine;
        odd[i] = radius * sine;
    }
}
