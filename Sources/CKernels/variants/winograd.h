// Convolutions of 3 x 3 windows by Winograd's minimal filtering: transforms into planes, products plane by plane, transforms
// back.

struct winograd_run {
    struct winograd_plan plan;
    const void *from;
    void *to;
    /// The chunk in progress.
    int64_t first_strip, strips;
    float *from_planes, *to_planes, *weight_planes;
    /// Or their gradient.
    float *weights;
    bool goes_back;
};

static int64_t winograd_rows(const struct winograd_run *run) { return run->strips * run->plan.tile_columns; }

/// Where a strip's row of tiles lies in a frame of a volume, and in the planes.
struct winograd_place {
    int64_t frame_start, tile_row, row;
};

static struct winograd_place winograd_place_of(const struct winograd_run *run, const struct winograd_side *side, int part) {
    const int64_t local = part / side->frames, frame = part % side->frames, strip = run->first_strip + local;
    const int64_t image = strip / run->plan.tile_rows;
    return (struct winograd_place){
        (image * side->frames + frame) * side->height * side->width * side->channels, strip % run->plan.tile_rows,
        frame * winograd_rows(run) + local * run->plan.tile_columns};
}

/// `size` x `size` positions of a frame, zeros outside.
ALWAYS_INLINE void winograd_load_patch(
    const struct winograd_side *side, const void *volume, const bool is_bf16, const int size, int64_t start, int64_t top,
    int64_t left, int64_t count, floats *patch) {
    const bool inside = top >= 0 && left >= 0 && top + size <= side->height && left + size <= side->width;
#pragma clang loop unroll(full)
    for (int i = 0; i < size; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < size; j++) {
            const int64_t row = top + i, column = left + j;
            const bool exists = inside || (row >= 0 && row < side->height && column >= 0 && column < side->width);
            patch[i * size + j] =
                exists ? load_elements(volume, is_bf16, start + (row * side->width + column) * side->channels, count) : (floats){0};
        }
}

// MARK: Volumes to planes and back

ALWAYS_INLINE void winograd_input_to_planes_part(const struct winograd_run *run, int part, const int m, const bool is_bf16) {
    const struct winograd_plan *plan = &run->plan;
    const struct winograd_side *side = &plan->from;
    const struct winograd_place place = winograd_place_of(run, side, part);
    const int a = m + 2;
    for (int64_t tile = 0; tile < plan->tile_columns; tile++)
        for (int64_t c = 0; c < side->channels; c += vector_lanes) {
            const int64_t count = side->channels - c < vector_lanes ? side->channels - c : vector_lanes;
            floats patch[winograd_most * winograd_most], half[winograd_most * winograd_most];
            winograd_load_patch(
                side, run->from, is_bf16, a, place.frame_start + c, place.tile_row * m - plan->padding[0],
                tile * m - plan->padding[1], count, patch);
            for (int i = 0; i < a; i++) winograd_input(m, patch + i * a, half + i * a, 1);
            for (int j = 0; j < a; j++) winograd_input(m, half + j, patch + j, a);
            float *to = run->from_planes + (place.row + tile) * side->step + c;
            for (int p = 0; p < a * a; p++) store_floats(to + p * side->plane, patch[p]);
        }
}

ALWAYS_INLINE void winograd_gradient_to_planes_part(const struct winograd_run *run, int part, const int m, const bool is_bf16) {
    const struct winograd_plan *plan = &run->plan;
    const struct winograd_side *side = &plan->to;
    const struct winograd_place place = winograd_place_of(run, side, part);
    const int a = m + 2;
    for (int64_t tile = 0; tile < plan->tile_columns; tile++)
        for (int64_t c = 0; c < side->step; c += vector_lanes) {
            const int64_t rest = side->channels - c, count = rest < 0 ? 0 : rest < vector_lanes ? rest : vector_lanes;
            floats patch[winograd_most * winograd_most], half[winograd_most * winograd_most];
            winograd_load_patch(side, run->to, is_bf16, m, place.frame_start + c, place.tile_row * m, tile * m, count, patch);
            for (int i = 0; i < m; i++) winograd_output_gradient(m, patch + i * m, half + i * a, 1);
            for (int j = 0; j < a; j++) winograd_output_gradient(m, half + j, patch + j, a);
            float *to = run->to_planes + (place.row + tile) * side->step + c;
            for (int p = 0; p < a * a; p++) store_floats(to + p * side->plane, patch[p]);
        }
}

ALWAYS_INLINE void winograd_output_from_planes_part(const struct winograd_run *run, int part, const int m, const bool is_bf16) {
    const struct winograd_plan *plan = &run->plan;
    const struct winograd_side *side = &plan->to;
    const struct winograd_place place = winograd_place_of(run, side, part);
    const int a = m + 2;
    for (int64_t tile = 0; tile < plan->tile_columns; tile++)
        for (int64_t c = 0; c < side->channels; c += vector_lanes) {
            const int64_t count = side->channels - c < vector_lanes ? side->channels - c : vector_lanes;
            floats planes[winograd_most * winograd_most], half[winograd_most * winograd_most];
            const float *from = run->to_planes + (place.row + tile) * side->step + c;
            for (int p = 0; p < a * a; p++) planes[p] = load_floats(from + p * side->plane);
            for (int i = 0; i < a; i++) winograd_output(m, planes + i * a, half + i * m, 1);
            for (int j = 0; j < m; j++) winograd_output(m, half + j, planes + j, m);
            for (int i = 0; i < m; i++) {
                const int64_t row = place.tile_row * m + i;
                for (int j = 0; j < m && row < side->height; j++) {
                    const int64_t column = tile * m + j;
                    if (column < side->width)
                        store_elements(
                            run->to, is_bf16, place.frame_start + (row * side->width + column) * side->channels + c, count,
                            planes[i * m + j]);
                }
            }
        }
}

#define WINOGRAD_PART(name)                                          \
    static void name(void *context, int part) {                      \
        const struct winograd_run *run = context;                    \
        if (run->plan.tile == 2) {                                   \
            if (run->plan.is_bf16) name##_part(run, part, 2, true);  \
            else name##_part(run, part, 2, false);                   \
        } else {                                                     \
            if (run->plan.is_bf16) name##_part(run, part, 4, true);  \
            else name##_part(run, part, 4, false);                   \
        }                                                            \
    }
WINOGRAD_PART(winograd_input_to_planes)
WINOGRAD_PART(winograd_gradient_to_planes)
WINOGRAD_PART(winograd_output_from_planes)
#undef WINOGRAD_PART

// MARK: Products

/// One plane of one frame: every tap's frame by that tap's weights.
static void winograd_product_part(void *context, int part) {
    const struct winograd_run *run = context;
    const struct winograd_plan *plan = &run->plan;
    const int64_t p = part / plan->to.frames, frame = part % plan->to.frames, rows = winograd_rows(run);
    const struct span taps = taps_of_frame(&plan->window, frame);
    const int64_t used = winograd_used_taps(plan);
    struct product product = {
        .a = run->from_planes + p * plan->from.plane + (frame - plan->window.padding + taps.first) * rows * plan->from.step,
        .a_tap = rows * plan->from.step, .a_row = plan->from.step, .a_step = 1,
        .b_tap = plan->from.channels * product_columns, .b_row = product_columns,
        .rows = rows, .taps = taps.end > taps.first ? taps.end - taps.first : 0, .depth = plan->from.channels,
        .c_row = plan->to.step};
    const float *b = run->weight_planes + p * plan->weight_plane + (taps.first - plan->used.first) * product.b_tap;
    float *c = run->to_planes + p * plan->to.plane + frame * rows * plan->to.step;
    for (int64_t column = 0; column < plan->to.step; column += product_columns) {
        product.vectors = winograd_panel_vectors(plan, column);
        product.b = b + column * used * plan->from.channels;
        product.c = c + column;
        product_panel(&product);
    }
}

/// One plane of one tap: input by output gradient, summed over the tiles of all frames of the chunk.
static void winograd_weight_product_part(void *context, int part) {
    enum { depth_at_once = 192 };
    const struct winograd_run *run = context;
    const struct winograd_plan *plan = &run->plan;
    const int64_t used = winograd_used_taps(plan), p = part / used, place = part % used, tap = plan->used.first + place;
    const int64_t rows = winograd_rows(run);
    const struct span frames = frames_of_tap(&plan->window, tap);
    const int64_t depth = (frames.end - frames.first) * rows;
    const float *a = run->from_planes + p * plan->from.plane + (frames.first - plan->window.padding + tap) * rows * plan->from.step;
    const float *b = run->to_planes + p * plan->to.plane + frames.first * rows * plan->to.step;
    float *c = run->weight_planes + p * plan->weight_plane + place * plan->from.channels * plan->to.step;
    for (int64_t k = 0; k < depth; k += depth_at_once)
        for (int64_t column = 0; column < plan->to.step; column += product_columns) {
            const struct product product = {
                .vectors = winograd_panel_vectors(plan, column), .a = a + k * plan->from.step, .a_row = 1, .a_step = plan->from.step,
                .b = b + k * plan->to.step + column, .b_row = plan->to.step,
                .rows = plan->from.channels, .taps = 1, .depth = depth - k < depth_at_once ? depth - k : depth_at_once,
                .c = c + column, .c_row = plan->to.step, .accumulates = run->first_strip > 0 || k > 0};
            product_panel(&product);
        }
}

// MARK: Weights to planes and back

enum { channels_at_once = 16 };

/// The 3 x 3 weights of `product_columns` output channels and some input channels, output channels contiguous.
typedef float weight_block[9][channels_at_once][product_columns];

ALWAYS_INLINE void winograd_transform_weights(
    const struct winograd_plan *plan, const int m, const float *weights, int64_t weights_step, float *to) {
    const int a = m + 2;
    floats kernel[9], half[3 * winograd_most], planes[winograd_most * winograd_most];
    for (int i = 0; i < 9; i++) kernel[i] = load_floats(weights + i * weights_step);
    for (int i = 0; i < 3; i++) winograd_kernel(m, kernel + 3 * i, half + i * a, 1);
    for (int j = 0; j < a; j++) winograd_kernel(m, half + j, planes + j, a);
    for (int p = 0; p < a * a; p++) store_floats(to + p * plan->weight_plane, planes[p]);
}

/// One tap of `product_columns` channels of the result: planes `[panel][tap][depth][column]`.
ALWAYS_INLINE void winograd_weights_of(const struct winograd_run *run, int part, const int m) {
    const struct winograd_plan *plan = &run->plan;
    const int64_t used = winograd_used_taps(plan), panel = part / used, tap = plan->used.first + part % used;
    const int64_t depth = plan->from.channels, width = plan->to.channels;
    const int64_t first = panel * product_columns;
    const int64_t columns = width - first < product_columns ? width - first : product_columns;
    float *to = run->weight_planes + part * depth * product_columns;
    weight_block block = {0};
    for (int64_t k = 0; k < depth; k += channels_at_once) {
        const int64_t count = depth - k < channels_at_once ? depth - k : channels_at_once;
        if (run->goes_back) {
            const int64_t mirrored = plan->window.taps - 1 - tap;
            for (int64_t c = 0; c < count; c++)
                for (int64_t i = 0; i < 9; i++)
                    memcpy(block[i][c], run->weights + (((k + c) * plan->window.taps + mirrored) * 9 + 8 - i) * width + first,
                           sizeof(float) * (size_t)columns);
        } else {
            for (int64_t o = 0; o < columns; o++)
                for (int64_t i = 0; i < 9; i++) {
                    const float *from = run->weights + (((first + o) * plan->window.taps + tap) * 9 + i) * depth + k;
                    for (int64_t c = 0; c < count; c++) block[i][c][o] = from[c];
                }
        }
        for (int64_t c = 0; c < count; c++)
            for (int64_t v = 0; v < product_columns; v += vector_lanes)
                winograd_transform_weights(
                    plan, m, &block[0][c][v], channels_at_once * product_columns, to + (k + c) * product_columns + v);
    }
}

static void winograd_weights_part(void *context, int part) {
    const struct winograd_run *run = context;
    if (run->plan.tile == 2) winograd_weights_of(run, part, 2);
    else winograd_weights_of(run, part, 4);
}

/// The gradient of one tap of `product_columns` output channels, from planes `[tap][channel][output]`.
ALWAYS_INLINE void winograd_weight_gradient_of(const struct winograd_run *run, int part, const int m) {
    const struct winograd_plan *plan = &run->plan;
    const int a = m + 2;
    const int64_t first = part / plan->window.taps * product_columns, tap = part % plan->window.taps;
    const int64_t channels = plan->from.channels, outputs = plan->to.channels;
    const int64_t columns = outputs - first < product_columns ? outputs - first : product_columns;
    if (tap < plan->used.first || tap >= plan->used.end) {
        for (int64_t o = first; o < first + columns; o++)
            memset(run->weights + (o * plan->window.taps + tap) * 9 * channels, 0, sizeof(float) * 9 * (size_t)channels);
        return;
    }
    weight_block block = {0};
    for (int64_t k = 0; k < channels; k += channels_at_once) {
        const int64_t count = channels - k < channels_at_once ? channels - k : channels_at_once;
        for (int64_t c = 0; c < count; c++)
            for (int64_t v = 0; v < winograd_panel_vectors(plan, first) * vector_lanes; v += vector_lanes) {
                const float *from = run->weight_planes + ((tap - plan->used.first) * channels + k + c) * plan->to.step + first + v;
                floats planes[winograd_most * winograd_most], half[3 * winograd_most], kernel[9];
                for (int p = 0; p < a * a; p++) planes[p] = load_floats(from + p * plan->weight_plane);
                for (int i = 0; i < a; i++) winograd_kernel_gradient(m, planes + i * a, half + 3 * i, 1);
                for (int j = 0; j < 3; j++) winograd_kernel_gradient(m, half + j, kernel + j, 3);
                for (int i = 0; i < 9; i++) store_floats(&block[i][c][v], kernel[i]);
            }
        for (int64_t o = 0; o < columns; o++)
            for (int64_t i = 0; i < 9; i++) {
                float *to = run->weights + (((first + o) * plan->window.taps + tap) * 9 + i) * channels + k;
                for (int64_t c = 0; c < count; c++) to[c] = block[i][c][o];
            }
    }
}

static void winograd_weight_gradient_part(void *context, int part) {
    const struct winograd_run *run = context;
    if (run->plan.tile == 2) winograd_weight_gradient_of(run, part, 2);
    else winograd_weight_gradient_of(run, part, 4);
}

// MARK: The three directions

static bool winograd_next_chunk(struct winograd_run *run) {
    run->first_strip += run->strips;
    const int64_t rest = run->plan.strips - run->first_strip;
    run->strips = rest < run->plan.chunk ? rest : run->plan.chunk;
    return run->strips > 0;
}

static void winograd_correlate(struct winograd_run *run) {
    const struct winograd_plan *plan = &run->plan;
    parallel_for((int)(winograd_panels(plan) * winograd_used_taps(plan)), winograd_weights_part, run);
    while (winograd_next_chunk(run)) {
        parallel_for((int)(run->strips * plan->from.frames), winograd_input_to_planes, run);
        parallel_for((int)(plan->planes * plan->to.frames), winograd_product_part, run);
        parallel_for((int)(run->strips * plan->to.frames), winograd_output_from_planes, run);
    }
}

static void winograd_backward_weights(struct winograd_run *run) {
    const struct winograd_plan *plan = &run->plan;
    while (winograd_next_chunk(run)) {
        parallel_for((int)(run->strips * plan->from.frames), winograd_input_to_planes, run);
        parallel_for((int)(run->strips * plan->to.frames), winograd_gradient_to_planes, run);
        parallel_for((int)(plan->planes * winograd_used_taps(plan)), winograd_weight_product_part, run);
    }
    parallel_for((int)(winograd_panels(plan) * plan->window.taps), winograd_weight_gradient_part, run);
}

static void winograd_convolution(enum element_type type, enum convolution_pass pass, const struct convolution *c) {
    struct winograd_run run = {.plan = winograd_plan_of(type, pass, c), .weights = c->weights, .weight_planes = c->scratch};
    run.from_planes = run.weight_planes + run.plan.weights;
    run.to_planes = run.from_planes + run.plan.planes * run.plan.from.plane;
    run.goes_back = pass == CONVOLUTION_BACKWARD_INPUT;
    run.from = run.goes_back ? c->y : c->x;
    run.to = run.goes_back ? c->x : c->y;
    if (pass == CONVOLUTION_BACKWARD_WEIGHTS) winograd_backward_weights(&run);
    else winograd_correlate(&run);
}
