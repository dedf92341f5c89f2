#include "media_reader.h"
#include "media_library.h"

#include <libavutil/motion_vector.h>
#include <string.h>

#include "media_turn.h"
#include "media_vectors.h"

/// The part of a coded picture that is shown.
struct media_area {
    int left, top, width, height;
};

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

/// Two directions may predict one cell: their vectors are added up, and `valid` counts them until the mean is taken.
static void paint(
    const AVMotionVector *vector, const struct media_area *area, float scale, const struct media_vector_grid *grid) {
    if (vector->motion_scale == 0) return;
    const int left = vector->dst_x - vector->w / 2 - area->left, top = vector->dst_y - vector->h / 2 - area->top;
    // A cell belongs to the block that its centre lies in.
    const int first_column = cells_before(left, area->width), end_column = cells_before(left + vector->w, area->width);
    const int first_row = cells_before(top, area->height), end_row = cells_before(top + vector->h, area->height);
    const float x = scale * (float)vector->motion_x / (float)vector->motion_scale;
    const float y = scale * (float)vector->motion_y / (float)vector->motion_scale;
    for (int row = first_row; row < end_row; row++) {
        for (int column = first_column; column < end_column; column++) {
            const int cell = row * grid->columns + column;
            grid->vectors[2 * cell] += x;
            grid->vectors[2 * cell + 1] += y;
            grid->valid[cell]++;
        }
    }
}

void media_vectors_read(const AVFrame *frame, int crop_left, int crop_top, const struct media_vector_grid *grid) {
    const struct media_area area = {crop_left, crop_top, frame->width, frame->height};
    const int cells = grid->rows * grid->columns;
    memset(grid->vectors, 0, sizeof(float) * 2 * (size_t)cells);
    memset(grid->valid, 0, (size_t)cells);
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_MOTION_VECTORS);
    if (!data) return;
    const AVMotionVector *vectors = (const AVMotionVector *)data->data;
    const int count = (int)(data->size / sizeof *vectors);
    for (int i = 0; i < count; i++) {
        const float scale = vectors[i].source < 0 ? grid->forward_scale : grid->backward_scale;
        if (scale != 0) paint(&vectors[i], &area, scale, grid);
    }
    for (int cell = 0; cell < cells; cell++) {
        if (grid->valid[cell] > 1) {
            grid->vectors[2 * cell] /= grid->valid[cell];
            grid->vectors[2 * cell + 1] /= grid->valid[cell];
            grid->valid[cell] = 1;
        }
    }
}

void media_vectors_turn(
    const struct media_vector_grid *coded, int width, int height, struct media_orientation orientation,
    const struct media_vector_grid *shown) {
    const struct media_turn turn = media_turn_of(orientation, width, height);
    const bool crossed = orientation.quarter_turns % 2;
    const int columns = crossed ? height : width, rows = crossed ? width : height;
    for (int row = 0; row < shown->rows; row++) {
        for (int column = 0; column < shown->columns; column++) {
            const int x = centre_of(column, columns), y = centre_of(row, rows);
            const ptrdiff_t place = turn.first + x * turn.right + y * turn.down;
            const ptrdiff_t source =
                place / width / MEDIA_VECTOR_CELL * coded->columns + place % width / MEDIA_VECTOR_CELL;
            const ptrdiff_t cell = (ptrdiff_t)row * shown->columns + column;
            shown->vectors[2 * cell] = coded->vectors[2 * source];
            shown->vectors[2 * cell + 1] = coded->vectors[2 * source + 1];
            shown->valid[cell] = coded->valid[source];
            media_turn_vector(orientation, shown->vectors + 2 * cell);
        }
    }
}
