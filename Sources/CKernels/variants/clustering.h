// Rows and their nearest centroids. Rows are cut into parts by their number alone, and the parts' sums are added in order.

enum { most_parts = 32 };

struct nearest_run {
    const struct nearest_rows *n;
    int parts;
    /// The centroids less the first one, in panels; what the score of each adds; the sums of each part
    float *packed, *bias;
    double *sums;
};

/// The sums of all parts take at most an eighth of the memory of the rows, where these are sixteen times as many as centroids.
static int nearest_parts(const struct nearest_rows *n) {
    const int64_t parts = n->rows / (16 * n->centroids);
    return parts < 1 ? 1 : (int)lesser(parts, most_parts);
}

static int64_t nearest_scratch(const struct nearest_rows *n) {
    const int64_t singles = packed_size(n->centroids, n->columns) + panels_of(n->centroids) * product_columns;
    const int64_t sums = n->sums ? nearest_parts(n) * n->centroids * n->columns : 0;
    return sums * (int64_t)sizeof(double) + singles * (int64_t)sizeof(float);
}

/// |x - c|^2 - |x - o|^2 = d (d + 2 o) - 2 x d with d = c - o: beside the first centroid o, so that what all rows have in
/// common costs few digits.
static void prepare_centroids(const struct nearest_run *run) {
    const struct nearest_rows *n = run->n;
    pack_rows(n->centroids, n->columns, n->centroid, n->centroid, run->packed);
    for (int64_t j = 0; j < panels_of(n->centroids) * product_columns; j++) {
        const float *centroid = n->centroid + j * n->columns;
        double total = 0;
        for (int64_t i = 0; i < n->columns && j < n->centroids; i++) {
            const float difference = centroid[i] - n->centroid[i];
            total += (double)difference * ((double)difference + 2 * (double)n->centroid[i]);
        }
        run->bias[j] = j < n->centroids ? (float)total : INFINITY;
    }
}

/// The lowest score of each of at most `row_block` rows, and the lowest of the centroids that have it.
static void nearest_block(const struct nearest_run *run, int64_t rows, const float *x, int32_t *assignments) {
    const int64_t columns = run->n->columns;
    float dots[row_block * product_columns];
    floats best[row_block];
    words chosen[row_block];
    words lane;
    for (int i = 0; i < vector_lanes; i++) lane[i] = (uint32_t)i;
    for (int64_t row = 0; row < rows; row++) {
        best[row] = (floats){0} + INFINITY;
        chosen[row] = (words){0};
    }
    for (int64_t first = 0; first < run->n->centroids; first += product_columns) {
        block_products(rows, columns, x, run->packed + first * columns, dots);
        for (int v = 0; v < product_vectors; v++) {
            const floats bias = load_floats(run->bias + first + v * vector_lanes);
            const words number = lane + (uint32_t)(first + v * vector_lanes);
            for (int64_t row = 0; row < rows; row++) {
                const floats score = bias - 2 * load_floats(dots + row * product_columns + v * vector_lanes);
                const words nearer = (words)(score < best[row]);
                best[row] = (floats)(((words)score & nearer) | ((words)best[row] & ~nearer));
                chosen[row] = (number & nearer) | (chosen[row] & ~nearer);
            }
        }
    }
    for (int64_t row = 0; row < rows; row++) {
        int at = 0;
        for (int i = 1; i < vector_lanes; i++)
            if (best[row][i] < best[row][at] || (best[row][i] == best[row][at] && chosen[row][i] < chosen[row][at])) at = i;
        assignments[row] = (int32_t)chosen[row][at];
    }
}

static void nearest_part(void *context, int part) {
    const struct nearest_run *run = context;
    const struct nearest_rows *n = run->n;
    const int64_t columns = n->columns, size = n->centroids * columns;
    const int64_t end = n->rows * (part + 1) / run->parts;
    double *sums = run->sums + part * size;
    if (n->sums) memset(sums, 0, (size_t)size * sizeof(double));
    for (int64_t first = n->rows * part / run->parts; first < end; first += row_block) {
        const int64_t rows = lesser(row_block, end - first);
        nearest_block(run, rows, n->x + first * columns, n->assignments + first);
        for (int64_t row = first; row < first + rows && n->sums; row++) {
            const float *restrict x = n->x + row * columns;
            double *restrict sum = sums + n->assignments[row] * columns;
            for (int64_t i = 0; i < columns; i++) sum[i] += (double)x[i];
        }
    }
}

/// Adds up the sums of one centroid.
static void nearest_sums_part(void *context, int centroid) {
    const struct nearest_run *run = context;
    const int64_t columns = run->n->columns, size = run->n->centroids * columns;
    double *restrict total = run->n->sums + centroid * columns;
    memset(total, 0, (size_t)columns * sizeof(double));
    for (int part = 0; part < run->parts; part++) {
        const double *restrict sums = run->sums + part * size + centroid * columns;
        for (int64_t i = 0; i < columns; i++) total[i] += sums[i];
    }
}

static void nearest(const struct nearest_rows *n) {
    struct nearest_run run = {.n = n, .parts = nearest_parts(n), .sums = n->scratch};
    run.packed = (float *)(run.sums + (n->sums ? run.parts * n->centroids * n->columns : 0));
    run.bias = run.packed + packed_size(n->centroids, n->columns);
    prepare_centroids(&run);
    parallel_for(run.parts, nearest_part, &run);
    if (n->sums) parallel_for((int)n->centroids, nearest_sums_part, &run);
}

static int64_t rows_of_part(int64_t columns) { return 1 + elements_per_part / (columns + 1); }

static void row_distances_part(void *context, int part) {
    const struct row_distances *d = context;
    const int64_t columns = d->columns, first = part * rows_of_part(columns);
    const int64_t end = lesser(first + rows_of_part(columns), d->rows);
    for (int64_t row = first; row < end; row++) {
        const float *x = d->x + row * columns, *centroid = d->centroid + d->assignments[row] * columns;
        double lane[16] = {0}, total = 0;
        int64_t i = 0;
        for (; i + 16 <= columns; i += 16)
            for (int k = 0; k < 16; k++) {
                const double difference = (double)x[i + k] - (double)centroid[i + k];
                lane[k] += difference * difference;
            }
        for (; i < columns; i++) lane[0] += ((double)x[i] - (double)centroid[i]) * ((double)x[i] - (double)centroid[i]);
        for (int k = 0; k < 16; k++) total += lane[k];
        d->distances[row] = total;
    }
}

static void row_distances(const struct row_distances *distances) {
    struct row_distances d = *distances;
    const int64_t rows = rows_of_part(d.columns);
    parallel_for((int)((d.rows + rows - 1) / rows), row_distances_part, &d);
}

struct limit_run {
    int64_t rows, columns;
    const float *x;
    uint32_t limit;
    /// of each part: its first row beyond the limit, or `rows`
    int64_t found[most_parts];
};

/// As whole numbers without the sign NaN and infinity are above every finite value.
static void limit_part(void *context, int part) {
    struct limit_run *run = context;
    const int64_t end = run->rows * (part + 1) / most_parts;
    run->found[part] = run->rows;
    for (int64_t row = run->rows * part / most_parts; row < end; row++) {
        const float *x = run->x + row * run->columns;
        uint32_t beyond = 0;
        for (int64_t i = 0; i < run->columns; i++) {
            uint32_t bits;
            memcpy(&bits, x + i, sizeof bits);
            beyond |= (bits & 0x7fffffff) > run->limit;
        }
        if (!beyond) continue;
        run->found[part] = row;
        return;
    }
}

static int64_t first_row_beyond(int64_t rows, int64_t columns, const float *x, float limit) {
    struct limit_run run = {.rows = rows, .columns = columns, .x = x};
    memcpy(&run.limit, &limit, sizeof limit);
    parallel_for(most_parts, limit_part, &run);
    int64_t first = rows;
    for (int part = 0; part < most_parts; part++) first = lesser(first, run.found[part]);
    return first;
}
