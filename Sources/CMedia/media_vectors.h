#ifndef SEMISUP_MEDIA_VECTORS_H
#define SEMISUP_MEDIA_VECTORS_H

#include <libavutil/frame.h>

#include "media_reader.h"

/// See `media_reader_vectors`.
void media_vectors_read(const AVFrame *frame, const struct media_vector_grid *grid);

#endif
