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
    for (int64_t i = span.first; i < span.end; i += 2) {
        const double radius = sqrt(-2 * log(1 - random_uniform(run->key, (uint64_t)i))) * run->standard_deviation;
        const double angle = 2 * 3.14159265358979323846 * random_uniform(run->key, (uint64_t)i + 1);
        run->y[i] = (REAL)(radius * cos(angle));
        if (i + 1 < span.end) run->y[i + 1] = (REAL)(radius * sin(angle));
    }
}

static void TYPED(normal_values)(int64_t count, uint64_t key, double standard_deviation, void *y) {
    struct TYPED(normal_run) run = {count, key, standard_deviation, y};
    parallel_for(parts_of(count), TYPED(normal_part), &run);
}
