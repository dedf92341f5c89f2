// Sliding windows over channels-last volumes of REAL: unfolding for the BLAS convolution.

struct TYPED(window_run) {
    const struct window *w;
    int64_t first;
    const REAL *from;
    REAL *to;
};

/// A part is one output plane (image and output frame).
static void TYPED(unfold_plane)(void *context, int part) {
    const struct TYPED(window_run) *run = context;
    const struct window *w = run->w;
    const int64_t taps = w->kernel[0] * w->kernel[1] * w->kernel[2], channels = w->channels;
    const int64_t image = run->first + part / w->output[0], ot = part % w->output[0];
    const REAL *x = run->from + image * w->input[0] * w->input[1] * w->input[2] * channels;
    REAL *row = run->to + (int64_t)part * w->output[1] * w->output[2] * taps * channels;
    for (int64_t oh = 0; oh < w->output[1]; oh++)
        for (int64_t ow = 0; ow < w->output[2]; ow++)
            for (int64_t kt = 0; kt < w->kernel[0]; kt++)
                for (int64_t kh = 0; kh < w->kernel[1]; kh++) {
                    const int64_t t = ot * w->stride[0] - w->padding[0] + kt, h = oh * w->stride[1] - w->padding[1] + kh;
                    const int64_t left = ow * w->stride[2] - w->padding[2];
                    const bool inside = t >= 0 && t < w->input[0] && h >= 0 && h < w->input[1];
                    for (int64_t kw = 0; kw < w->kernel[2]; kw++, row += channels) {
                        if (inside && left + kw >= 0 && left + kw < w->input[2])
                            memcpy(row, x + ((t * w->input[1] + h) * w->input[2] + left + kw) * channels, sizeof(REAL) * (size_t)channels);
                        else
                            memset(row, 0, sizeof(REAL) * (size_t)channels);
                    }
                }
}

static void TYPED(unfold)(const struct window *w, int64_t first, int64_t count, const void *x, void *y) {
    struct TYPED(window_run) run = {w, first, x, y};
    parallel_for((int)(count * w->output[0]), TYPED(unfold_plane), &run);
}

/// A part is one image, since windows overlap.
static void TYPED(fold_image)(void *context, int part) {
    const struct TYPED(window_run) *run = context;
    const struct window *w = run->w;
    const int64_t taps = w->kernel[0] * w->kernel[1] * w->kernel[2], channels = w->channels;
    REAL *x = run->to + (run->first + part) * w->input[0] * w->input[1] * w->input[2] * channels;
    const REAL *row = run->from + (int64_t)part * w->output[0] * w->output[1] * w->output[2] * taps * channels;
    for (int64_t ot = 0; ot < w->output[0]; ot++)
        for (int64_t oh = 0; oh < w->output[1]; oh++)
            for (int64_t ow = 0; ow < w->output[2]; ow++)
                for (int64_t kt = 0; kt < w->kernel[0]; kt++)
                    for (int64_t kh = 0; kh < w->kernel[1]; kh++) {
                        const int64_t t = ot * w->stride[0] - w->padding[0] + kt, h = oh * w->stride[1] - w->padding[1] + kh;
                        const int64_t left = ow * w->stride[2] - w->padding[2];
                        const bool inside = t >= 0 && t < w->input[0] && h >= 0 && h < w->input[1];
                        for (int64_t kw = 0; kw < w->kernel[2]; kw++, row += channels) {
                            if (!inside || left + kw < 0 || left + kw >= w->input[2]) continue;
                            REAL *to = x + ((t * w->input[1] + h) * w->input[2] + left + kw) * channels;
                            for (int64_t c = 0; c < channels; c++) to[c] += row[c];
                        }
                    }
}

static void TYPED(fold)(const struct window *w, int64_t first, int64_t count, const void *y, void *x) {
    struct TYPED(window_run) run = {w, first, y, x};
    parallel_for((int)count, TYPED(fold_image), &run);
}
