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

// Where the content of each pixel of a picture was in an earlier one: `[height, width, 2]`, column and row.

/// Every pixel was where it is.
void vector_stay(int16_t *places, int height, int width);

/// Goes on by one picture, whose vectors say where its cells come from, in whole pixels, rounded towards 0: `after` becomes the
/// places of the new picture's pixels. A pixel without a vector, or whose content comes from outside, keeps the place of the same
/// pixel before (compressed-domain card, C.5).
void vector_follow(
    const float *vectors, const uint8_t *validity, int columns, int cell_side, int height, int width, const int16_t *before,
    int16_t *after);

/// `vectors` becomes `places` less the pixels' own columns and rows.
void vector_displacements(const int16_t *places, int height, int width, float *vectors);

/// Each level of `current` less that of `reference` at the pixel's place, plus 128, cut to 0 ... 255 (compressed-domain card, C.6).
void vector_residual(
    const uint8_t *current, const uint8_t *reference, const int16_t *places, int height, int width, uint8_t *output);
