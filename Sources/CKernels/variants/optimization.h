// One pass over the values of a parameter, of REAL.

static void TYPED(sgd_part)(void *context, int part) {
    const struct optimizer_step *s = context;
    const int64_t first = (int64_t)part * elements_per_part;
    const int64_t end = first + elements_per_part < s->count ? first + elements_per_part : s->count;
    REAL *restrict weight = s->weight, *restrict velocity = s->velocity;
    const REAL *restrict gradient = s->gradient;
    const REAL scale = (REAL)s->gradient_scale, rate = (REAL)s->learning_rate, momentum = (REAL)s->momentum;
    const REAL decay = (REAL)s->weight_decay;
    if (s->nesterov) {
        for (int64_t i = first; i < end; i++) {
            const REAL g = gradient[i] * scale + decay * weight[i];
            velocity[i] = momentum * velocity[i] + g;
            weight[i] -= rate * (g + momentum * velocity[i]);
        }
    } else {
        for (int64_t i = first; i < end; i++) {
            const REAL g = gradient[i] * scale + decay * weight[i];
            velocity[i] = momentum * velocity[i] + g;
            weight[i] -= rate * velocity[i];
        }
    }
}

static void TYPED(sgd)(const struct optimizer_step *step) {
    struct optimizer_step copy = *step;
    parallel_for((int)((step->count + elements_per_part - 1) / elements_per_part), TYPED(sgd_part), &copy);
}

struct TYPED(averaging) {
    int64_t count;
    REAL decay;
    const REAL *x;
    REAL *y;
};

static void TYPED(moving_average_part)(void *context, int part) {
    const struct TYPED(averaging) *a = context;
    const int64_t first = (int64_t)part * elements_per_part;
    const int64_t end = first + elements_per_part < a->count ? first + elements_per_part : a->count;
    const REAL *restrict x = a->x;
    REAL *restrict y = a->y;
    for (int64_t i = first; i < end; i++) y[i] = a->decay * y[i] + (1 - a->decay) * x[i];
}

static void TYPED(moving_average)(int64_t count, double decay, const void *x, void *y) {
    struct TYPED(averaging) a = {count, (REAL)decay, x, y};
    parallel_for((int)((count + elements_per_part - 1) / elements_per_part), TYPED(moving_average_part), &a);
}
