// Convolution in groups over channels-last volumes of REAL: each output channel sees the input channels of its own group.
// Direct, row by row, so that a row of sums stays in the nearest cache. Depthwise (a channel a group) runs along the channels;
// other groups are joined to blocks that fill a vector, whose weights between groups are 0.

typedef REAL TYPED(group_lanes) __attribute__((vector_size(32), aligned(sizeof(REAL))));

enum { TYPED(group_lane_count) = 32 / sizeof(REAL), TYPED(depthwise_block) = 64, TYPED(group_rows) = 8 };

struct TYPED(grouped_run) {
    const struct convolution *g;
    /// input channels and output channels of a group, taps
    int64_t inputs, outputs, taps;
    /// whether it is the gradient of the input that is computed: from outputs to inputs
    _Bool backward;
    /// what a pass reads and writes of a group
    int64_t sources, targets;
    /// groups of a block (the last may have fewer), blocks, and the targets of a block with those that only fill its vectors
    int64_t groups, blocks, padded;
};

static struct TYPED(grouped_run) TYPED(plan_groups)(enum convolution_pass pass, const struct convolution *g) {
    struct TYPED(grouped_run) run = {.g = g, .inputs = g->window.channels / g->groups, .outputs = g->outputs / g->groups};
    run.taps = g->window.kernel[0] * g->window.kernel[1] * g->window.kernel[2];
    run.backward = pass == CONVOLUTION_BACKWARD_INPUT;
    run.sources = run.backward ? run.outputs : run.inputs;
    run.targets = run.backward ? run.inputs : run.outputs;
    const int64_t lanes = run.inputs == 1 && run.outputs == 1 ? TYPED(depthwise_block) : TYPED(group_lane_count);
    run.groups = run.targets < lanes ? lanes / run.targets : 1;
    run.blocks = (g->groups + run.groups - 1) / run.groups;
    run.padded = (run.groups * run.targets + lanes - 1) / lanes * lanes;
    return run;
}

static int64_t TYPED(grouped_scratch)(enum convolution_pass pass, const struct convolution *g) {
    const struct TYPED(grouped_run) run = TYPED(plan_groups)(pass, g);
    const int64_t sources = run.inputs == 1 && run.outputs == 1 ? 1 : run.groups * run.sources;
    return (int64_t)sizeof(REAL) * run.taps * run.blocks * sources * run.padded;
}

static _Bool TYPED(is_depthwise)(const struct TYPED(grouped_run) *run) { return run->inputs == 1 && run->outputs == 1; }

static int64_t TYPED(groups_of_block)(const struct TYPED(grouped_run) *run, int64_t block) {
    const int64_t rest = run->g->groups - block * run->groups;
    return rest < run->groups ? rest : run->groups;
}

/// The part of an output row whose input under tap `kw` lies inside.
static void TYPED(columns_of_tap)(const struct window *w, int64_t kw, int64_t *first, int64_t *end) {
    const int64_t stride = w->stride[2], offset = kw - w->padding[2], room = w->input[2] - offset;
    *first = offset < 0 ? (-offset + stride - 1) / stride : 0;
    *end = room <= 0 ? 0 : (room - 1) / stride + 1;
    if (*end > w->output[2]) *end = w->output[2];
}

// MARK: Forward, and the gradient of the input

/// A part is one block: its weights become `[taps][blocks][sources][padded targets]`; depthwise `[taps][padded channels]`.
static void TYPED(turn_block)(void *context, int block) {
    const struct TYPED(grouped_run) *run = context;
    const REAL *weights = run->g->weights;
    const int64_t groups = TYPED(groups_of_block)(run, block), rows = TYPED(is_depthwise)(run) ? 1 : run->groups * run->sources;
    for (int64_t tap = 0; tap < run->taps; tap++) {
        REAL *turned = (REAL *)run->g->scratch + (tap * run->blocks + block) * rows * run->padded;
        memset(turned, 0, sizeof(REAL) * (size_t)(rows * run->padded));
        for (int64_t n = 0; n < groups; n++)
            for (int64_t s = 0; s < run->sources; s++)
                for (int64_t t = 0; t < run->targets; t++) {
                    const int64_t o = (block * run->groups + n) * run->outputs + (run->backward ? s : t), i = run->backward ? t : s;
                    const int64_t row = TYPED(is_depthwise)(run) ? 0 : n * run->sources + s;
                    turned[row * run->padded + n * run->targets + t] = weights[(o * run->taps + tap) * run->inputs + i];
                }
    }
}

/// to += from x weights for `positions` places of a row, `from_step` and `to_step` apart; `positions` is constant where inlined.
__attribute__((always_inline)) static inline void TYPED(group_positions)(
    const int positions, int64_t sources, int64_t targets, int64_t padded, const REAL *from, int64_t from_step,
    const REAL *weights, REAL *to, int64_t to_step) {
    for (int64_t t = 0; t < targets; t += TYPED(group_lane_count)) {
        const size_t rest = sizeof(REAL) * (size_t)(targets - t);
        const _Bool whole = rest >= sizeof(TYPED(group_lanes));
        TYPED(group_lanes) sum[4] = {0};
        for (int p = 0; p < positions; p++) {
            if (whole) sum[p] = *(const TYPED(group_lanes) *)(to + p * to_step + t);
            else memcpy(&sum[p], to + p * to_step + t, rest);
        }
        for (int64_t s = 0; s < sources; s++) {
            const TYPED(group_lanes) w = *(const TYPED(group_lanes) *)(weights + s * padded + t);
            for (int p = 0; p < positions; p++) sum[p] += from[p * from_step + s] * w;
        }
        for (int p = 0; p < positions; p++) {
            if (whole) *(TYPED(group_lanes) *)(to + p * to_step + t) = sum[p];
            else memcpy(to + p * to_step + t, &sum[p], rest);
        }
    }
}

/// One tap over `count` places of a row, all groups; `tap_weights` are those of the tap.
static void TYPED(group_row)(
    const struct TYPED(grouped_run) *run, int64_t count, const REAL *from, int64_t from_step, const REAL *tap_weights, REAL *to,
    int64_t to_step) {
    if (TYPED(is_depthwise)(run)) {
        for (int64_t place = 0; place < count; place++) {
            const REAL *restrict x = from + place * from_step;
            REAL *restrict sums = to + place * to_step;
            for (int64_t c = 0; c < run->g->groups; c++) sums[c] += x[c] * tap_weights[c];
        }
        return;
    }
    for (int64_t block = 0; block < run->blocks; block++) {
        const int64_t groups = TYPED(groups_of_block)(run, block), first = block * run->groups;
        const int64_t sources = groups * run->sources, targets = groups * run->targets;
        const REAL *weights = tap_weights + block * run->groups * run->sources * run->padded;
        const REAL *x = from + first * run->sources;
        REAL *y = to + first * run->targets;
        int64_t place = 0;
        for (; place + 4 <= count; place += 4)
            TYPED(group_positions)(
                4, sources, targets, run->padded, x + place * from_step, from_step, weights, y + place * to_step, to_step);
        for (; place < count; place++)
            TYPED(group_positions)(1, sources, targets, run->padded, x + place * from_step, 0, weights, y + place * to_step, 0);
    }
}

static int64_t TYPED(tap_size)(const struct TYPED(grouped_run) *run) {
    return run->blocks * (TYPED(is_depthwise)(run) ? 1 : run->groups * run->sources) * run->padded;
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
                for (int64_t kw = 0; kw < w->kernel[2]; kw++, weights += TYPED(tap_size)(run)) {
                    const int64_t t = ot * w->stride[0] - w->padding[0] + kt, h = oh * w->stride[1] - w->padding[1] + kh;
                    if (t < 0 || t >= w->input[0] || h < 0 || h >= w->input[1]) continue;
                    int64_t first, end;
                    TYPED(columns_of_tap)(w, kw, &first, &end);
                    const int64_t column = first * w->stride[2] - w->padding[2] + kw;
                    TYPED(group_row)(
                        run, end - first, x + ((t * w->input[1] + h) * w->input[2] + column) * channels, w->stride[2] * channels,
                        weights, row + first * all, all);
                }
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
                for (int64_t kw = 0; kw < w->kernel[2]; kw++, weights += TYPED(tap_size)(run)) {
                    const int64_t at = t + w->padding[0] - kt, ah = h + w->padding[1] - kh;
                    if (at < 0 || at % w->stride[0] != 0 || ah < 0 || ah % w->stride[1] != 0) continue;
                    const int64_t ot = at / w->stride[0], oh = ah / w->stride[1];
                    if (ot >= w->output[0] || oh >= w->output[1]) continue;
                    int64_t first, end;
                    TYPED(columns_of_tap)(w, kw, &first, &end);
                    const int64_t column = first * w->stride[2] - w->padding[2] + kw;
                    TYPED(group_row)(
                        run, end - first, dy + ((ot * w->output[1] + oh) * w->output[2] + first) * all, all, weights,
                        row + column * channels, w->stride[2] * channels);
                }
    }
}

// MARK: The gradient of the weights

/// One tap of one plane, up to eight sources by a vector of targets, in registers; `rows` is constant where inlined.
__attribute__((always_inline)) static inline void TYPED(group_products)(
    const struct TYPED(grouped_run) *run, const int rows, int64_t kh, int64_t kw, const REAL *x, const REAL *dy, size_t width,
    REAL *sums) {
    const struct window *w = &run->g->window;
    TYPED(group_lanes) sum[TYPED(group_rows)] = {0};
    int64_t first, end;
    TYPED(columns_of_tap)(w, kw, &first, &end);
    for (int64_t oh = 0; oh < w->output[1]; oh++) {
        const int64_t h = oh * w->stride[1] - w->padding[1] + kh;
        if (h < 0 || h >= w->input[1]) continue;
        const REAL *from = x + (h * w->input[2] + first * w->stride[2] - w->padding[2] + kw) * w->channels;
        const REAL *gradient = dy + (oh * w->output[2] + first) * run->g->outputs;
        for (int64_t ow = first; ow < end; ow++, from += w->stride[2] * w->channels, gradient += run->g->outputs) {
            TYPED(group_lanes) g = {0};
            if (width == sizeof(g)) g = *(const TYPED(group_lanes) *)gradient;
            else memcpy(&g, gradient, width);
            for (int r = 0; r < rows; r++) sum[r] += from[r] * g;
        }
    }
    for (int r = 0; r < rows; r++) *(TYPED(group_lanes) *)(sums + r * run->padded) += sum[r];
}

/// One tap of one block over one plane, added to `sums` `[sources][padded targets]`; depthwise `[channels]`.
static void TYPED(group_plane)(
    const struct TYPED(grouped_run) *run, int64_t groups, int64_t kh, int64_t kw, const REAL *x, const REAL *dy, REAL *sums) {
    const int64_t sources = TYPED(is_depthwise)(run) ? 1 : groups * run->sources, targets = groups * run->targets;
    if (TYPED(is_depthwise)(run)) {
        const struct window *w = &run->g->window;
        REAL part[TYPED(depthwise_block)] = {0};
        int64_t first, end;
        TYPED(columns_of_tap)(w, kw, &first, &end);
        for (int64_t oh = 0; oh < w->output[1]; oh++) {
            const int64_t h = oh * w->stride[1] - w->padding[1] + kh;
            for (int64_t ow = first; ow < end && h >= 0 && h < w->input[1]; ow++) {
                const REAL *from = x + (h * w->input[2] + ow * w->stride[2] - w->padding[2] + kw) * w->channels;
                const REAL *gradient = dy + (oh * w->output[2] + ow) * run->g->outputs;
                for (int64_t c = 0; c < targets; c++) part[c] += from[c] * gradient[c];
            }
        }
        for (int64_t c = 0; c < targets; c++) sums[c] += part[c];
        return;
    }
    for (int64_t s = 0; s < sources; s += TYPED(group_rows))
        for (int64_t t = 0; t < targets; t += TYPED(group_lane_count)) {
            const size_t rest = sizeof(REAL) * (size_t)(targets - t), whole = sizeof(TYPED(group_lanes));
            REAL *to = sums + s * run->padded + t;
            if (s + TYPED(group_rows) <= sources && rest >= whole)
                TYPED(group_products)(run, TYPED(group_rows), kh, kw, x + s, dy + t, sizeof(TYPED(group_lanes)), to);
            else
                for (int64_t r = s; r < sources && r < s + TYPED(group_rows); r++, to += run->padded)
                    TYPED(group_products)(run, 1, kh, kw, x + r, dy + t, rest < whole ? rest : whole, to);
        }
}

/// A part is one tap of one block. The sums of a plane are taken first, so that many small values add up well.
static void TYPED(grouped_backward_weights_part)(void *context, int part) {
    const struct TYPED(grouped_run) *run = context;
    const struct window *w = &run->g->window;
    const int64_t tap = part / run->blocks, block = part % run->blocks, groups = TYPED(groups_of_block)(run, block);
    const int64_t kt = tap / (w->kernel[1] * w->kernel[2]), kh = tap / w->kernel[2] % w->kernel[1], kw = tap % w->kernel[2];
    const int64_t rows = TYPED(is_depthwise)(run) ? 1 : run->groups * run->sources, start = block * run->groups;
    REAL *sums = (REAL *)run->g->scratch + part * rows * run->padded, *dw = run->g->weights;
    memset(sums, 0, sizeof(REAL) * (size_t)(rows * run->padded));
    for (int64_t plane = 0; plane < w->batch * w->output[0]; plane++) {
        const int64_t image = plane / w->output[0], t = plane % w->output[0] * w->stride[0] - w->padding[0] + kt;
        if (t < 0 || t >= w->input[0]) continue;
        const REAL *x = (const REAL *)run->g->x + (image * w->input[0] + t) * w->input[1] * w->input[2] * w->channels;
        const REAL *dy = (const REAL *)run->g->y + plane * w->output[1] * w->output[2] * run->g->outputs;
        TYPED(group_plane)(run, groups, kh, kw, x + start * run->inputs, dy + start * run->outputs, sums);
    }
    for (int64_t n = 0; n < groups; n++)
        for (int64_t o = 0; o < run->outputs; o++)
            for (int64_t i = 0; i < run->inputs; i++) {
                const int64_t row = TYPED(is_depthwise)(run) ? 0 : n * run->inputs + i;
                dw[(((start + n) * run->outputs + o) * run->taps + tap) * run->inputs + i] =
                    sums[row * run->padded + n * run->outputs + o];
            }
}

static void TYPED(grouped_convolution)(enum convolution_pass pass, const struct convolution *g) {
    const struct window *w = &g->window;
    struct TYPED(grouped_run) run = TYPED(plan_groups)(pass, g);
    if (pass == CONVOLUTION_BACKWARD_WEIGHTS) {
        parallel_for((int)(run.taps * run.blocks), TYPED(grouped_backward_weights_part), &run);
        return;
    }
    parallel_for((int)run.blocks, TYPED(turn_block), &run);
    if (pass == CONVOLUTION_FORWARD)
        parallel_for((int)(w->batch * w->output[0]), TYPED(grouped_forward_plane), &run);
    else
        parallel_for((int)(w->batch * w->input[0]), TYPED(grouped_backward_input_plane), &run);
}
