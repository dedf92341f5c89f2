#include "vector_kernels.h"

#include <string.h>

#include "image_lanes.h"

size_t vector_resample_scratch(const image_window *window) { return (size_t)window->output_width * sizeof(int32_t); }

/// The cell that the centre of output position `position` lies in.
static int cell_at(int position, int start, int crop_size, int output_size, int cell_side) {
    return (start + (int)((2LL * position + 1) * crop_size / (2LL * output_size))) / cell_side;
}

IMAGE_KERNEL
static void sample_row(
    const float *vectors, const uint8_t *validity, const int32_t *cells, int width, float horizontal, float vertical,
    float *restrict output, float *restrict mask) {
    for (int x = 0; x < width; x++) {
        output[2 * x] = vectors[2 * cells[x]] * horizontal;
        output[2 * x + 1] = vectors[2 * cells[x] + 1] * vertical;
        mask[x] = validity[cells[x]];
    }
}

void vector_resample(
    const float *vectors, const uint8_t *validity, int frames, int rows, int columns, int cell_side,
    const image_window *window, float horizontal, float vertical, float *output, float *mask, void *scratch) {
    int32_t *cells = scratch;
    const int width = window->output_width, height = window->output_height;
    for (int x = 0; x < width; x++) {
        const int target = window->mirrored ? width - 1 - x : x;
        cells[target] = cell_at(x, window->left, window->width, width, cell_side);
    }
    if (window->mirrored) horizontal = -horizontal;
    const size_t row_values = 2 * (size_t)width * sizeof(float), row_mask = (size_t)width * sizeof(float);
    for (int t = 0; t < frames; t++) {
        size_t shown = SIZE_MAX;
        for (int y = 0; y < height; y++) {
            const size_t row = (size_t)t * rows + cell_at(y, window->top, window->height, height, cell_side);
            float *values = output + 2 * ((size_t)t * height + y) * width, *flags = mask + ((size_t)t * height + y) * width;
            if (row == shown) {
                // Another row of pixels within the same row of cells.
                memcpy(values, values - 2 * width, row_values);
                memcpy(flags, flags - width, row_mask);
            } else {
                sample_row(
                    vectors + 2 * row * columns, validity + row * columns, cells, width, horizontal, vertical, values, flags);
            }
            shown = row;
        }
    }
}
