#ifndef SEMISUP_MEDIA_VECTORS_H
#define SEMISUP_MEDIA_VECTORS_H

#include <libavutil/frame.h>

#include "media_reader.h"

/// See `media_reader_vectors`; so many columns and rows were cut off the picture.
void media_vectors_read(const AVFrame *frame, int crop_left, int crop_top, const struct media_vector_grid *grid);
/// Turns the vectors of a coded picture of `width` x `height` pixels: each cell takes those of the one that its centre is from.
void media_vectors_turn(
    const struct media_vector_grid *coded, int width, int height, struct media_orientation orientation,
    const struct media_vector_grid *shown);

#endif
