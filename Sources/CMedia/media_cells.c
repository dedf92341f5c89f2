#include "media_reader.h"
#include "media_library.h"

#include "media_cells.h"

/// The middle of the part of a cell that lies within `size` pixels.
static int centre_of(int cell, int size) {
    const int start = cell * MEDIA_CELL_SIDE;
    return (start + FFMIN(start + MEDIA_CELL_SIDE, size)) / 2;
}

/// How many cells along a side of `size` pixels have their centres before a place.
static int cells_before(int place, int size) {
    const int half = MEDIA_CELL_SIDE / 2, last = (size - 1) / MEDIA_CELL_SIDE;
    const int count = place <= half ? 0 : (place + half - 1) / MEDIA_CELL_SIDE;
    return count < last ? count : last + (centre_of(last, size) < place);
}

struct media_cells media_cells_of(const struct media_area *area, int left, int top, int width, int height) {
    left -= area->left, top -= area->top;
    return (struct media_cells){
        .first_row = cells_before(top, area->height),
        .end_row = cells_before(top + height, area->height),
        .first_column = cells_before(left, area->width),
        .end_column = cells_before(left + width, area->width),
    };
}

void media_cells_turn(
    const struct media_cell_grid *coded, const struct media_area *area, struct media_orientation orientation,
    media_value_turn *turn, const struct media_cell_grid *shown) {
    const struct media_turn places = media_turn_of(orientation, area->width, area->height);
    const bool crossed = orientation.quarter_turns % 2;
    const int columns = crossed ? area->height : area->width, rows = crossed ? area->width : area->height;
    for (int row = 0; row < shown->rows; row++) {
        for (int column = 0; column < shown->columns; column++) {
            const ptrdiff_t place =
                places.first + centre_of(column, columns) * places.right + centre_of(row, rows) * places.down;
            const ptrdiff_t source = place / area->width / MEDIA_CELL_SIDE * coded->columns +
                place % area->width / MEDIA_CELL_SIDE;
            const ptrdiff_t cell = (ptrdiff_t)row * shown->columns + column;
            shown->values[2 * cell] = coded->values[2 * source];
            shown->values[2 * cell + 1] = coded->values[2 * source + 1];
            shown->valid[cell] = coded->valid[source];
            if (turn) turn(orientation, shown->values + 2 * cell);
        }
    }
}
