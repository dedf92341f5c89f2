// Random values of REAL: element i is a function of the key and i.

static void TYPED(dropout_mask)(int64_t count, uint64_t key, double rate, void *data) {
    REAL *y = data;
    const REAL kept = (REAL)(rate < 1 ? 1 / (1 - rate) : 0);
    for (int64_t i = 0; i < count; i++) y[i] = random_uniform(key, (uint64_t)i) < rate ? 0 : kept;
}

struct TYPED(normal_run) {
    int64_t count;
    uint64_t key;
    double standard_deviation;
    REAL *y;
};

static void TYPED(normal_part)(void *context, int part) {
    const struct TYPED(normal_run) *run = context;
    const struct span span = span_of_part(part, run->count);
    double even[normal_pairs], odd[normal_pairs];
    for (int64_t first = span.first; first < span.end; first += 2 * normal_pairs) {
        normal_block(run->key, (uint64_t)first, run->standard_deviation, even, odd);
        const int64_t rest = span.end - first, count = rest < 2 * normal_pairs ? rest : 2 * normal_pairs;
        for (int64_t i = 0; i < count / 2; i++) {
            run->y[first + 2 * i] = (REAL)even[i];
            run->y[first + 2 * i + 1] = (REAL)odd[i];
        }
        if (count % 2) run->y[first + count - 1] = (REAL)even[count / 2];
    }
}

static void TYPED(normal_values)(int64_t count, uint64_t key, double standard_deviation, void *y) {
    struct TYPED(normal_run) run = {count, key, standard_deviation, y};
    parallel_for(parts_of(count), TYPED(normal_part), &run);
}
