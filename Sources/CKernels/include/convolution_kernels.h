#ifndef SEMISUP_CONVOLUTION_KERNELS_H
#define SEMISUP_CONVOLUTION_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

/// A window over channels-last volumes `[n][t][h][w][channels]`.
struct window {
    int64_t batch, channels;
    int64_t input[3], output[3];
    int64_t kernel[3], stride[3], padding[3];
};

enum convolution_pass { CONVOLUTION_FORWARD, CONVOLUTION_BACKWARD_INPUT, CONVOLUTION_BACKWARD_WEIGHTS };

/// A convolution: output channel o sees the input channels of group o / (outputs / groups). Each pass writes one of x, weights and
/// y, or the gradient in its place, and reads the other two.
struct convolution {
    struct window window;
    int64_t outputs, groups;
    void *x;
    /// `[outputs][taps][channels / groups]`
    void *weights;
    void *y;
    /// As many bytes as the kernels ask for.
    void *scratch;
};

/// The tile of Winograd's filtering that costs least for `window`: 2 or 4; 0 where the window does not fit or the plain sum costs
/// no more.
int winograd_best_tile(const struct window *window, int64_t outputs);

/// Whether windows are kt x 1 x 1, move by one, and channels and outputs fill the vectors of every kernel set.
bool is_temporal_convolution(const struct window *window, int64_t outputs);

#endif
