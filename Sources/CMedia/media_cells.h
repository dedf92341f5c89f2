#ifndef SEMISUP_MEDIA_CELLS_H
#define SEMISUP_MEDIA_CELLS_H

#include <libavutil/frame.h>

#include "media_reader.h"
#include "media_turn.h"

/// The part of a coded picture that is shown.
struct media_area {
    int left, top, width, height;
};

/// The cells whose centres lie in a block of a coded picture.
struct media_cells {
    int first_row, end_row, first_column, end_column;
};
struct media_cells media_cells_of(const struct media_area *area, int left, int top, int width, int height);

/// Reads what a frame holds by cells.
typedef void media_cell_reader(const AVFrame *frame, const struct media_area *area, const struct media_cell_grid *grid);
/// See `media_reader_vectors`.
media_cell_reader media_vectors_read;
/// See `media_reader_blocks`.
media_cell_reader media_blocks_read;

/// Turns the cells of a coded picture: each takes those of the one that its centre is from. `turn` may be NULL.
void media_cells_turn(
    const struct media_cell_grid *coded, const struct media_area *area, struct media_orientation orientation,
    media_value_turn *turn, const struct media_cell_grid *shown);

#endif
