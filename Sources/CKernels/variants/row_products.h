// Products of rows with packed panels of others. Parts are blocks of rows, so that no sum depends on the number of threads.

/// Whole tiles of rows in every kernel set, and few enough that a block of them stays in the cache.
enum { row_block = 84 };

static int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t panels_of(int64_t count) { return (count + product_columns - 1) / product_columns; }

/// The floats of `count` packed rows.
static int64_t packed_size(int64_t count, int64_t columns) { return panels_of(count) * product_columns * columns; }

/// Packs `count` rows, less `origin` where there is one, into panels `[columns][product_columns]`; zeros after the last.
static void pack_rows(int64_t count, int64_t columns, const float *from, const float *origin, float *packed) {
    for (int64_t j = 0; j < panels_of(count) * product_columns; j++) {
        float *to = packed + j / product_columns * product_columns * columns + j % product_columns;
        for (int64_t i = 0; i < columns; i++)
            to[i * product_columns] = j < count ? from[j * columns + i] - (origin ? origin[i] : 0) : 0;
    }
}

/// dots `[rows][product_columns]` of at most `row_block` rows with one panel.
static void block_products(int64_t rows, int64_t columns, const float *x, const float *panel, float *dots) {
    const struct product p = {
        .vectors = product_vectors, .a = x, .a_row = columns, .a_step = 1, .b = panel, .b_row = product_columns, .rows = rows,
        .taps = 1, .depth = columns, .c = dots, .c_row = product_columns};
    product_panel(&p);
}

static void row_products_part(void *context, int part) {
    const struct row_products *p = context;
    const int64_t first = (int64_t)part * row_block, rows = lesser(row_block, p->rows - first);
    const float *packed = p->scratch;
    float dots[row_block * product_columns];
    for (int64_t column = 0; column < p->outputs; column += product_columns) {
        block_products(rows, p->columns, p->x + first * p->columns, packed + column * p->columns, dots);
        const int64_t width = lesser(product_columns, p->outputs - column);
        for (int64_t row = 0; row < rows; row++) {
            float *y = p->y + (first + row) * p->outputs + column;
            for (int64_t i = 0; i < width; i++) y[i] = dots[row * product_columns + i] + p->bias[column + i];
        }
    }
}

static int64_t row_products_scratch(const struct row_products *p) {
    return packed_size(p->outputs, p->columns) * (int64_t)sizeof(float);
}

static void row_products(const struct row_products *products) {
    struct row_products p = *products;
    pack_rows(p.outputs, p.columns, p.weights, NULL, p.scratch);
    parallel_for((int)((p.rows + row_block - 1) / row_block), row_products_part, &p);
}

// Products of columns: pieces of rows, centred and in double, are packed into panels as wide as a vector, and every pair of
// panels is multiplied. Only pairs on and above the diagonal are, since the result is symmetric.

enum { piece_rows = 256, piece_part_rows = 32, column_tile_rows = 4 };

struct column_products_run {
    const struct column_products *c;
    int64_t first, rows, panels;
    /// `[panels][piece_rows][vector_lanes]` and `[panels x vector_lanes][panels x vector_lanes]`
    double *packed, *sums;
};

static void column_means_part(void *context, int part) {
    const struct column_products *c = context;
    const int64_t first = (int64_t)part * vector_lanes, width = lesser(vector_lanes, c->columns - first);
    double total[vector_lanes] = {0};
    for (int64_t row = 0; row < c->rows; row++)
        for (int64_t i = 0; i < width; i++) total[i] += c->x[row * c->columns + first + i];
    for (int64_t i = 0; i < width; i++) c->mean[first + i] = total[i] / (double)c->rows;
}

static void pack_columns_part(void *context, int part) {
    const struct column_products_run *run = context;
    const struct column_products *c = run->c;
    const int64_t first = (int64_t)part * piece_part_rows, end = lesser(first + piece_part_rows, run->rows);
    for (int64_t row = first; row < end; row++) {
        const float *x = c->x + (run->first + row) * c->columns;
        for (int64_t i = 0; i < run->panels * vector_lanes; i++)
            run->packed[(i / vector_lanes * piece_rows + row) * vector_lanes + i % vector_lanes] =
                i < c->columns ? (double)x[i] - c->mean[i] : 0;
    }
}

static void column_tile(int64_t depth, const double *a, const double *b, double *sums, int64_t stride) {
    doubles sum[column_tile_rows];
#pragma clang loop unroll(full)
    for (int r = 0; r < column_tile_rows; r++) sum[r] = LOAD_DOUBLES(sums + r * stride);
    for (int64_t k = 0; k < depth; k++, a += vector_lanes, b += vector_lanes) {
        const doubles values = LOAD_DOUBLES(b);
#pragma clang loop unroll(full)
        for (int r = 0; r < column_tile_rows; r++) sum[r] += a[r] * values;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < column_tile_rows; r++) STORE_DOUBLES(sums + r * stride, sum[r]);
}

/// One panel with itself and those after it.
static void column_products_part(void *context, int part) {
    const struct column_products_run *run = context;
    const int64_t stride = run->panels * vector_lanes, panel = piece_rows * vector_lanes;
    for (int64_t other = part; other < run->panels; other++)
        for (int64_t row = 0; row < vector_lanes; row += column_tile_rows)
            column_tile(
                run->rows, run->packed + part * panel + row, run->packed + other * panel,
                run->sums + (part * vector_lanes + row) * stride + other * vector_lanes, stride);
}

static int64_t column_products_scratch(const struct column_products *c) {
    const int64_t width = rounded_up(c->columns, vector_lanes);
    return width * (piece_rows + width) * (int64_t)sizeof(double);
}

static void column_products(const struct column_products *products) {
    struct column_products c = *products;
    const int64_t width = rounded_up(c.columns, vector_lanes), panels = width / vector_lanes;
    struct column_products_run run = {&c, 0, 0, panels, c.scratch, (double *)c.scratch + width * piece_rows};
    parallel_for((int)panels, column_means_part, &c);
    memset(run.sums, 0, (size_t)(width * width) * sizeof(double));
    for (; run.first < c.rows; run.first += piece_rows) {
        run.rows = lesser(piece_rows, c.rows - run.first);
        parallel_for((int)((run.rows + piece_part_rows - 1) / piece_part_rows), pack_columns_part, &run);
        parallel_for((int)panels, column_products_part, &run);
    }
    for (int64_t i = 0; i < c.columns; i++)
        for (int64_t j = 0; j < c.columns; j++)
            c.products[i * c.columns + j] = i < j ? run.sums[i * width + j] : run.sums[j * width + i];
}
