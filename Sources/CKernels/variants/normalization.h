// Batch normalisation over channels-last rows of STORED, computed in REAL, with an optional residual and ReLU.
// Statistics: sums in double over fixed blocks of rows, the blocks added in order. Channels go in vectors, those that are left
// over one by one.

enum { TYPED(blocks) = 32, TYPED(rows_at_once) = 64 };

struct TYPED(column_sums) {
    int64_t rows, channels;
    const STORED *x, *y, *dy;
    const double *mean;
    bool relu;
    /// `[blocks][2][channels]`
    double *partial;
};

static int64_t TYPED(block_start)(int64_t rows, int block) { return rows * block / TYPED(blocks); }

/// Calls `body` for a block's rows, some at a time, with sums that begin at 0.
ALWAYS_INLINE void TYPED(sum_block)(
    const struct TYPED(column_sums) *s, int block,
    void (*body)(const struct TYPED(column_sums) *, int64_t first, int64_t end, double *sum, double *product)) {
    double *sum = s->partial + (int64_t)block * 2 * s->channels, *product = sum + s->channels;
    memset(sum, 0, sizeof(double) * 2 * (size_t)s->channels);
    const int64_t end = TYPED(block_start)(s->rows, block + 1);
    for (int64_t row = TYPED(block_start)(s->rows, block); row < end; row += TYPED(rows_at_once))
        body(s, row, row + TYPED(rows_at_once) < end ? row + TYPED(rows_at_once) : end, sum, product);
}

/// Sums of x - x0 and of its square, x0 the first row: the shift keeps the difference of squares exact enough.
ALWAYS_INLINE void TYPED(statistics_columns)(
    const struct TYPED(column_sums) *s, int64_t first, int64_t end, int64_t c, double *sum, double *squares, const int vectors) {
    doubles total[sum_vectors], square[sum_vectors], x0[sum_vectors];
    for (int v = 0; v < vectors; v++) {
        total[v] = LOAD_DOUBLES(sum + c + v * vector_lanes);
        square[v] = LOAD_DOUBLES(squares + c + v * vector_lanes);
        x0[v] = __builtin_convertvector(LOADS(s->x + c + v * vector_lanes), doubles);
    }
    for (int64_t row = first; row < end; row++)
        for (int v = 0; v < vectors; v++) {
            const doubles d = __builtin_convertvector(LOADS(s->x + row * s->channels + c + v * vector_lanes), doubles) - x0[v];
            total[v] += d;
            square[v] += d * d;
        }
    for (int v = 0; v < vectors; v++) {
        STORE_DOUBLES(sum + c + v * vector_lanes, total[v]);
        STORE_DOUBLES(squares + c + v * vector_lanes, square[v]);
    }
}

static void TYPED(statistics_rows)(const struct TYPED(column_sums) *s, int64_t first, int64_t end, double *sum, double *squares) {
    const int64_t channels = s->channels;
    int64_t c = 0;
    for (; c + sum_vectors * vector_lanes <= channels; c += sum_vectors * vector_lanes)
        TYPED(statistics_columns)(s, first, end, c, sum, squares, sum_vectors);
    for (; c + vector_lanes <= channels; c += vector_lanes) TYPED(statistics_columns)(s, first, end, c, sum, squares, 1);
    for (int64_t row = first; row < end && c < channels; row++)
        for (int64_t k = c; k < channels; k++) {
            const double d = (double)LOAD(s->x[row * channels + k]) - (double)LOAD(s->x[k]);
            sum[k] += d;
            squares[k] += d * d;
        }
}

static void TYPED(statistics_block)(void *context, int block) { TYPED(sum_block)(context, block, TYPED(statistics_rows)); }

static double *TYPED(add_blocks)(struct TYPED(column_sums) *s, void (*body)(void *, int)) {
    s->partial = malloc(sizeof(double) * 2 * (size_t)s->channels * TYPED(blocks));
    if (!s->partial) abort();
    parallel_for(TYPED(blocks), body, s);
    for (int block = 1; block < TYPED(blocks); block++)
        for (int64_t i = 0; i < 2 * s->channels; i++) s->partial[i] += s->partial[(int64_t)block * 2 * s->channels + i];
    return s->partial;
}

static void TYPED(normalization_statistics)(const struct normalization *n) {
    struct TYPED(column_sums) s = {.rows = n->rows, .channels = n->channels, .x = n->x};
    double *sum = TYPED(add_blocks)(&s, TYPED(statistics_block)), *squares = sum + n->channels;
    for (int64_t c = 0; c < n->channels; c++) {
        const double shift = sum[c] / (double)n->rows;
        const double variance = squares[c] / (double)n->rows - shift * shift;
        n->mean[c] = (double)LOAD(s.x[c]) + shift;
        n->variance[c] = variance > 0 ? variance : 0;
    }
    free(sum);
}

struct TYPED(affine) {
    const struct normalization *n;
    const REAL *scale, *shift;
};

ALWAYS_INLINE void TYPED(apply_rows)(const struct TYPED(affine) *a, int block, const bool has_residual, const bool relu) {
    const struct normalization *n = a->n;
    const int64_t channels = n->channels, end = TYPED(block_start)(n->rows, block + 1);
    for (int64_t row = TYPED(block_start)(n->rows, block); row < end; row++) {
        const STORED *x = (const STORED *)n->x + row * channels;
        const STORED *residual = has_residual ? (const STORED *)n->residual + row * channels : x;
        STORED *y = (STORED *)n->y + row * channels;
        int64_t c = 0;
        for (; c + vector_lanes <= channels; c += vector_lanes) {
            REALS v = LOADS(x + c) * LOAD_REALS(a->scale + c) + LOAD_REALS(a->shift + c);
            if (has_residual) v += LOADS(residual + c);
            if (relu) v = WHERE((v > 0) | (v != v), v);
            STORES(y + c, v);
        }
        for (; c < channels; c++) {
            REAL v = LOAD(x[c]) * a->scale[c] + a->shift[c];
            if (has_residual) v += LOAD(residual[c]);
            y[c] = STORE(!relu || v > 0 || v != v ? v : 0);
        }
    }
}

static void TYPED(normalization_apply_block)(void *context, int block) {
    const struct TYPED(affine) *a = context;
    if (a->n->residual) {
        if (a->n->relu) TYPED(apply_rows)(a, block, true, true);
        else TYPED(apply_rows)(a, block, true, false);
    } else {
        if (a->n->relu) TYPED(apply_rows)(a, block, false, true);
        else TYPED(apply_rows)(a, block, false, false);
    }
}

static void TYPED(normalization_apply)(const struct normalization *n) {
    REAL *scale = malloc(sizeof(REAL) * 2 * (size_t)n->channels), *shift = scale + n->channels;
    if (!scale) abort();
    for (int64_t c = 0; c < n->channels; c++) {
        const double s = (double)((const REAL *)n->weight)[c] / sqrt(n->variance[c] + n->epsilon);
        scale[c] = (REAL)s;
        shift[c] = (REAL)((double)((const REAL *)n->bias)[c] - n->mean[c] * s);
    }
    struct TYPED(affine) a = {n, scale, shift};
    parallel_for(TYPED(blocks), TYPED(normalization_apply_block), &a);
    free(scale);
}

/// Sums of dy and of dy (x - mean), dy passed through the ReLU of y.
ALWAYS_INLINE void TYPED(gradient_columns)(
    const struct TYPED(column_sums) *s, int64_t first, int64_t end, int64_t c, double *sum, double *product, const bool relu,
    const int vectors) {
    doubles total[sum_vectors], products[sum_vectors], mean[sum_vectors];
    for (int v = 0; v < vectors; v++) {
        total[v] = LOAD_DOUBLES(sum + c + v * vector_lanes);
        products[v] = LOAD_DOUBLES(product + c + v * vector_lanes);
        mean[v] = LOAD_DOUBLES(s->mean + c + v * vector_lanes);
    }
    for (int64_t row = first; row < end; row++)
        for (int v = 0; v < vectors; v++) {
            const int64_t at = row * s->channels + c + v * vector_lanes;
            REALS dy = LOADS(s->dy + at);
            if (relu) dy = WHERE(LOADS(s->y + at) > 0, dy);
            const doubles d = __builtin_convertvector(dy, doubles);
            total[v] += d;
            products[v] += d * (__builtin_convertvector(LOADS(s->x + at), doubles) - mean[v]);
        }
    for (int v = 0; v < vectors; v++) {
        STORE_DOUBLES(sum + c + v * vector_lanes, total[v]);
        STORE_DOUBLES(product + c + v * vector_lanes, products[v]);
    }
}

ALWAYS_INLINE void TYPED(gradient_rows)(
    const struct TYPED(column_sums) *s, int64_t first, int64_t end, double *sum, double *product, const bool relu) {
    const int64_t channels = s->channels;
    int64_t c = 0;
    for (; c + sum_vectors * vector_lanes <= channels; c += sum_vectors * vector_lanes)
        TYPED(gradient_columns)(s, first, end, c, sum, product, relu, sum_vectors);
    for (; c + vector_lanes <= channels; c += vector_lanes) TYPED(gradient_columns)(s, first, end, c, sum, product, relu, 1);
    for (int64_t row = first; row < end && c < channels; row++)
        for (int64_t k = c; k < channels; k++) {
            const int64_t at = row * channels + k;
            const double d = relu && !(LOAD(s->y[at]) > 0) ? 0 : (double)LOAD(s->dy[at]);
            sum[k] += d;
            product[k] += d * ((double)LOAD(s->x[at]) - s->mean[k]);
        }
}

static void TYPED(gradient_sums_rows)(const struct TYPED(column_sums) *s, int64_t first, int64_t end, double *sum, double *product) {
    if (s->relu) TYPED(gradient_rows)(s, first, end, sum, product, true);
    else TYPED(gradient_rows)(s, first, end, sum, product, false);
}

static void TYPED(gradient_sums_block)(void *context, int block) { TYPED(sum_block)(context, block, TYPED(gradient_sums_rows)); }

struct TYPED(gradient_apply) {
    const struct normalization_gradient *g;
    /// dx = a dy + b x + c
    const REAL *a, *b, *c;
};

ALWAYS_INLINE void TYPED(gradient_apply_rows)(
    const struct TYPED(gradient_apply) *p, int block, const bool relu, const bool wants_x, const bool wants_residual) {
    const struct normalization_gradient *g = p->g;
    const int64_t channels = g->channels, end = TYPED(block_start)(g->rows, block + 1);
    for (int64_t row = TYPED(block_start)(g->rows, block); row < end; row++) {
        const int64_t at = row * channels;
        const STORED *x = (const STORED *)g->x + at, *y = (const STORED *)g->y + at, *dy = (const STORED *)g->dy + at;
        STORED *dx = (STORED *)g->dx + (wants_x ? at : 0), *dresidual = (STORED *)g->dresidual + (wants_residual ? at : 0);
        int64_t c = 0;
        for (; c + vector_lanes <= channels; c += vector_lanes) {
            REALS d = LOADS(dy + c);
            if (relu) d = WHERE(LOADS(y + c) > 0, d);
            if (wants_residual) STORES(dresidual + c, d);
            if (wants_x)
                STORES(dx + c, LOAD_REALS(p->a + c) * d + LOAD_REALS(p->b + c) * LOADS(x + c) + LOAD_REALS(p->c + c));
        }
        for (; c < channels; c++) {
            const REAL d = relu && !(LOAD(y[c]) > 0) ? 0 : LOAD(dy[c]);
            if (wants_residual) dresidual[c] = STORE(d);
            if (wants_x) dx[c] = STORE(p->a[c] * d + p->b[c] * LOAD(x[c]) + p->c[c]);
        }
    }
}

static void TYPED(gradient_apply_block)(void *context, int block) {
    const struct TYPED(gradient_apply) *p = context;
    const struct normalization_gradient *g = p->g;
#define ROWS(relu) \
    if (g->dx && g->dresidual) TYPED(gradient_apply_rows)(p, block, relu, true, true); \
    else if (g->dx) TYPED(gradient_apply_rows)(p, block, relu, true, false); \
    else TYPED(gradient_apply_rows)(p, block, relu, false, true)
    if (g->relu) {
        ROWS(true);
    } else {
        ROWS(false);
    }
#undef ROWS
}

static void TYPED(normalization_backward)(const struct normalization_gradient *g) {
    struct TYPED(column_sums) s = {
        .rows = g->rows, .channels = g->channels, .x = g->x, .y = g->y, .dy = g->dy, .mean = g->mean, .relu = g->relu};
    double *sum = TYPED(add_blocks)(&s, TYPED(gradient_sums_block)), *product = sum + g->channels;
    REAL *a = malloc(sizeof(REAL) * 3 * (size_t)g->channels), *b = a + g->channels, *k = b + g->channels;
    if (!a) abort();
    for (int64_t c = 0; c < g->channels; c++) {
        const double inverse = 1 / sqrt(g->variance[c] + g->epsilon);
        const double scale = (double)((const REAL *)g->weight)[c] * inverse, count = (double)g->rows;
        ((REAL *)g->dbias)[c] = (REAL)sum[c];
        ((REAL *)g->dweight)[c] = (REAL)(product[c] * inverse);
        // dx = scale (dy - mean(dy) - xhat mean(dy xhat)), written as a line in dy and x
        const double slope = g->through_statistics ? -scale * inverse * inverse * product[c] / count : 0;
        a[c] = (REAL)scale;
        b[c] = (REAL)slope;
        k[c] = g->through_statistics ? (REAL)(-scale * sum[c] / count - slope * g->mean[c]) : 0;
    }
    free(sum);
    struct TYPED(gradient_apply) p = {g, a, b, k};
    if (g->dx || g->dresidual) parallel_for(TYPED(blocks), TYPED(gradient_apply_block), &p);
    free(a);
}
