#include "media_reader.h"
#include "media_library.h"

#include <libavutil/motion_vector.h>
#include <libavutil/video_enc_params.h>
#include <math.h>

#include "media_cells.h"

static void read_sizes(const AVFrame *frame, const struct media_area *area, const struct media_cell_grid *grid) {
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_MOTION_VECTORS);
    const AVMotionVector *vectors = data ? (const AVMotionVector *)data->data : NULL;
    const int count = data ? (int)(data->size / sizeof *vectors) : 0;
    for (int i = 0; i < count; i++) {
        const AVMotionVector *block = &vectors[i];
        const struct media_cells cells =
            media_cells_of(area, block->dst_x - block->w / 2, block->dst_y - block->h / 2, block->w, block->h);
        const float side = sqrtf((float)block->w * (float)block->h);
        for (int row = cells.first_row; row < cells.end_row; row++) {
            for (int column = cells.first_column; column < cells.end_column; column++) {
                const int cell = row * grid->columns + column;
                grid->values[2 * cell] = side;
                grid->valid[cell] = 1;
            }
        }
    }
}

static void read_quantizers(const AVFrame *frame, const struct media_area *area, const struct media_cell_grid *grid) {
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_VIDEO_ENC_PARAMS);
    if (!data) return;
    AVVideoEncParams *parameters = (AVVideoEncParams *)data->data;
    for (unsigned i = 0; i < parameters->nb_blocks; i++) {
        const AVVideoBlockParams *block = av_video_enc_params_block(parameters, i);
        const struct media_cells cells = media_cells_of(area, block->src_x, block->src_y, block->w, block->h);
        for (int row = cells.first_row; row < cells.end_row; row++) {
            for (int column = cells.first_column; column < cells.end_column; column++)
                grid->values[2 * (row * grid->columns + column) + 1] = (float)(parameters->qp + block->delta_qp);
        }
    }
}

void media_blocks_read(const AVFrame *frame, const struct media_area *area, const struct media_cell_grid *grid) {
    for (int cell = 0; cell < grid->rows * grid->columns; cell++) {
        grid->values[2 * cell] = 0;
        grid->values[2 * cell + 1] = -1;
        grid->valid[cell] = 0;
    }
    read_sizes(frame, area, grid);
    read_quantizers(frame, area, grid);
}
