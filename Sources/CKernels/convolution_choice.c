#include "convolution_kernels.h"

// Transforming one plane of the weights and reading it once costs as much as the products of this many tiles.
enum { tiles_worth_a_plane = 44, smallest_channels = 8 };

static int64_t positions(const struct window *w, int64_t tile) {
    return w->batch * w->output[0] * ((w->output[1] + tile - 1) / tile) * ((w->output[2] + tile - 1) / tile);
}

int winograd_best_tile(const struct window *w, int64_t outputs) {
    for (int axis = 0; axis < 3; axis++)
        if (w->stride[axis] != 1 || w->padding[axis] >= w->kernel[axis]) return 0;
    if (w->kernel[1] != 3 || w->kernel[2] != 3 || w->channels < smallest_channels || outputs < smallest_channels) return 0;
    const int64_t plain = 9 * (positions(w, 1) + tiles_worth_a_plane);
    const int64_t two = 16 * (positions(w, 2) + tiles_worth_a_plane), four = 36 * (positions(w, 4) + tiles_worth_a_plane);
    if (plain <= two && plain <= four) return 0;
    return four < two ? 4 : 2;
}

bool is_temporal_convolution(const struct window *w, int64_t outputs) {
    enum { widest_vector = 16 };
    for (int axis = 0; axis < 3; axis++)
        if (w->stride[axis] != 1 || w->padding[axis] >= w->kernel[axis] || (axis > 0 && w->kernel[axis] != 1)) return false;
    return w->channels % widest_vector == 0 && outputs % widest_vector == 0;
}
