// How a convolution is cut: tiles of m x m outputs; a strip is one row of tiles in all frames of an image; a chunk is as many
// strips as the cache holds. Of each chunk the tiles are transformed into planes `[a * a][frame][tile][channel]`, and every
// plane takes part in matrix products of its own.

enum { winograd_chunk_bytes = 4 << 20, winograd_plane_gap = 48 };

struct winograd_side {
    int64_t frames, height, width, channels;
    /// Channels in a plane, rounded up.
    int64_t step;
    /// Floats from one plane to the next.
    int64_t plane;
};

struct winograd_plan {
    int tile, planes;
    bool is_bf16;
    /// What goes in, what comes out; of the weights' gradient: the input and the gradient of the output.
    struct winograd_side from, to;
    struct temporal_window window;
    int64_t padding[2];
    /// The taps along T that see a frame at all: with few frames the outer ones see padding alone.
    struct span used;
    int64_t tile_rows, tile_columns, strips, chunk;
    /// Floats of the transformed weights or of their gradient, and from one of its planes to the next.
    int64_t weights, weight_plane;
};

static struct winograd_side winograd_side_of(const int64_t extents[3], int64_t channels) {
    return (struct winograd_side){extents[0], extents[1], extents[2], channels, rounded_up(channels, vector_lanes), 0};
}

static int64_t winograd_used_taps(const struct winograd_plan *plan) { return plan->used.end - plan->used.first; }

/// Panels of `product_columns` channels of what comes out; the last may be half as wide.
static int64_t winograd_panels(const struct winograd_plan *plan) { return (plan->to.step + product_columns - 1) / product_columns; }

/// The vectors of the panel that begins at `column`.
static int64_t winograd_panel_vectors(const struct winograd_plan *plan, int64_t column) {
    return panel_vectors(plan->to.step - column);
}

static struct winograd_plan winograd_plan_of(
    enum element_type type, enum convolution_pass pass, const struct convolution *c) {
    const struct window *window = &c->window;
    const bool goes_back = pass == CONVOLUTION_BACKWARD_INPUT;
    const int tile = winograd_best_tile(window, c->outputs);
    struct winograd_plan plan = {
        .tile = tile,
        .planes = (tile + 2) * (tile + 2),
        .is_bf16 = type == ELEMENT_BF16,
        .from = winograd_side_of(goes_back ? window->output : window->input, goes_back ? c->outputs : window->channels),
        .to = winograd_side_of(goes_back ? window->input : window->output, goes_back ? window->channels : c->outputs),
    };
    int64_t padding[3];
    for (int axis = 0; axis < 3; axis++)
        padding[axis] = goes_back ? window->kernel[axis] - 1 - window->padding[axis] : window->padding[axis];
    plan.window = (struct temporal_window){window->kernel[0], padding[0], plan.from.frames, plan.to.frames};
    plan.padding[0] = padding[1];
    plan.padding[1] = padding[2];
    plan.tile_rows = (plan.to.height + tile - 1) / tile;
    plan.tile_columns = (plan.to.width + tile - 1) / tile;
    plan.strips = window->batch * plan.tile_rows;
    const int64_t floats_of_strip = plan.planes * plan.tile_columns * (plan.from.frames * plan.from.step + plan.to.frames * plan.to.step);
    int64_t chunk = winograd_chunk_bytes / (int64_t)sizeof(float) / floats_of_strip;
    if (chunk < 1) chunk = 1;
    const int64_t chunks = (plan.strips + chunk - 1) / chunk;
    plan.chunk = (plan.strips + chunks - 1) / chunks;
    const int64_t rows = plan.chunk * plan.tile_columns;
    plan.from.plane = plan.from.frames * rows * plan.from.step + winograd_plane_gap;
    plan.to.plane = plan.to.frames * rows * plan.to.step + winograd_plane_gap;
    plan.used.end = plan.window.taps;
    while (plan.used.first < plan.used.end && !tap_is_used(&plan.window, plan.used.first)) plan.used.first++;
    while (plan.used.end > plan.used.first && !tap_is_used(&plan.window, plan.used.end - 1)) plan.used.end--;
    plan.weight_plane = winograd_used_taps(&plan) * plan.from.channels * rounded_up(plan.to.step, product_columns) + winograd_plane_gap;
    plan.weights = plan.planes * plan.weight_plane;
    return plan;
}

static int64_t winograd_scratch(enum element_type type, enum convolution_pass pass, const struct convolution *c) {
    const struct winograd_plan plan = winograd_plan_of(type, pass, c);
    return (int64_t)sizeof(float) * (plan.weights + plan.planes * (plan.from.plane + plan.to.plane));
}
