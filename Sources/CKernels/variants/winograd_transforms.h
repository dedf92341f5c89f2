// The transforms of Winograd's minimal filtering F(m x m, 3 x 3) along one axis, m = 2 or 4 (Lavin and Gray 2016).
//
// A tile of m outputs is found from m + 2 inputs with m + 2 products. For m = 4 the polynomials are interpolated at 0, +-3/4,
// +-3/2 and infinity: exact in binary, and the error is twice that of the plain sum (at 0, +-1, +-2 it is five times).

#define WINOGRAD_P 0.75f
#define WINOGRAD_Q 1.5f
#define WINOGRAD_PP 0.5625f
#define WINOGRAD_QQ 2.25f

enum { winograd_most = 6 };

static const float winograd_factor_zero = 1 / (WINOGRAD_PP * WINOGRAD_QQ);
static const float winograd_factor_p = 1 / (2 * WINOGRAD_PP * (WINOGRAD_PP - WINOGRAD_QQ));
static const float winograd_factor_q = 1 / (2 * WINOGRAD_QQ * (WINOGRAD_QQ - WINOGRAD_PP));

/// v = B' d, m + 2 values from m + 2.
ALWAYS_INLINE void winograd_input(const int m, const floats *d, floats *v, const int step) {
    if (m == 2) {
        v[0] = d[0] - d[2 * step];
        v[step] = d[step] + d[2 * step];
        v[2 * step] = d[2 * step] - d[step];
        v[3 * step] = d[step] - d[3 * step];
        return;
    }
    const floats d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    const floats even_p = d4 - WINOGRAD_QQ * d2, odd_p = WINOGRAD_P * (d3 - WINOGRAD_QQ * d1);
    const floats even_q = d4 - WINOGRAD_PP * d2, odd_q = WINOGRAD_Q * (d3 - WINOGRAD_PP * d1);
    v[0] = WINOGRAD_PP * WINOGRAD_QQ * d0 - (WINOGRAD_PP + WINOGRAD_QQ) * d2 + d4;
    v[step] = even_p + odd_p;
    v[2 * step] = even_p - odd_p;
    v[3 * step] = even_q + odd_q;
    v[4 * step] = even_q - odd_q;
    v[5 * step] = WINOGRAD_PP * WINOGRAD_QQ * d1 - (WINOGRAD_PP + WINOGRAD_QQ) * d3 + d5;
}

/// u = G g, m + 2 values from 3.
ALWAYS_INLINE void winograd_kernel(const int m, const floats *g, floats *u, const int step) {
    const floats g0 = g[0], g1 = g[step], g2 = g[2 * step];
    if (m == 2) {
        const floats even = 0.5f * (g0 + g2), odd = 0.5f * g1;
        u[0] = g0;
        u[step] = even + odd;
        u[2 * step] = even - odd;
        u[3 * step] = g2;
        return;
    }
    const floats even_p = winograd_factor_p * (g0 + WINOGRAD_PP * g2), odd_p = winograd_factor_p * WINOGRAD_P * g1;
    const floats even_q = winograd_factor_q * (g0 + WINOGRAD_QQ * g2), odd_q = winograd_factor_q * WINOGRAD_Q * g1;
    u[0] = winograd_factor_zero * g0;
    u[step] = even_p + odd_p;
    u[2 * step] = even_p - odd_p;
    u[3 * step] = even_q + odd_q;
    u[4 * step] = even_q - odd_q;
    u[5 * step] = g2;
}

/// g = G' u, 3 values from m + 2: the gradient of `winograd_kernel`.
ALWAYS_INLINE void winograd_kernel_gradient(const int m, const floats *u, floats *g, const int step) {
    if (m == 2) {
        g[0] = u[0] + 0.5f * (u[step] + u[2 * step]);
        g[step] = 0.5f * (u[step] - u[2 * step]);
        g[2 * step] = 0.5f * (u[step] + u[2 * step]) + u[3 * step];
        return;
    }
    const floats even_p = winograd_factor_p * (u[step] + u[2 * step]), odd_p = winograd_factor_p * (u[step] - u[2 * step]);
    const floats even_q = winograd_factor_q * (u[3 * step] + u[4 * step]), odd_q = winograd_factor_q * (u[3 * step] - u[4 * step]);
    const floats last = u[5 * step];
    g[0] = winograd_factor_zero * u[0] + even_p + even_q;
    g[step] = WINOGRAD_P * odd_p + WINOGRAD_Q * odd_q;
    g[2 * step] = WINOGRAD_PP * even_p + WINOGRAD_QQ * even_q + last;
}

/// y = A' p, m values from m + 2.
ALWAYS_INLINE void winograd_output(const int m, const floats *p, floats *y, const int step) {
    const floats p0 = p[0], p1 = p[step], p2 = p[2 * step], p3 = p[3 * step];
    if (m == 2) {
        y[0] = p0 + p1 + p2;
        y[step] = p1 - p2 - p3;
        return;
    }
    const floats p4 = p[4 * step], p5 = p[5 * step];
    const floats even_p = p1 + p2, odd_p = WINOGRAD_P * (p1 - p2), even_q = p3 + p4, odd_q = WINOGRAD_Q * (p3 - p4);
    y[0] = p0 + even_p + even_q;
    y[step] = odd_p + odd_q;
    y[2 * step] = WINOGRAD_PP * even_p + WINOGRAD_QQ * even_q;
    y[3 * step] = WINOGRAD_PP * odd_p + WINOGRAD_QQ * odd_q + p5;
}

/// p = A y, m + 2 values from m: the gradient of `winograd_output`.
ALWAYS_INLINE void winograd_output_gradient(const int m, const floats *y, floats *p, const int step) {
    const floats y0 = y[0], y1 = y[step];
    if (m == 2) {
        p[0] = y0;
        p[step] = y0 + y1;
        p[2 * step] = y0 - y1;
        p[3 * step] = -y1;
        return;
    }
    const floats y2 = y[2 * step], y3 = y[3 * step];
    const floats even_p = y0 + WINOGRAD_PP * y2, odd_p = WINOGRAD_P * (y1 + WINOGRAD_PP * y3);
    const floats even_q = y0 + WINOGRAD_QQ * y2, odd_q = WINOGRAD_Q * (y1 + WINOGRAD_QQ * y3);
    p[0] = y0;
    p[step] = even_p + odd_p;
    p[2 * step] = even_p - odd_p;
    p[3 * step] = even_q + odd_q;
    p[4 * step] = even_q - odd_q;
    p[5 * step] = y3;
}
