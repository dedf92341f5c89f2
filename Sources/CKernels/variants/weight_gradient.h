// The weight gradient of a convolution, direct: one small matrix product for each tap over the positions of a plane, its sums
// in registers. The library falls back to unfolding and a large product here on processors without AVX-512, which is several
// times slower for few channels.

typedef float lanes __attribute__((vector_size(32), aligned(4)));

enum { lane_count = 8, vectors_per_tile = 2, rows_per_tile = 6 };

struct weight_gradient_run {
    const struct window *w;
    int64_t outputs;
    int parts;
    const float *x, *dy;
    float *partial, *dw;
};

/// Where one tap meets a plane: output rows and columns whose input lies inside.
struct tap_range {
    int64_t first[2], end[2], offset[2];
};

static struct tap_range range_of_tap(const struct window *w, int64_t kh, int64_t kw) {
    struct tap_range range;
    const int64_t tap[2] = {kh, kw};
    for (int axis = 0; axis < 2; axis++) {
        const int64_t stride = w->stride[axis + 1], offset = tap[axis] - w->padding[axis + 1], input = w->input[axis + 1];
        range.offset[axis] = offset;
        range.first[axis] = offset < 0 ? (-offset + stride - 1) / stride : 0;
        const int64_t end = input - offset <= 0 ? 0 : (input - offset - 1) / stride + 1;
        range.end[axis] = end < w->output[axis + 1] ? end : w->output[axis + 1];
    }
    return range;
}

/// sums[row][lane] += x[position][row] * dy[position][lane] over a plane; `rows` and `vectors` are constants where it is inlined.
__attribute__((always_inline)) static inline void tile(
    const struct window *w, int64_t outputs, const struct tap_range *range, const float *x, const float *dy, float *sums,
    const int rows, const int vectors) {
    lanes sum[rows_per_tile][vectors_per_tile] = {0};
    const int64_t channels = w->channels, step = w->stride[2] * channels;
    for (int64_t oh = range->first[0]; oh < range->end[0]; oh++) {
        const int64_t row = (oh * w->stride[1] + range->offset[0]) * w->input[2];
        const float *from = x + (row + range->first[1] * w->stride[2] + range->offset[1]) * channels;
        const float *gradient = dy + (oh * w->output[2] + range->first[1]) * outputs;
        for (int64_t ow = range->first[1]; ow < range->end[1]; ow++, from += step, gradient += outputs) {
            lanes g[vectors_per_tile];
            for (int v = 0; v < vectors; v++) g[v] = *(const lanes *)(gradient + v * lane_count);
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++) sum[r][v] += from[r] * g[v];
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) *(lanes *)(sums + r * outputs + v * lane_count) += sum[r][v];
}

#define TILE_ROWS(n, vectors) case n: tile(w, outputs, range, x, dy, sums, n, vectors); break

static void tile_of(
    const struct window *w, int64_t outputs, const struct tap_range *range, const float *x, const float *dy, float *sums,
    int64_t rows, int64_t vectors) {
    if (vectors == 1) {
        switch (rows) { TILE_ROWS(1, 1); TILE_ROWS(2, 1); TILE_ROWS(3, 1); TILE_ROWS(4, 1); TILE_ROWS(5, 1); TILE_ROWS(6, 1); }
    } else {
        switch (rows) { TILE_ROWS(1, 2); TILE_ROWS(2, 2); TILE_ROWS(3, 2); TILE_ROWS(4, 2); TILE_ROWS(5, 2); TILE_ROWS(6, 2); }
    }
}
#undef TILE_ROWS

/// One tap on one plane: `[channels][outputs]` sums, tile by tile.
static void tap_of_plane(
    const struct window *w, int64_t outputs, const struct tap_range *range, const float *x, const float *dy, float *sums) {
    for (int64_t i = 0; i < w->channels; i += rows_per_tile) {
        const int64_t rows = w->channels - i < rows_per_tile ? w->channels - i : rows_per_tile;
        for (int64_t o = 0; o < outputs; o += vectors_per_tile * lane_count) {
            const int64_t vectors = outputs - o < vectors_per_tile * lane_count ? 1 : vectors_per_tile;
            tile_of(w, outputs, range, x + i, dy + o, sums + i * outputs + o, rows, vectors);
        }
    }
}

/// A part is a range of images with sums of its own, `[taps][channels][outputs]`.
static void weight_gradient_part(void *context, int part) {
    const struct weight_gradient_run *run = context;
    const struct window *w = run->w;
    const int64_t weights = w->kernel[0] * w->kernel[1] * w->kernel[2] * w->channels * run->outputs;
    const int64_t x_plane = w->input[1] * w->input[2] * w->channels, y_plane = w->output[1] * w->output[2] * run->outputs;
    float *sums = run->partial + part * weights;
    memset(sums, 0, sizeof(float) * (size_t)weights);
    for (int64_t n = w->batch * part / run->parts; n < w->batch * (part + 1) / run->parts; n++)
        for (int64_t ot = 0; ot < w->output[0]; ot++) {
            float *tap = sums;
            const float *dy = run->dy + (n * w->output[0] + ot) * y_plane;
            for (int64_t kt = 0; kt < w->kernel[0]; kt++) {
                const int64_t t = ot * w->stride[0] - w->padding[0] + kt;
                const float *x = run->x + (n * w->input[0] + t) * x_plane;
                for (int64_t kh = 0; kh < w->kernel[1]; kh++)
                    for (int64_t kw = 0; kw < w->kernel[2]; kw++, tap += w->channels * run->outputs) {
                        if (t < 0 || t >= w->input[0]) continue;
                        const struct tap_range range = range_of_tap(w, kh, kw);
                        tap_of_plane(w, run->outputs, &range, x, dy, tap);
                    }
            }
        }
}

/// A part is one output channel: the sums of all parts, in their order, into `[outputs][taps][channels]`.
static void weight_gradient_output(void *context, int output) {
    const struct weight_gradient_run *run = context;
    const int64_t rows = run->w->kernel[0] * run->w->kernel[1] * run->w->kernel[2] * run->w->channels;
    for (int64_t row = 0; row < rows; row++) {
        float sum = 0;
        for (int part = 0; part < run->parts; part++) sum += run->partial[(part * rows + row) * run->outputs + output];
        run->dw[output * rows + row] = sum;
    }
}

static void weight_gradient(
    const struct window *w, int64_t outputs, int parts, const float *x, const float *dy, float *partial, float *dw) {
    struct weight_gradient_run run = {w, outputs, parts, x, dy, partial, dw};
    parallel_for(parts, weight_gradient_part, &run);
    parallel_for((int)outputs, weight_gradient_output, &run);
}
