#include "media_reader.h"
#include "media_library.h"

#include <libavutil/motion_vector.h>
#include <string.h>

#include "media_vectors.h"

/// Two directions may predict one cell: their vectors are added up, and `valid` counts them until the mean is taken.
static void paint(const AVMotionVector *vector, float scale, const struct media_vector_grid *grid) {
    const int left = vector->dst_x - vector->w / 2, top = vector->dst_y - vector->h / 2;
    const int right = left + vector->w, bottom = top + vector->h;
    if (left < 0 || top < 0 || vector->motion_scale == 0) return;
    const int first_column = left / MEDIA_VECTOR_CELL, first_row = top / MEDIA_VECTOR_CELL;
    const int end_column = FFMIN((right + MEDIA_VECTOR_CELL - 1) / MEDIA_VECTOR_CELL, grid->columns);
    const int end_row = FFMIN((bottom + MEDIA_VECTOR_CELL - 1) / MEDIA_VECTOR_CELL, grid->rows);
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

void media_vectors_read(const AVFrame *frame, const struct media_vector_grid *grid) {
    const int cells = grid->rows * grid->columns;
    memset(grid->vectors, 0, sizeof(float) * 2 * (size_t)cells);
    memset(grid->valid, 0, (size_t)cells);
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_MOTION_VECTORS);
    if (!data) return;
    const AVMotionVector *vectors = (const AVMotionVector *)data->data;
    const int count = (int)(data->size / sizeof *vectors);
    for (int i = 0; i < count; i++) {
        const float scale = vectors[i].source < 0 ? grid->forward_scale : grid->backward_scale;
        if (scale != 0) paint(&vectors[i], scale, grid);
    }
    for (int cell = 0; cell < cells; cell++) {
        if (grid->valid[cell] > 1) {
            grid->vectors[2 * cell] /= grid->valid[cell];
            grid->vectors[2 * cell + 1] /= grid->valid[cell];
            grid->valid[cell] = 1;
        }
    }
}
