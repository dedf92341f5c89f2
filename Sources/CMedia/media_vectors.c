#include "media_reader.h"
#include "media_library.h"

#include <libavutil/motion_vector.h>
#include <string.h>

#include "media_cells.h"

/// Two directions may predict one cell: their vectors are added up, and `valid` counts them until the mean is taken.
static void paint(
    const AVMotionVector *vector, const struct media_area *area, float scale, const struct media_cell_grid *grid) {
    if (vector->motion_scale == 0) return;
    const int left = vector->dst_x - vector->w / 2, top = vector->dst_y - vector->h / 2;
    const struct media_cells cells = media_cells_of(area, left, top, vector->w, vector->h);
    const float x = scale * (float)vector->motion_x / (float)vector->motion_scale;
    const float y = scale * (float)vector->motion_y / (float)vector->motion_scale;
    for (int row = cells.first_row; row < cells.end_row; row++) {
        for (int column = cells.first_column; column < cells.end_column; column++) {
            const int cell = row * grid->columns + column;
            grid->values[2 * cell] += x;
            grid->values[2 * cell + 1] += y;
            grid->valid[cell]++;
        }
    }
}

void media_vectors_read(const AVFrame *frame, const struct media_area *area, const struct media_cell_grid *grid) {
    const int cells = grid->rows * grid->columns;
    memset(grid->values, 0, sizeof(float) * 2 * (size_t)cells);
    memset(grid->valid, 0, (size_t)cells);
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_MOTION_VECTORS);
    if (!data) return;
    const AVMotionVector *vectors = (const AVMotionVector *)data->data;
    const int count = (int)(data->size / sizeof *vectors);
    for (int i = 0; i < count; i++) {
        const float scale = vectors[i].source < 0 ? grid->forward_scale : grid->backward_scale;
        if (scale != 0) paint(&vectors[i], area, scale, grid);
    }
    for (int cell = 0; cell < cells; cell++) {
        if (grid->valid[cell] > 1) {
            grid->values[2 * cell] /= grid->valid[cell];
            grid->values[2 * cell + 1] /= grid->valid[cell];
            grid->valid[cell] = 1;
        }
    }
}
