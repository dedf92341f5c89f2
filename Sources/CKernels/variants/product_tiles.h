// The inner loops of matrix products in f32: a tile of the result in registers.

#ifndef PRODUCT_ROWS
#define PRODUCT_ROWS 6
#endif

enum { product_rows = PRODUCT_ROWS, product_vectors = 2, product_columns = product_vectors * vector_lanes };

/// The vectors of a panel that `columns` or more are left for; the last may be half as wide.
static int64_t panel_vectors(int64_t columns) { return columns < product_columns ? 1 : product_vectors; }

/// A product of matrices, summed over `taps` pairs of them; the result is one or two vectors wide.
struct product {
    int64_t vectors;
    /// a(row, k) of tap i is `a[i * a_tap + row * a_row + k * a_step]`; one of `a_row` and `a_step` is 1.
    const float *a;
    int64_t a_tap, a_row, a_step;
    /// b(k, column) of tap i is `b[i * b_tap + k * b_row + column]`.
    const float *b;
    int64_t b_tap, b_row;
    int64_t rows, taps, depth;
    float *c;
    int64_t c_row;
    /// Whether c is added to; else it is overwritten.
    bool accumulates;
};

ALWAYS_INLINE void product_tile(
    const struct product *p, const float *a, float *c, const int rows, const int vectors, const int64_t a_row,
    const int64_t a_step) {
    floats sum[product_rows][product_vectors];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            sum[r][v] = p->accumulates ? load_floats(c + r * p->c_row + v * vector_lanes) : (floats){0};
    const float *b_tap = p->b;
    for (int64_t tap = 0; tap < p->taps; tap++, a += p->a_tap, b_tap += p->b_tap) {
        const float *x = a, *b = b_tap;
        for (int64_t k = 0; k < p->depth; k++, x += a_step, b += p->b_row) {
            floats columns[product_vectors];
            for (int v = 0; v < vectors; v++) columns[v] = load_floats(b + v * vector_lanes);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                const float value = x[r * a_row];
                for (int v = 0; v < vectors; v++) sum[r][v] += value * columns[v];
            }
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) store_floats(c + r * p->c_row + v * vector_lanes, sum[r][v]);
}

#define PRODUCT_TILE(n)                                                                            \
    case n:                                                                                        \
        if (p->a_step == 1) product_tile(p, a, c, n, vectors, p->a_row, 1);                        \
        else product_tile(p, a, c, n, vectors, 1, p->a_step);                                      \
        break;

ALWAYS_INLINE void product_tile_of(const struct product *p, const float *a, float *c, int64_t rows, const int vectors) {
    switch (rows) {
        PRODUCT_TILE(1) PRODUCT_TILE(2) PRODUCT_TILE(3) PRODUCT_TILE(4) PRODUCT_TILE(5) PRODUCT_TILE(6)
#if PRODUCT_ROWS > 6
        PRODUCT_TILE(7) PRODUCT_TILE(8) PRODUCT_TILE(9) PRODUCT_TILE(10) PRODUCT_TILE(11) PRODUCT_TILE(12) PRODUCT_TILE(13)
        PRODUCT_TILE(14)
#endif
    }
}
#undef PRODUCT_TILE

/// All rows of a product, tile after tile; the tiles are of nearly equal height.
static void product_panel(const struct product *p) {
    const int64_t tiles = (p->rows + product_rows - 1) / product_rows;
    for (int64_t tile = 0, row = 0; tile < tiles; tile++) {
        const int64_t next = p->rows * (tile + 1) / tiles;
        if (p->vectors == 1) product_tile_of(p, p->a + row * p->a_row, p->c + row * p->c_row, next - row, 1);
        else product_tile_of(p, p->a + row * p->a_row, p->c + row * p->c_row, next - row, 2);
        row = next;
    }
}
