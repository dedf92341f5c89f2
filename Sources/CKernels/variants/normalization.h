// Batch normalisation over channels-last rows of STORED, computed in REAL, with an optional residual and ReLU.
// Statistics: sums in double over fixed blocks of rows, the blocks added in order.

enum { TYPED(blocks) = 32 };

struct TYPED(column_sums) {
    int64_t rows, channels;
    const STORED *x, *y, *dy;
    const double *mean;
    bool relu;
    /// `[blocks][2][channels]`
    double *partial;
};

static int64_t TYPED(block_start)(int64_t rows, int block) { return rows * block / TYPED(blocks); }

/// Sums of x - x0 and of its square, x0 the first row: the shift keeps the difference of squares exact enough.
static void TYPED(statistics_block)(void *context, int block) {
    const struct TYPED(column_sums) *s = context;
    double *sum = s->partial + (int64_t)block * 2 * s->channels, *squares = sum + s->channels;
    memset(sum, 0, sizeof(double) * 2 * (size_t)s->channels);
    const int64_t end = TYPED(block_start)(s->rows, block + 1);
    for (int64_t row = TYPED(block_start)(s->rows, block); row < end; row++) {
        const STORED *x = s->x + row * s->channels;
        for (int64_t c = 0; c < s->channels; c++) {
            const double d = (double)LOAD(x[c]) - (double)LOAD(s->x[c]);
            sum[c] += d;
            squares[c] += d * d;
        }
    }
}

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

static void TYPED(normalization_apply_block)(void *context, int block) {
    const struct TYPED(affine) *a = context;
    const struct normalization *n = a->n;
    const int64_t channels = n->channels, end = TYPED(block_start)(n->rows, block + 1);
    for (int64_t row = TYPED(block_start)(n->rows, block); row < end; row++) {
        const STORED *x = (const STORED *)n->x + row * channels;
        const REAL *scale = a->scale, *shift = a->shift;
        const STORED *residual = n->residual ? (const STORED *)n->residual + row * channels : NULL;
        STORED *y = (STORED *)n->y + row * channels;
        if (residual && n->relu) {
            for (int64_t c = 0; c < channels; c++) {
                const REAL v = LOAD(x[c]) * scale[c] + shift[c] + LOAD(residual[c]);
                y[c] = STORE(v > 0 ? v : (v != v ? v : 0));
            }
        } else if (n->relu) {
            for (int64_t c = 0; c < channels; c++) {
                const REAL v = LOAD(x[c]) * scale[c] + shift[c];
                y[c] = STORE(v > 0 ? v : (v != v ? v : 0));
            }
        } else if (residual) {
            for (int64_t c = 0; c < channels; c++) y[c] = STORE(LOAD(x[c]) * scale[c] + shift[c] + LOAD(residual[c]));
        } else {
            for (int64_t c = 0; c < channels; c++) y[c] = STORE(LOAD(x[c]) * scale[c] + shift[c]);
        }
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
static void TYPED(gradient_sums_block)(void *context, int block) {
    const struct TYPED(column_sums) *s = context;
    double *sum = s->partial + (int64_t)block * 2 * s->channels, *product = sum + s->channels;
    memset(sum, 0, sizeof(double) * 2 * (size_t)s->channels);
    const int64_t end = TYPED(block_start)(s->rows, block + 1);
    for (int64_t row = TYPED(block_start)(s->rows, block); row < end; row++) {
        const int64_t at = row * s->channels;
        const STORED *x = s->x + at, *y = s->y + at, *dy = s->dy + at;
        if (s->relu) {
            for (int64_t c = 0; c < s->channels; c++) {
                const double d = LOAD(y[c]) > 0 ? (double)LOAD(dy[c]) : 0;
                sum[c] += d;
                product[c] += d * ((double)LOAD(x[c]) - s->mean[c]);
            }
        } else {
            for (int64_t c = 0; c < s->channels; c++) {
                const double d = (double)LOAD(dy[c]);
                sum[c] += d;
                product[c] += d * ((double)LOAD(x[c]) - s->mean[c]);
            }
        }
    }
}

struct TYPED(gradient_apply) {
    const struct normalization_gradient *g;
    /// dx = a dy + b x + c
    const REAL *a, *b, *c;
};

static void TYPED(gradient_apply_block)(void *context, int block) {
    const struct TYPED(gradient_apply) *p = context;
    const struct normalization_gradient *g = p->g;
    const int64_t channels = g->channels, end = TYPED(block_start)(g->rows, block + 1);
    const REAL *a = p->a, *b = p->b, *k = p->c;
    for (int64_t row = TYPED(block_start)(g->rows, block); row < end; row++) {
        const int64_t at = row * channels;
        const STORED *x = (const STORED *)g->x + at, *y = (const STORED *)g->y + at, *dy = (const STORED *)g->dy + at;
        STORED *dx = g->dx ? (STORED *)g->dx + at : NULL, *dresidual = g->dresidual ? (STORED *)g->dresidual + at : NULL;
        if (dx && dresidual) {
            for (int64_t c = 0; c < channels; c++) {
                const REAL d = g->relu && !(LOAD(y[c]) > 0) ? 0 : LOAD(dy[c]);
                dresidual[c] = STORE(d);
                dx[c] = STORE(a[c] * d + b[c] * LOAD(x[c]) + k[c]);
            }
        } else if (dx) {
            for (int64_t c = 0; c < channels; c++) {
                const REAL d = g->relu && !(LOAD(y[c]) > 0) ? 0 : LOAD(dy[c]);
                dx[c] = STORE(a[c] * d + b[c] * LOAD(x[c]) + k[c]);
            }
        } else if (dresidual) {
            for (int64_t c = 0; c < channels; c++) dresidual[c] = STORE(g->relu && !(LOAD(y[c]) > 0) ? 0 : LOAD(dy[c]));
        }
    }
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
