// Convolutions in f32 of windows kt x 1 x 1 that move by one, pointwise ones (kt = 1) among them: each frame of the result is a
// sum, over the taps that see a frame, of matrix products [positions][channels] x [channels][outputs]. Nothing is unfolded.

enum { temporal_rows_at_once = 64, temporal_depth_at_once = 192, temporal_items = 16, temporal_partial_floats = 1 << 19 };

struct temporal_run {
    struct temporal_window window;
    /// Of a frame; a pointwise convolution sees all volumes as one frame.
    int64_t positions;
    int64_t images, from_channels, to_channels;
    const float *from;
    float *to;
    const float *weights;
    /// Weights as `[panel][tap][channel][column]`, or parts of their gradient, each as the gradient itself.
    float *scratch;
    bool goes_back;
    /// Of the weights' gradient: the gradient of the output, the parts of its rows, the blocks of its channels.
    const float *gradient;
    int64_t parts, blocks;
};

static struct temporal_run temporal_run_of(enum convolution_pass pass, const struct convolution *c) {
    const struct window *w = &c->window;
    const bool goes_back = pass == CONVOLUTION_BACKWARD_INPUT, is_pointwise = w->kernel[0] == 1;
    const int64_t positions = w->input[1] * w->input[2];
    struct temporal_run run = {
        .positions = is_pointwise ? w->batch * w->input[0] * positions : positions,
        .images = is_pointwise ? 1 : w->batch,
        .from_channels = goes_back ? c->outputs : w->channels,
        .to_channels = goes_back ? w->channels : c->outputs,
        .weights = c->weights,
        .scratch = c->scratch,
        .goes_back = goes_back};
    run.window = (struct temporal_window){
        .taps = w->kernel[0],
        .padding = goes_back ? w->kernel[0] - 1 - w->padding[0] : w->padding[0],
        .from_frames = is_pointwise ? 1 : goes_back ? w->output[0] : w->input[0],
        .to_frames = is_pointwise ? 1 : goes_back ? w->input[0] : w->output[0]};
    const int64_t weights = run.window.taps * w->channels * c->outputs;
    run.parts = temporal_partial_floats / weights;
    if (run.parts > temporal_items) run.parts = temporal_items;
    if (run.parts < 1) run.parts = 1;
    run.blocks = (temporal_items + run.parts * run.window.taps - 1) / (run.parts * run.window.taps);
    return run;
}

static int64_t temporal_rows(const struct temporal_run *run) { return run->images * run->window.to_frames * run->positions; }

static int64_t temporal_scratch(enum convolution_pass pass, const struct convolution *c) {
    const struct temporal_run run = temporal_run_of(pass, c);
    const int64_t depth = run.window.taps * run.from_channels;
    const int64_t floats = pass == CONVOLUTION_BACKWARD_WEIGHTS ? run.parts * depth * run.to_channels
                                                                : depth * rounded_up(run.to_channels, product_columns);
    return (int64_t)sizeof(float) * floats;
}

// MARK: Forward, and the gradient of the input

/// One tap of `product_columns` channels of the result.
static void temporal_pack_part(void *context, int part) {
    const struct temporal_run *run = context;
    const int64_t taps = run->window.taps, tap = part % taps, depth = run->from_channels, width = run->to_channels;
    const int64_t first = part / taps * product_columns;
    const int64_t columns = width - first < product_columns ? width - first : product_columns;
    float *to = run->scratch + part * depth * product_columns;
    for (int64_t k = 0; run->goes_back && k < depth; k++)
        memcpy(to + k * product_columns, run->weights + (k * taps + taps - 1 - tap) * width + first, sizeof(float) * (size_t)columns);
    for (int64_t column = 0; !run->goes_back && column < columns; column++) {
        const float *from = run->weights + ((first + column) * taps + tap) * depth;
        for (int64_t k = 0; k < depth; k++) to[k * product_columns + column] = from[k];
    }
}

/// Some rows of the result, which may lie in several frames.
static void temporal_product_part(void *context, int part) {
    const struct temporal_run *run = context;
    const struct temporal_window *w = &run->window;
    const int64_t rows = temporal_rows(run), first = part * (int64_t)temporal_rows_at_once;
    const int64_t end = first + temporal_rows_at_once < rows ? first + temporal_rows_at_once : rows;
    const int64_t depth = run->from_channels, width = run->to_channels;
    for (int64_t column = 0; column < width; column += product_columns)
        for (int64_t row = first, next; row < end; row = next) {
            const int64_t plane = row / run->positions, image = plane / w->to_frames, frame = plane % w->to_frames;
            const struct span taps = taps_of_frame(w, frame);
            next = (plane + 1) * run->positions < end ? (plane + 1) * run->positions : end;
            const int64_t seen = image * w->from_frames + frame - w->padding + taps.first;
            const struct product product = {
                .vectors = panel_vectors(width - column),
                .a = run->from + (seen * run->positions + row - plane * run->positions) * depth,
                .a_tap = run->positions * depth, .a_row = depth, .a_step = 1,
                .b = run->scratch + (column * w->taps + taps.first * product_columns) * depth,
                .b_tap = depth * product_columns, .b_row = product_columns,
                .rows = next - row, .taps = taps.end > taps.first ? taps.end - taps.first : 0, .depth = depth,
                .c = run->to + row * width + column, .c_row = width};
            product_panel(&product);
        }
}

static void temporal_correlate(struct temporal_run *run) {
    const int64_t panels = (run->to_channels + product_columns - 1) / product_columns;
    parallel_for((int)(panels * run->window.taps), temporal_pack_part, run);
    parallel_for((int)((temporal_rows(run) + temporal_rows_at_once - 1) / temporal_rows_at_once), temporal_product_part, run);
}

// MARK: The gradient of the weights

/// Adds the products of some rows, from `row` of the output on: `[output][channel]`, a tap's row of weights apart.
static void temporal_add_products(
    const struct temporal_run *run, const float *x, const float *dy, int64_t depth, int64_t first_output, int64_t outputs, float *sums) {
    const int64_t channels = run->from_channels;
    for (int64_t k = 0; k < depth; k += temporal_depth_at_once)
        for (int64_t column = 0; column < channels; column += product_columns) {
            const struct product product = {
                .vectors = panel_vectors(channels - column),
                .a = dy + k * run->to_channels + first_output, .a_row = 1, .a_step = run->to_channels,
                .b = x + k * channels + column, .b_row = channels,
                .rows = outputs, .taps = 1, .depth = depth - k < temporal_depth_at_once ? depth - k : temporal_depth_at_once,
                .c = sums + column, .c_row = run->window.taps * channels, .accumulates = true};
            product_panel(&product);
        }
}

/// One tap of some output channels, summed over a part of the rows.
static void temporal_gradient_part(void *context, int item) {
    const struct temporal_run *run = context;
    const struct temporal_window *w = &run->window;
    const int64_t tap = item % w->taps, block = item / w->taps % run->blocks, part = item / w->taps / run->blocks;
    const int64_t rows = temporal_rows(run), first = rows * part / run->parts, end = rows * (part + 1) / run->parts;
    const int64_t output = run->to_channels * block / run->blocks, outputs = run->to_channels * (block + 1) / run->blocks - output;
    const int64_t channels = run->from_channels, weights = w->taps * channels * run->to_channels;
    float *sums = run->scratch + part * weights + (output * w->taps + tap) * channels;
    for (int64_t o = 0; o < outputs; o++) memset(sums + o * w->taps * channels, 0, sizeof(float) * (size_t)channels);
    const struct span frames = frames_of_tap(w, tap);
    for (int64_t image = 0; image < run->images; image++) {
        int64_t from = (image * w->to_frames + frames.first) * run->positions, to = (image * w->to_frames + frames.end) * run->positions;
        if (from < first) from = first;
        if (to > end) to = end;
        if (from >= to) continue;
        const int64_t seen = from + (image * (w->from_frames - w->to_frames) + tap - w->padding) * run->positions;
        temporal_add_products(
            run, run->from + seen * channels, run->gradient + from * run->to_channels, to - from, output, outputs, sums);
    }
}

/// The sums of all parts, in their order, for one output channel.
static void temporal_gradient_output(void *context, int output) {
    const struct temporal_run *run = context;
    const int64_t count = run->window.taps * run->from_channels, weights = count * run->to_channels;
    const float *from = run->scratch + output * count;
    float *to = run->to + output * count;
    memcpy(to, from, sizeof(float) * (size_t)count);
    for (int64_t part = 1; part < run->parts; part++)
        for (int64_t i = 0; i < count; i++) to[i] += from[part * weights + i];
}

// MARK: The three passes

static void temporal_convolution(enum convolution_pass pass, const struct convolution *c) {
    struct temporal_run run = temporal_run_of(pass, c);
    switch (pass) {
    case CONVOLUTION_FORWARD:
        run.from = c->x;
        run.to = c->y;
        return temporal_correlate(&run);
    case CONVOLUTION_BACKWARD_INPUT:
        run.from = c->y;
        run.to = c->x;
        return temporal_correlate(&run);
    case CONVOLUTION_BACKWARD_WEIGHTS:
        run.from = c->x;
        run.gradient = c->y;
        run.to = c->weights;
        parallel_for((int)(run.parts * run.blocks * run.window.taps), temporal_gradient_part, &run);
        parallel_for((int)run.to_channels, temporal_gradient_output, &run);
    }
}
