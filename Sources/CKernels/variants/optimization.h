// One pass over the values of a parameter, of REAL, and over the average that follows it.

ALWAYS_INLINE void TYPED(follow)(const struct follower *follower, const REAL *restrict weight, struct span span) {
    REAL *restrict average = follower->average;
    const REAL decay = (REAL)follower->decay;
    for (int64_t i = span.first; average && i < span.end; i++) average[i] = decay * average[i] + (1 - decay) * weight[i];
}

static void TYPED(sgd_part)(void *context, int part) {
    const struct optimizer_step *s = context;
    const struct span span = span_of_part(part, s->count);
    REAL *restrict weight = s->weight, *restrict velocity = s->velocity;
    const REAL *restrict gradient = s->gradient;
    const REAL scale = (REAL)s->gradient_scale, rate = (REAL)s->learning_rate, momentum = (REAL)s->momentum;
    const REAL decay = (REAL)s->weight_decay;
    if (s->nesterov) {
        for (int64_t i = span.first; i < span.end; i++) {
            const REAL g = gradient[i] * scale + decay * weight[i];
            velocity[i] = momentum * velocity[i] + g;
            weight[i] -= rate * (g + momentum * velocity[i]);
        }
    } else {
        for (int64_t i = span.first; i < span.end; i++) {
            const REAL g = gradient[i] * scale + decay * weight[i];
            velocity[i] = momentum * velocity[i] + g;
            weight[i] -= rate * velocity[i];
        }
    }
    TYPED(follow)(&s->follower, weight, span);
}

static void TYPED(sgd)(const struct optimizer_step *step) {
    struct optimizer_step copy = *step;
    parallel_for(parts_of(step->count), TYPED(sgd_part), &copy);
}

static void TYPED(adamw_part)(void *context, int part) {
    const struct adamw_step *s = context;
    const struct span span = span_of_part(part, s->count);
    REAL *restrict weight = s->weight, *restrict mean = s->first_moment, *restrict square = s->second_moment;
    const REAL *restrict gradient = s->gradient;
    const double number = (double)s->number;
    const REAL scale = (REAL)s->gradient_scale, kept = (REAL)(1 - s->learning_rate * s->weight_decay);
    const REAL beta1 = (REAL)s->beta1, beta2 = (REAL)s->beta2, rest1 = (REAL)(1 - s->beta1), rest2 = (REAL)(1 - s->beta2);
    const REAL rate = (REAL)(s->learning_rate / (1 - pow(s->beta1, number)));
    const REAL root = (REAL)sqrt(1 - pow(s->beta2, number)), epsilon = (REAL)s->epsilon;
    for (int64_t i = span.first; i < span.end; i++) {
        const REAL g = gradient[i] * scale;
        mean[i] = beta1 * mean[i] + rest1 * g;
        square[i] = beta2 * square[i] + rest2 * g * g;
        const REAL length = (REAL)(sizeof(REAL) == 4 ? sqrtf((float)square[i]) : sqrt(square[i])) / root + epsilon;
        weight[i] = kept * weight[i] - rate * mean[i] / length;
    }
    TYPED(follow)(&s->follower, weight, span);
}

static void TYPED(adamw)(const struct adamw_step *step) {
    struct adamw_step copy = *step;
    parallel_for(parts_of(step->count), TYPED(adamw_part), &copy);
}

struct TYPED(lars_scan) {
    const struct optimizer_step *step;
    /// of each part: the weights', then the gradients'
    double *sums;
};

static void TYPED(lars_sums_part)(void *context, int part) {
    const struct TYPED(lars_scan) *scan = context;
    const struct optimizer_step *s = scan->step;
    const struct span span = span_of_part(part, s->count);
    const REAL *weight = s->weight, *gradient = s->gradient;
    const REAL scale = (REAL)s->gradient_scale, decay = (REAL)s->weight_decay;
    double lane[2][8] = {{0}};
    for (int64_t i = span.first; i < span.end; i++) {
        const REAL g = gradient[i] * scale + decay * weight[i];
        lane[0][i & 7] += (double)weight[i] * (double)weight[i];
        lane[1][i & 7] += (double)g * (double)g;
    }
    for (int which = 0; which < 2; which++) {
        double total = 0;
        for (int k = 0; k < 8; k++) total += lane[which][k];
        scan->sums[2 * part + which] = total;
    }
}

static void TYPED(lars_sums)(const struct optimizer_step *step, double *weight, double *gradient) {
    const int parts = parts_of(step->count);
    double few[256], *sums = parts <= 128 ? few : malloc(sizeof(double) * 2 * (size_t)parts);
    *weight = *gradient = NAN;
    if (!sums) return;
    struct TYPED(lars_scan) scan = {step, sums};
    parallel_for(parts, TYPED(lars_sums_part), &scan);
    *weight = *gradient = 0;
    for (int part = 0; part < parts; part++) {
        *weight += sums[2 * part];
        *gradient += sums[2 * part + 1];
    }
    if (sums != few) free(sums);
}

static void TYPED(lars_part)(void *context, int part) {
    const struct optimizer_step *s = context;
    const struct span span = span_of_part(part, s->count);
    REAL *restrict weight = s->weight, *restrict velocity = s->velocity;
    const REAL *restrict gradient = s->gradient;
    const REAL scale = (REAL)s->gradient_scale, rate = (REAL)s->learning_rate, momentum = (REAL)s->momentum;
    const REAL decay = (REAL)s->weight_decay;
    for (int64_t i = span.first; i < span.end; i++) {
        velocity[i] = momentum * velocity[i] + rate * (gradient[i] * scale + decay * weight[i]);
        weight[i] -= velocity[i];
    }
    TYPED(follow)(&s->follower, weight, span);
}

static void TYPED(lars)(const struct optimizer_step *step) {
    struct optimizer_step copy = *step;
    parallel_for(parts_of(step->count), TYPED(lars_part), &copy);
}

struct TYPED(averaging) {
    int64_t count;
    const REAL *x;
    struct follower follower;
};

static void TYPED(moving_average_part)(void *context, int part) {
    const struct TYPED(averaging) *a = context;
    const struct span span = span_of_part(part, a->count);
    TYPED(follow)(&a->follower, a->x, span);
}

static void TYPED(moving_average)(int64_t count, double decay, const void *x, void *y) {
    struct TYPED(averaging) a = {count, x, {y, decay}};
    parallel_for(parts_of(count), TYPED(moving_average_part), &a);
}
