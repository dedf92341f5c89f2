#pragma once
#include <stddef.h>
#include <stdint.h>

#include "image_kernels.h"

// Operations on motion vectors by square cells: `[frames, rows, columns, 2]`, with a mask `[frames, rows, columns]`.

/// The bytes of scratch memory, aligned to 8, that `vector_resample` needs.
size_t vector_resample_scratch(const image_window *window);

/// Shows the part of every frame that `window` names, which must lie within the cells: each output place takes the cell that its
/// centre lies in, times `horizontal` and `vertical`, the former with the other sign where the window is mirrored. `output` is
/// `[frames, output_height, output_width, 2]`, `mask` `[frames, output_height, output_width]` of 1 and 0.
void vector_resample(
    const float *vectors, const uint8_t *validity, int frames, int rows, int columns, int cell_side,
    const image_window *window, float horizontal, float vertical, float *output, float *mask, void *scratch);
