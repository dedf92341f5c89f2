// Strided loops over up to three arrays: axes sorted and joined, then walked row by row, in parallel.

enum { elements_per_part = 16384 };

/// What lies from `first` until before `end`.
struct span {
    int64_t first, end;
};

static int parts_of(int64_t count) { return (int)((count + elements_per_part - 1) / elements_per_part); }

/// The elements of one part of `count`.
static struct span span_of_part(int part, int64_t count) {
    const int64_t first = (int64_t)part * elements_per_part, end = first + elements_per_part;
    return (struct span){first, end < count ? end : count};
}

struct loop {
    int rank, arrays;
    int64_t size[maximum_rank];
    char *data[3];
    int64_t stride[3][maximum_rank];
    int64_t outer, inner;
};

static int64_t absolute(int64_t value) { return value < 0 ? -value : value; }

static void swap_axes(struct loop *loop, int i, int j) {
    int64_t size = loop->size[i];
    loop->size[i] = loop->size[j];
    loop->size[j] = size;
    for (int a = 0; a < loop->arrays; a++) {
        int64_t stride = loop->stride[a][i];
        loop->stride[a][i] = loop->stride[a][j];
        loop->stride[a][j] = stride;
    }
}

static bool joins_with_next(const struct loop *loop, int i) {
    for (int a = 0; a < loop->arrays; a++)
        if (loop->stride[a][i] != loop->stride[a][i + 1] * loop->size[i + 1]) return false;
    return true;
}

/// Axes of extent 1 go, the others are sorted by the stride of the last array (largest first), neighbours in memory are joined.
static struct loop plan_loop(struct extents extents, int arrays, const struct array *array) {
    struct loop loop = {.arrays = arrays};
    for (int a = 0; a < arrays; a++) loop.data[a] = array[a].data;
    for (int i = 0; i < extents.rank; i++) {
        if (extents.size[i] == 1) continue;
        loop.size[loop.rank] = extents.size[i];
        for (int a = 0; a < arrays; a++) loop.stride[a][loop.rank] = array[a].stride[i];
        loop.rank++;
    }
    const int last = arrays - 1;
    for (int i = 1; i < loop.rank; i++)
        for (int j = i; j > 0 && absolute(loop.stride[last][j - 1]) < absolute(loop.stride[last][j]); j--)
            swap_axes(&loop, j - 1, j);
    for (int i = loop.rank - 2; i >= 0; i--) {
        if (!joins_with_next(&loop, i)) continue;
        loop.size[i] *= loop.size[i + 1];
        for (int a = 0; a < arrays; a++) loop.stride[a][i] = loop.stride[a][i + 1];
        for (int k = i + 1; k + 1 < loop.rank; k++) {
            loop.size[k] = loop.size[k + 1];
            for (int a = 0; a < arrays; a++) loop.stride[a][k] = loop.stride[a][k + 1];
        }
        loop.rank--;
    }
    if (loop.rank == 0) {
        loop.rank = 1;
        loop.size[0] = 1;
        for (int a = 0; a < arrays; a++) loop.stride[a][0] = 1;
    }
    loop.inner = loop.size[loop.rank - 1];
    loop.outer = 1;
    for (int i = 0; i < loop.rank - 1; i++) loop.outer *= loop.size[i];
    return loop;
}

/// Works on `count` elements of one row; the pointers and the strides (in elements) are those of the row.
typedef void (*row_function)(void *context, int64_t count, char *const data[3], const int64_t stride[3]);

struct loop_run {
    const struct loop *loop;
    const int64_t *width;
    row_function row;
    void *context;
    int64_t outer_per_part, inner_per_part, inner_parts;
};

static void run_loop_part(void *context, int part) {
    const struct loop_run *run = context;
    const struct loop *loop = run->loop;
    const int last = loop->rank - 1;
    int64_t first = part / run->inner_parts * run->outer_per_part;
    int64_t end = first + run->outer_per_part < loop->outer ? first + run->outer_per_part : loop->outer;
    int64_t inner_first = part % run->inner_parts * run->inner_per_part;
    int64_t count = loop->inner - inner_first < run->inner_per_part ? loop->inner - inner_first : run->inner_per_part;
    int64_t stride[3] = {0};
    for (int a = 0; a < loop->arrays; a++) stride[a] = loop->stride[a][last];
    int64_t place[maximum_rank] = {0};
    char *row[3] = {0};
    for (int a = 0; a < loop->arrays; a++) row[a] = loop->data[a] + inner_first * stride[a] * run->width[a];
    for (int64_t i = last - 1, rest = first; i >= 0; rest /= loop->size[i--]) {
        place[i] = rest % loop->size[i];
        for (int a = 0; a < loop->arrays; a++) row[a] += place[i] * loop->stride[a][i] * run->width[a];
    }
    for (int64_t outer = first; outer < end; outer++) {
        run->row(run->context, count, row, stride);
        // To the next row, axis by axis as a counter, since divisions take longer than short rows do.
        for (int i = last - 1; i >= 0; i--) {
            const bool wraps = ++place[i] == loop->size[i];
            const int64_t steps = wraps ? 1 - loop->size[i] : 1;
            for (int a = 0; a < loop->arrays; a++) row[a] += steps * loop->stride[a][i] * run->width[a];
            if (!wraps) break;
            place[i] = 0;
        }
    }
}

static void run_loop(const struct loop *loop, const int64_t *width, row_function row, void *context) {
    if (loop->inner == 0 || loop->outer == 0) return;
    struct loop_run run = {loop, width, row, context, 1, loop->inner, 1};
    if (loop->inner > elements_per_part) {
        run.inner_per_part = elements_per_part;
        run.inner_parts = parts_of(loop->inner);
    } else {
        run.outer_per_part = elements_per_part / loop->inner;
    }
    int64_t outer_parts = (loop->outer + run.outer_per_part - 1) / run.outer_per_part;
    parallel_for((int)(outer_parts * run.inner_parts), run_loop_part, &run);
}
