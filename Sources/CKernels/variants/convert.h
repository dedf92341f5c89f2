// Conversion between element types, and copies.

static int64_t element_width(enum element_type type) {
    switch (type) {
        case ELEMENT_F64:
        case ELEMENT_I64: return 8;
        case ELEMENT_F32:
        case ELEMENT_I32: return 4;
        case ELEMENT_BF16: return 2;
        case ELEMENT_U8: return 1;
    }
    return 0;
}

struct bf16 {
    uint16_t bits;
};

static float from_bf16(struct bf16 value) {
    uint32_t bits = (uint32_t)value.bits << 16;
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/// Rounds to nearest, ties to even; NaN stays NaN.
static struct bf16 to_bf16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x7f800000) return (struct bf16){(uint16_t)(bits >> 16 | 0x40)};
    return (struct bf16){(uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

#define PLAIN(x) (x)
#define CONVERT_ROW(name, from, to, read, write)                                                                               \
    static void name(void *context, int64_t count, char *const data[3], const int64_t stride[3]) {                             \
        (void)context;                                                                                                         \
        const from *x = (const from *)data[0];                                                                                 \
        to *y = (to *)data[1];                                                                                                 \
        if (stride[0] == 1 && stride[1] == 1) {                                                                                \
            for (int64_t i = 0; i < count; i++) y[i] = write(read(x[i]));                                                      \
        } else {                                                                                                               \
            for (int64_t i = 0; i < count; i++) y[i * stride[1]] = write(read(x[i * stride[0]]));                              \
        }                                                                                                                      \
    }
#define CONVERT_ROWS(suffix, from, read)                                                                                       \
    CONVERT_ROW(convert_##suffix##_f32, from, float, read, (float))                                                            \
    CONVERT_ROW(convert_##suffix##_f64, from, double, read, (double))                                                          \
    CONVERT_ROW(convert_##suffix##_bf16, from, struct bf16, read, to_bf16)                                                     \
    CONVERT_ROW(convert_##suffix##_i64, from, int64_t, read, (int64_t))                                                        \
    CONVERT_ROW(convert_##suffix##_i32, from, int32_t, read, (int32_t))                                                        \
    CONVERT_ROW(convert_##suffix##_u8, from, uint8_t, read, (uint8_t))                                                         \
    static const row_function convert_from_##suffix[] = {convert_##suffix##_f32, convert_##suffix##_f64, convert_##suffix##_bf16, \
                                                         convert_##suffix##_i64, convert_##suffix##_i32, convert_##suffix##_u8};
CONVERT_ROWS(f32, float, PLAIN)
CONVERT_ROWS(f64, double, PLAIN)
CONVERT_ROWS(bf16, struct bf16, from_bf16)
CONVERT_ROWS(i64, int64_t, PLAIN)
CONVERT_ROWS(i32, int32_t, PLAIN)
CONVERT_ROWS(u8, uint8_t, PLAIN)

static void convert(struct extents extents, struct array x, enum element_type x_type, struct array y, enum element_type y_type) {
    const row_function *rows[] = {convert_from_f32, convert_from_f64, convert_from_bf16, convert_from_i64, convert_from_i32, convert_from_u8};
    struct loop loop = plan_loop(extents, 2, (struct array[]){x, y});
    const int64_t width[] = {element_width(x_type), element_width(y_type)};
    run_loop(&loop, width, rows[x_type][y_type], NULL);
}
