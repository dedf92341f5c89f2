#include "media_reader.h"
#include "media_library.h"

#include "media_cells.h"

/// The middle of the part of a cell that lies within `size` pixels.
static int centre_of(int cell, int size) {
    const int start = cell * MEDIA_VECTOR_CELL;
    return (start + FFMIN(start + MEDIA_VECTOR_CELL, size)) / 2;
}

/// How many cells along a side of `size` pixels have their centres before a place.
static int cells_before(int place, int size) {
    const int half = MEDIA_VECTOR_CELL / 2, last = (size - 1) / MEDIA_VECTOR_CELL;
    const int count = place <= half ? 0 : (place + half - 1) / MEDIA_VECTOR_CELL;
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
    const struct media_vector_grid *coded, const struct media_area *area, struct media_orientation orientation,
    media_value_turn *turn, const struct media_vector_grid *shown) {
    const struct media_turn places = media_turn_of(orientation, area->width, area->height);
    const bool crossed = orientation.quarter_turns % 2;
    const int columns = crossed ? area->height : area->width, rows = crossed ? area->width : area->height;
    for (int row = 0; row < shown->rows; row++) {
        for (int column = 0; column < shown->columns; column++) {
            const ptrdiff_t place =
                places.first + centre_of(column, columns) * places.right + centre_of(row, rows) * places.down;
            const ptrdiff_t source = place / area->width / MEDIA_VECTOR_CELL * coded->columns +
                place % area->width / MEDIA_VECTOR_CELL;
            const ptrdiff_t cell = (ptrdiff_t)row * shown->columns + column;
            shown->vectors[2 * cell] = coded->vectors[2 * source];
            shown->vectors[2 * cell + 1] = coded->vectors[2 * source + 1];
            shown->valid[cell] = coded->valid[source];
            if (turn) turn(orientation, shown->vectors + 2 * cell);
        }
    }
}
