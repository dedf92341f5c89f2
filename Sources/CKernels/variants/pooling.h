// Maxima over windows of STORED, compared in REAL.

struct TYPED(pooling) {
    const struct window *w;
    const STORED *from;
    STORED *to;
    int32_t *chosen;
};

static void TYPED(max_pool_plane)(void *context, int part) {
    const struct TYPED(pooling) *run = context;
    const struct window *w = run->w;
    const int64_t channels = w->channels, image = part / w->output[0], ot = part % w->output[0];
    const STORED *x = run->from + image * w->input[0] * w->input[1] * w->input[2] * channels;
    int64_t at = (int64_t)part * w->output[1] * w->output[2] * channels;
    for (int64_t oh = 0; oh < w->output[1]; oh++)
        for (int64_t ow = 0; ow < w->output[2]; ow++, at += channels) {
            STORED *y = run->to + at;
            int32_t *chosen = run->chosen + at, tap = 0;
            bool empty = true;
            for (int64_t kt = 0; kt < w->kernel[0]; kt++)
                for (int64_t kh = 0; kh < w->kernel[1]; kh++)
                    for (int64_t kw = 0; kw < w->kernel[2]; kw++, tap++) {
                        const int64_t t = ot * w->stride[0] - w->padding[0] + kt, h = oh * w->stride[1] - w->padding[1] + kh;
                        const int64_t v = ow * w->stride[2] - w->padding[2] + kw;
                        if (t < 0 || t >= w->input[0] || h < 0 || h >= w->input[1] || v < 0 || v >= w->input[2]) continue;
                        const STORED *from = x + ((t * w->input[1] + h) * w->input[2] + v) * channels;
                        for (int64_t c = 0; c < channels; c++) {
                            const REAL value = LOAD(from[c]);
                            const bool better = empty || value > LOAD(y[c]) || value != value;
                            y[c] = better ? from[c] : y[c];
                            chosen[c] = better ? tap : chosen[c];
                        }
                        empty = false;
                    }
        }
}

static void TYPED(max_pool)(const struct window *w, const void *x, void *y, int32_t *chosen) {
    struct TYPED(pooling) run = {w, x, y, chosen};
    parallel_for((int)(w->batch * w->output[0]), TYPED(max_pool_plane), &run);
}

static void TYPED(max_pool_backward_image)(void *context, int image) {
    const struct TYPED(pooling) *run = context;
    const struct window *w = run->w;
    const int64_t channels = w->channels, plane = w->kernel[1] * w->kernel[2];
    STORED *x = run->to + image * w->input[0] * w->input[1] * w->input[2] * channels;
    memset(x, 0, sizeof(STORED) * (size_t)(w->input[0] * w->input[1] * w->input[2] * channels));
    int64_t at = image * w->output[0] * w->output[1] * w->output[2] * channels;
    for (int64_t ot = 0; ot < w->output[0]; ot++)
        for (int64_t oh = 0; oh < w->output[1]; oh++)
            for (int64_t ow = 0; ow < w->output[2]; ow++, at += channels)
                for (int64_t c = 0; c < channels; c++) {
                    const int64_t tap = run->chosen[at + c];
                    const int64_t t = ot * w->stride[0] - w->padding[0] + tap / plane;
                    const int64_t h = oh * w->stride[1] - w->padding[1] + tap % plane / w->kernel[2];
                    const int64_t v = ow * w->stride[2] - w->padding[2] + tap % w->kernel[2];
                    STORED *to = &x[((t * w->input[1] + h) * w->input[2] + v) * channels + c];
                    *to = STORE(LOAD(*to) + LOAD(run->from[at + c]));
                }
}

static void TYPED(max_pool_backward)(const struct window *w, const void *dy, const int32_t *chosen, void *dx) {
    struct TYPED(pooling) run = {w, dy, dx, (int32_t *)chosen};
    parallel_for((int)w->batch, TYPED(max_pool_backward_image), &run);
}
