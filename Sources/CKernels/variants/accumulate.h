// Sums in place, of STORED, added in REAL.

struct TYPED(accumulation) {
    int64_t count;
    const STORED *x;
    STORED *y;
};

static void TYPED(accumulate_part)(void *context, int part) {
    const struct TYPED(accumulation) *a = context;
    const int64_t first = (int64_t)part * elements_per_part;
    const int64_t end = first + elements_per_part < a->count ? first + elements_per_part : a->count;
    const STORED *restrict x = a->x;
    STORED *restrict y = a->y;
    for (int64_t i = first; i < end; i++) y[i] = STORE(LOAD(y[i]) + LOAD(x[i]));
}

static void TYPED(accumulate)(int64_t count, const void *x, void *y) {
    struct TYPED(accumulation) a = {count, x, y};
    parallel_for((int)((count + elements_per_part - 1) / elements_per_part), TYPED(accumulate_part), &a);
}
