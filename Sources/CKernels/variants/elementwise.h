// Operations on each element, of REAL.

#define UNARY_ROW(name, value)                                                                                                 \
    static void TYPED(unary_##name)(void *context, int64_t count, char *const data[3], const int64_t stride[3]) {              \
        const REAL scalar = (REAL) * (const double *)context;                                                                  \
        (void)scalar;                                                                                                          \
        const REAL *x_ = (const REAL *)data[0];                                                                                \
        REAL *y_ = (REAL *)data[1];                                                                                            \
        if (stride[0] == 1 && stride[1] == 1) {                                                                                \
            _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < count; i++) {                               \
                const REAL x = x_[i];                                                                                          \
                y_[i] = (value);                                                                                               \
            }                                                                                                                  \
        } else {                                                                                                               \
            for (int64_t i = 0; i < count; i++) {                                                                              \
                const REAL x = x_[i * stride[0]];                                                                              \
                y_[i * stride[1]] = (value);                                                                                   \
            }                                                                                                                  \
        }                                                                                                                      \
    }
UNARY_ROW(negate, -x)
UNARY_ROW(exp, (REAL)(sizeof(REAL) == 4 ? exponential((float)x) : exp(x)))
UNARY_ROW(log, (REAL)(sizeof(REAL) == 4 ? logf((float)x) : log(x)))
UNARY_ROW(sqrt, (REAL)(sizeof(REAL) == 4 ? sqrtf((float)x) : sqrt(x)))
UNARY_ROW(relu, x > 0 ? x : (x != x ? x : 0))
UNARY_ROW(tanh, (REAL)(sizeof(REAL) == 4 ? tanhf((float)x) : tanh(x)))
UNARY_ROW(sigmoid, (REAL)(1 / (1 + (sizeof(REAL) == 4 ? exponential((float)-x) : exp(-x)))))
UNARY_ROW(square, x * x)
UNARY_ROW(absolute, x < 0 ? -x : x)
UNARY_ROW(add_scalar, x + scalar)
UNARY_ROW(multiply_scalar, x * scalar)
UNARY_ROW(power_scalar, (REAL)(sizeof(REAL) == 4 ? powf((float)x, (float)scalar) : pow(x, scalar)))
UNARY_ROW(maximum_scalar, x > scalar ? x : (x != x ? x : scalar))
UNARY_ROW(minimum_scalar, x < scalar ? x : (x != x ? x : scalar))
#undef UNARY_ROW

/// In f64 the library's function, one call an element, of which the compiler makes no vectors.
static void TYPED(unary_erf)(void *context, int64_t count, char *const data[3], const int64_t stride[3]) {
    (void)context;
    const REAL *x = (const REAL *)data[0];
    REAL *y = (REAL *)data[1];
    if (sizeof(REAL) == 4 && stride[0] == 1 && stride[1] == 1) {
        _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < count; i++) y[i] =
            (REAL)error_function((float)x[i]);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        y[i * stride[1]] = (REAL)(sizeof(REAL) == 4 ? error_function((float)x[i * stride[0]]) : erf(x[i * stride[0]]));
}

static const row_function TYPED(unary_rows)[] = {
    TYPED(unary_negate), TYPED(unary_exp), TYPED(unary_log), TYPED(unary_sqrt), TYPED(unary_relu), TYPED(unary_tanh),
    TYPED(unary_sigmoid), TYPED(unary_square), TYPED(unary_absolute), TYPED(unary_add_scalar), TYPED(unary_multiply_scalar),
    TYPED(unary_power_scalar), TYPED(unary_maximum_scalar), TYPED(unary_minimum_scalar), TYPED(unary_erf)};

static void TYPED(unary)(enum unary_operation operation, struct extents extents, struct array x, struct array y, double scalar) {
    struct loop loop = plan_loop(extents, 2, (struct array[]){x, y});
    run_loop(&loop, (const int64_t[]){sizeof(REAL), sizeof(REAL)}, TYPED(unary_rows)[operation], &scalar);
}

#define BINARY_LOOP(first, second, third, value)                                                                               \
    _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < count; i++) {                                       \
        const REAL a = a_[first], b = b_[second];                                                                              \
        y_[third] = (value);                                                                                                   \
    }
#define BINARY_ROW(name, value)                                                                                                \
    static void TYPED(binary_##name)(void *context, int64_t count, char *const data[3], const int64_t stride[3]) {             \
        (void)context;                                                                                                         \
        const REAL *a_ = (const REAL *)data[0], *b_ = (const REAL *)data[1];                                                   \
        REAL *y_ = (REAL *)data[2];                                                                                            \
        const int64_t sa = stride[0], sb = stride[1], sy = stride[2];                                                          \
        if (sy == 1 && sa == 1 && sb == 1) {                                                                                   \
            BINARY_LOOP(i, i, i, value)                                                                                        \
        } else if (sy == 1 && sa == 1 && sb == 0) {                                                                            \
            BINARY_LOOP(i, 0, i, value)                                                                                        \
        } else {                                                                                                               \
            for (int64_t i = 0; i < count; i++) {                                                                              \
                const REAL a = a_[i * sa], b = b_[i * sb];                                                                     \
                y_[i * sy] = (value);                                                                                          \
            }                                                                                                                  \
        }                                                                                                                      \
    }
BINARY_ROW(add, a + b)
BINARY_ROW(subtract, a - b)
BINARY_ROW(multiply, a * b)
BINARY_ROW(divide, a / b)
BINARY_ROW(maximum, a > b ? a : (a != a ? a : b))
BINARY_ROW(minimum, a < b ? a : (a != a ? a : b))
BINARY_ROW(greater, a > b ? 1 : 0)
BINARY_ROW(greater_equal, a >= b ? 1 : 0)
BINARY_ROW(equal, a == b ? 1 : 0)
BINARY_ROW(where_positive, b > 0 ? a : 0)
#undef BINARY_ROW
#undef BINARY_LOOP

static const row_function TYPED(binary_rows)[] = {
    TYPED(binary_add), TYPED(binary_subtract), TYPED(binary_multiply), TYPED(binary_divide), TYPED(binary_maximum),
    TYPED(binary_minimum), TYPED(binary_greater), TYPED(binary_greater_equal), TYPED(binary_equal), TYPED(binary_where_positive)};

static void TYPED(binary)(enum binary_operation operation, struct extents extents, struct array a, struct array b, struct array y) {
    struct loop loop = plan_loop(extents, 3, (struct array[]){a, b, y});
    run_loop(&loop, (const int64_t[]){sizeof(REAL), sizeof(REAL), sizeof(REAL)}, TYPED(binary_rows)[operation], NULL);
}
