// Sums in place, of STORED, added in REAL.

struct TYPED(accumulation) {
    int64_t count;
    const STORED *x;
    STORED *y;
};

static void TYPED(accumulate_part)(void *context, int part) {
    const struct TYPED(accumulation) *a = context;
    const struct span span = span_of_part(part, a->count);
    const STORED *restrict x = a->x;
    STORED *restrict y = a->y;
    for (int64_t i = span.first; i < span.end; i++) y[i] = STORE(LOAD(y[i]) + LOAD(x[i]));
}

static void TYPED(accumulate)(int64_t count, const void *x, void *y) {
    struct TYPED(accumulation) a = {count, x, y};
    parallel_for(parts_of(count), TYPED(accumulate_part), &a);
}
