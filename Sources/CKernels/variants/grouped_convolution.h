// Convolution in groups over channels-last volumes of REAL: each output channel sees the input channels of its own group.
// Direct, row by row, so that a row of sums stays in the nearest cache; depthwise (a channel a group) runs along the channels.

struct TYPED(grouped_run) {
    const struct grouped_convolution *g;
    /// input channels and output channels of a group, taps
    int64_t inputs, outputs, taps;
};

/// The part of an output row whose input under tap `kw` lies inside.
static void TYPED(columns_of_tap)(const struct window *w, int64_t kw, int64_t *first, int64_t *end) {
    const int64_t stride = w->stride[2], offset = kw - w->padding[2], room = w->input[2] - offset;
    *first = offset < 0 ? (-offset + stride - 1) / stride : 0;
    *end = room <= 0 ? 0 : (room - 1) / stride + 1;
    if (*end > w->output[2]) *end = w->output[2];
}

/// A part is one output channel: weights `[outputs][taps][inputs]` become `[taps][group x inputs][outputs of the group]`.
static void TYPED(grouped_turn_channel)(void *context, int channel) {
    const struct TYPED(grouped_run) *run = context;
    const int64_t group = channel / run->outputs, channels = run->g->window.channels;
    const REAL *weights = (const REAL *)run->g->weights + channel * run->taps * run->inputs;
    REAL *turned = run->g->scratch;
    for (int64_t tap = 0; tap < run->taps; tap++)
        for (int64_t i = 0; i < run->inputs; i++)
            turned[(tap * channels + group * run->inputs + i) * run->outputs + channel % run->outputs] = weights[tap * run->inputs + i];
}

/// sums += x * w for the channels of one position; `w` is one tap of the turned weights.
static void TYPED(grouped_position)(
    int64_t channels, int64_t inputs, int64_t outputs, const REAL *restrict x, const REAL *restrict w, REAL *restrict sums) {
    if (inputs == 1 && outputs == 1) {
        for (int64_t c = 0; c < channels; c++) sums[c] += x[c] * w[c];
        return;
    }
    for (int64_t c = 0; c < channels; c++) {
        REAL *group = sums + c / inputs * outputs;
        for (int64_t o = 0; o < outputs; o++) group[o] += x[c] * w[c * outputs + o];
    }
}

/// A part is one output plane (image and output frame).
static void TYPED(grouped_forward_plane)(void *context, int part) {
    const struct TYPED(grouped_run) *run = context;
    const struct window *w = &run->g->window;
    const int64_t channels = w->channels, all = run->g->outputs, image = part / w->output[0], ot = part % w->output[0];
    const REAL *x = (const REAL *)run->g->x + image * w->input[0] * w->input[1] * w->input[2] * channels;
    REAL *row = (REAL *)run->g->y + (int64_t)part * w->output[1] * w->output[2] * all;
    for (int64_t oh = 0; oh < w->output[1]; oh++, row += w->output[2] * all) {
        memset(row, 0, sizeof(REAL) * (size_t)(w->output[2] * all));
        const REAL *weights = run->g->scratch;
        for (int64_t kt = 0; kt < w->kernel[0]; kt++)
            for (int64_t kh = 0; kh < w->kernel[1]; kh++)
                for (int64_t kw = 0; kw < w->kernel[2]; kw++, weights += channels * run->outputs) {
                    const int64_t t = ot * w->stride[0] - w->padding[0] + kt, h = oh * w->stride[1] - w->padding[1] + kh;
                    if (t < 0 || t >= w->input[0] || h < 0 || h >= w->input[1]) continue;
                    int64_t first, end;
                    TYPED(columns_of_tap)(w, kw, &first, &end);
                    const REAL *from = x + (t * w->input[1] + h) * w->input[2] * channels;
                    for (int64_t ow = first; ow < end; ow++)
                        TYPED(grouped_position)(
                            channels, run->inputs, run->outputs, from + (ow * w->stride[2] - w->padding[2] + kw) * channels, weights,
                            row + ow * all);
                }
    }
}

/// sums += the transpose of w, times dy, for the channels of one position; `w` is one tap of the turned weights.
static void TYPED(grouped_position_backward)(
    int64_t channels, int64_t inputs, int64_t outputs, const REAL *restrict dy, const REAL *restrict w, REAL *restrict sums) {
    if (inputs == 1 && outputs == 1) {
        for (int64_t c = 0; c < channels; c++) sums[c] += dy[c] * w[c];
        return;
    }
    for (int64_t c = 0; c < channels; c++) {
        const REAL *group = dy + c / inputs * outputs;
        REAL sum = 0;
        for (int64_t o = 0; o < outputs; o++) sum += group[o] * w[c * outputs + o];
        sums[c] += sum;
    }
}

/// A part is one input plane (image and frame): it gathers from the output frames that saw it.
static void TYPED(grouped_backward_input_plane)(void *context, int part) {
    const struct TYPED(grouped_run) *run = context;
    const struct window *w = &run->g->window;
    const int64_t channels = w->channels, all = run->g->outputs, image = part / w->input[0], t = part % w->input[0];
    const REAL *dy = (const REAL *)run->g->y + image * w->output[0] * w->output[1] * w->output[2] * all;
    REAL *row = (REAL *)run->g->x + (int64_t)part * w->input[1] * w->input[2] * channels;
    for (int64_t h = 0; h < w->input[1]; h++, row += w->input[2] * channels) {
        memset(row, 0, sizeof(REAL) * (size_t)(w->input[2] * channels));
        const REAL *weights = run->g->scratch;
        for (int64_t kt = 0; kt < w->kernel[0]; kt++)
            for (int64_t kh = 0; kh < w->kernel[1]; kh++)
                for (int64_t kw = 0; kw < w->kernel[2]; kw++, weights += channels * run->outputs) {
                    const int64_t at = t + w->padding[0] - kt, ah = h + w->padding[1] - kh;
                    if (at < 0 || at % w->stride[0] != 0 || ah < 0 || ah % w->stride[1] != 0) continue;
                    const int64_t ot = at / w->stride[0], oh = ah / w->stride[1];
                    if (ot >= w->output[0] || oh >= w->output[1]) continue;
                    int64_t first, end;
                    TYPED(columns_of_tap)(w, kw, &first, &end);
                    const REAL *from = dy + (ot * w->output[1] + oh) * w->output[2] * all;
                    for (int64_t ow = first; ow < end; ow++)
                        TYPED(grouped_position_backward)(
                            channels, run->inputs, run->outputs, from + ow * all, weights,
                            row + (ow * w->stride[2] - w->padding[2] + kw) * channels);
                }
    }
}

enum { TYPED(grouped_block) = 64 };

/// Groups that are worked on together, so that rows of channels are long enough for vectors.
static int64_t TYPED(groups_per_block)(const struct TYPED(grouped_run) *run) {
    const int64_t width = run->inputs > run->outputs ? run->inputs : run->outputs;
    return width < TYPED(grouped_block) ? TYPED(grouped_block) / width : 1;
}

/// sums `[outputs of the block][inputs]` += dy x' for one position.
static void TYPED(grouped_outer_product)(
    int64_t groups, int64_t inputs, int64_t outputs, const REAL *restrict x, const REAL *restrict dy, REAL *restrict sums) {
    if (inputs == 1 && outputs == 1) {
        for (int64_t c = 0; c < groups; c++) sums[c] += x[c] * dy[c];
        return;
    }
    for (int64_t o = 0; o < groups * outputs; o++) {
        const REAL *from = x + o / outputs * inputs;
        for (int64_t i = 0; i < inputs; i++) sums[o * inputs + i] += from[i] * dy[o];
    }
}

/// One tap and block of groups over one plane, into `sums`.
static void TYPED(grouped_weights_of_plane)(
    const struct TYPED(grouped_run) *run, const REAL *x, const REAL *dy, int64_t kh, int64_t kw, int64_t groups, REAL *sums) {
    const struct window *w = &run->g->window;
    int64_t first, end;
    TYPED(columns_of_tap)(w, kw, &first, &end);
    for (int64_t oh = 0; oh < w->output[1]; oh++) {
        const int64_t h = oh * w->stride[1] - w->padding[1] + kh;
        if (h < 0 || h >= w->input[1]) continue;
        for (int64_t ow = first; ow < end; ow++)
            TYPED(grouped_outer_product)(
                groups, run->inputs, run->outputs,
                x + (h * w->input[2] + ow * w->stride[2] - w->padding[2] + kw) * w->channels,
                dy + (oh * w->output[2] + ow) * run->g->outputs, sums);
    }
}

/// A part is one tap of one block of groups. The sums of a plane are taken first, so that many small values add up well.
static void TYPED(grouped_backward_weights_part)(void *context, int part) {
    const struct TYPED(grouped_run) *run = context;
    const struct window *w = &run->g->window;
    const int64_t per_block = TYPED(groups_per_block)(run), blocks = (run->g->groups + per_block - 1) / per_block;
    const int64_t tap = part / blocks, group = part % blocks * per_block;
    const int64_t groups = run->g->groups - group < per_block ? run->g->groups - group : per_block;
    const int64_t kt = tap / (w->kernel[1] * w->kernel[2]), kh = tap / w->kernel[2] % w->kernel[1], kw = tap % w->kernel[2];
    const int64_t count = groups * run->outputs * run->inputs, start = group * run->outputs;
    REAL *sums = (REAL *)run->g->scratch + (tap * run->g->outputs + start) * run->inputs, *dw = run->g->weights;
    for (int64_t o = start; o < start + groups * run->outputs; o++)
        memset(dw + (o * run->taps + tap) * run->inputs, 0, sizeof(REAL) * (size_t)run->inputs);
    for (int64_t plane = 0; plane < w->batch * w->output[0]; plane++) {
        const int64_t image = plane / w->output[0], t = plane % w->output[0] * w->stride[0] - w->padding[0] + kt;
        if (t < 0 || t >= w->input[0]) continue;
        memset(sums, 0, sizeof(REAL) * (size_t)count);
        TYPED(grouped_weights_of_plane)(
            run, (const REAL *)run->g->x + (image * w->input[0] + t) * w->input[1] * w->input[2] * w->channels + group * run->inputs,
            (const REAL *)run->g->y + plane * w->output[1] * w->output[2] * run->g->outputs + start, kh, kw, groups, sums);
        for (int64_t o = 0; o < groups * run->outputs; o++)
            for (int64_t i = 0; i < run->inputs; i++)
                dw[((start + o) * run->taps + tap) * run->inputs + i] += sums[o * run->inputs + i];
    }
}

static void TYPED(grouped_convolution)(enum convolution_pass pass, const struct grouped_convolution *g) {
    const struct window *w = &g->window;
    struct TYPED(grouped_run) run = {
        g, w->channels / g->groups, g->outputs / g->groups, w->kernel[0] * w->kernel[1] * w->kernel[2]};
    if (pass == CONVOLUTION_BACKWARD_WEIGHTS) {
        const int64_t per_block = TYPED(groups_per_block)(&run), blocks = (g->groups + per_block - 1) / per_block;
        parallel_for((int)(run.taps * blocks), TYPED(grouped_backward_weights_part), &run);
        return;
    }
    parallel_for((int)g->outputs, TYPED(grouped_turn_channel), &run);
    if (pass == CONVOLUTION_FORWARD)
        parallel_for((int)(w->batch * w->output[0]), TYPED(grouped_forward_plane), &run);
    else
        parallel_for((int)(w->batch * w->input[0]), TYPED(grouped_backward_input_plane), &run);
}
