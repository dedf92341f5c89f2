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

/// A convolution of windows `[kt][3][3]` that move by one, computed by Winograd's minimal filtering over H and W.
///
/// Volumes are f32 or bf16; weights `[outputs][kt][3][3][channels]` and all sums are f32. The result depends on the kernel set,
/// not on the number of threads.
struct winograd {
    /// That of the forward convolution, in every direction.
    const struct window *window;
    int64_t outputs;
    /// Outputs of a tile along H and W: 2 or 4.
    int tile;
    bool is_bf16;
};

enum winograd_direction { WINOGRAD_FORWARD, WINOGRAD_BACKWARD_DATA, WINOGRAD_BACKWARD_WEIGHTS };

/// The tile that costs least for `window`: 2 or 4; 0 where the window does not fit or the plain sum costs no more.
int winograd_best_tile(const struct window *window, int64_t outputs);

#endif
