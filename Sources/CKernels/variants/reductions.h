// Reductions of REAL. Sums are held in double and taken in a fixed order.

enum { TYPED(reduce_tile) = 64 };

struct TYPED(reduction) {
    enum reduce_operation operation;
    // Axes that stay, then axes that go; strides of x, and of y for those that stay.
    int kept, gone;
    int64_t kept_size[maximum_rank], kept_x[maximum_rank], kept_y[maximum_rank];
    int64_t gone_size[maximum_rank], gone_x[maximum_rank];
    int64_t kept_count, gone_count;
    const REAL *x;
    REAL *y;
};

static double TYPED(reduce_identity)(enum reduce_operation operation) {
    return operation == REDUCE_SUM ? 0 : operation == REDUCE_MAXIMUM ? -INFINITY : INFINITY;
}

static void TYPED(reduce_into)(enum reduce_operation operation, int64_t count, double *total, const REAL *x, int64_t stride) {
    switch (operation) {
        case REDUCE_SUM:
            if (stride == 1) for (int64_t i = 0; i < count; i++) total[i] += x[i];
            else for (int64_t i = 0; i < count; i++) total[i] += x[i * stride];
            break;
        case REDUCE_MAXIMUM:
            for (int64_t i = 0; i < count; i++) total[i] = x[i * stride] > total[i] || x[i * stride] != x[i * stride] ? x[i * stride] : total[i];
            break;
        case REDUCE_MINIMUM:
            for (int64_t i = 0; i < count; i++) total[i] = x[i * stride] < total[i] || x[i * stride] != x[i * stride] ? x[i * stride] : total[i];
            break;
    }
}

static int64_t TYPED(offset_of)(int64_t index, int rank, const int64_t *size, const int64_t *stride) {
    int64_t offset = 0;
    for (int i = rank - 1; i >= 0; i--) {
        offset += index % size[i] * stride[i];
        index /= size[i];
    }
    return offset;
}

/// One part is a tile of neighbours along the last kept axis, reduced together.
static void TYPED(reduce_part)(void *context, int part) {
    const struct TYPED(reduction) *r = context;
    const int last = r->kept - 1;
    const int64_t tiles = (r->kept_size[last] + TYPED(reduce_tile) - 1) / TYPED(reduce_tile);
    const int64_t start = part % tiles * TYPED(reduce_tile), outer = part / tiles;
    const int64_t count = r->kept_size[last] - start < TYPED(reduce_tile) ? r->kept_size[last] - start : TYPED(reduce_tile);
    const REAL *x = r->x + TYPED(offset_of)(outer, last, r->kept_size, r->kept_x) + start * r->kept_x[last];
    REAL *y = r->y + TYPED(offset_of)(outer, last, r->kept_size, r->kept_y) + start * r->kept_y[last];
    double total[TYPED(reduce_tile)];
    for (int64_t i = 0; i < count; i++) total[i] = TYPED(reduce_identity)(r->operation);
    for (int64_t index = 0; index < r->gone_count; index++)
        TYPED(reduce_into)(r->operation, count, total, x + TYPED(offset_of)(index, r->gone, r->gone_size, r->gone_x), r->kept_x[last]);
    for (int64_t i = 0; i < count; i++) y[i * r->kept_y[last]] = (REAL)total[i];
}

static void TYPED(reduce)(enum reduce_operation operation, struct extents extents, struct array x, struct array y) {
    struct TYPED(reduction) r = {.operation = operation, .kept_count = 1, .gone_count = 1, .x = x.data, .y = y.data};
    for (int i = 0; i < extents.rank; i++) {
        if (extents.size[i] == 1) continue;
        if (y.stride[i] == 0) {
            r.gone_size[r.gone] = extents.size[i];
            r.gone_x[r.gone++] = x.stride[i];
            r.gone_count *= extents.size[i];
        } else {
            // Kept axes are sorted by the stride in x, so that the last is the one with neighbours in memory.
            int at = r.kept++;
            for (; at > 0 && absolute(r.kept_x[at - 1]) < absolute(x.stride[i]); at--) {
                r.kept_size[at] = r.kept_size[at - 1];
                r.kept_x[at] = r.kept_x[at - 1];
                r.kept_y[at] = r.kept_y[at - 1];
            }
            r.kept_size[at] = extents.size[i];
            r.kept_x[at] = x.stride[i];
            r.kept_y[at] = y.stride[i];
            r.kept_count *= extents.size[i];
        }
    }
    if (r.kept == 0) {
        r.kept = 1;
        r.kept_size[0] = 1;
    }
    if (r.kept_count == 0) return;
    const int64_t length = r.kept_size[r.kept - 1];
    const int64_t parts = r.kept_count / length * ((length + TYPED(reduce_tile) - 1) / TYPED(reduce_tile));
    if (r.kept_count * r.gone_count < elements_per_part) {
        for (int64_t part = 0; part < parts; part++) TYPED(reduce_part)(&r, (int)part);
    } else {
        parallel_for((int)parts, TYPED(reduce_part), &r);
    }
}

static void TYPED(argmax)(int64_t rows, int64_t count, const void *data, int32_t *y) {
    const REAL *x = data;
    for (int64_t row = 0; row < rows; row++, x += count) {
        int64_t best = 0;
        for (int64_t i = 1; i < count; i++)
            if (x[i] > x[best]) best = i;
        y[row] = (int32_t)best;
    }
}

static void TYPED(scatter_add_rows)(int64_t rows, int64_t count, const void *data, const int32_t *indices, void *result) {
    const REAL *x = data;
    for (int64_t row = 0; row < rows; row++, x += count) {
        REAL *y = (REAL *)result + indices[row] * count;
        for (int64_t i = 0; i < count; i++) y[i] += x[i];
    }
}

struct TYPED(scan) {
    const REAL *x;
    int64_t count;
    double *sums;
    _Bool *finite;
};

static void TYPED(sum_of_squares_part)(void *context, int part) {
    const struct TYPED(scan) *scan = context;
    const struct span span = span_of_part(part, scan->count);
    double lane[16] = {0};
    int64_t i = span.first;
    for (; i + 16 <= span.end; i += 16)
        for (int k = 0; k < 16; k++) lane[k] += (double)scan->x[i + k] * (double)scan->x[i + k];
    for (; i < span.end; i++) lane[0] += (double)scan->x[i] * (double)scan->x[i];
    double total = 0;
    for (int k = 0; k < 16; k++) total += lane[k];
    scan->sums[part] = total;
}

static double TYPED(sum_of_squares)(int64_t count, const void *x) {
    const int parts = parts_of(count);
    double few[256], *sums = parts <= 256 ? few : malloc(sizeof(double) * (size_t)parts);
    if (!sums) return NAN;
    struct TYPED(scan) scan = {.x = x, .count = count, .sums = sums};
    parallel_for(parts, TYPED(sum_of_squares_part), &scan);
    double total = 0;
    for (int part = 0; part < parts; part++) total += sums[part];
    if (sums != few) free(sums);
    return total;
}

static bool TYPED(all_finite)(int64_t count, const void *data) {
    const REAL *x = data;
    REAL total = 0;
    // x - x is 0 for every finite x and NaN otherwise.
    for (int64_t i = 0; i < count; i++) total += x[i] - x[i];
    return total == 0;
}
