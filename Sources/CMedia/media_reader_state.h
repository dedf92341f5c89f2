#ifndef SEMISUP_MEDIA_READER_STATE_H
#define SEMISUP_MEDIA_READER_STATE_H

#include "media_library.h"
#include "media_reader.h"
#include "media_rgb.h"

/// What reading sound keeps from one span to the next.
struct media_sound {
    AVCodecContext *decoder;
    SwrContext *resampler;
    AVFrame *frame;
};

/// Memory that grows when more is wanted.
struct media_buffer {
    void *bytes;
    size_t count;
};

struct media_reader {
    AVIOContext *source;
    AVFormatContext *format;
    AVStream *stream;
    /// Opened when the first packet is sent: an index can often be made without it.
    AVCodecContext *decoder;
    struct media_inspector *inspector;
    AVPacket *packet;
    AVFrame *frame;
    struct media_rgb_workspace workspace;
    struct media_reader_options options;
    const AVInputFormat *container;
    bool seeks_exactly;
    /// Packets that the container says it has, or 0.
    int64_t listed_packets;
    /// In the container's own index: the entry behind that of the packet read last, and whether that packet has one.
    int next_entry;
    bool knows_entry;
    /// Decoding begins at any start packet and ends at any packet.
    bool seeking;
    int reorder_depth;
    bool keeps_vectors, keeps_quantizers;
    struct media_orientation orientation;
    /// Columns and rows that were cut off the frame received last.
    int crop_left, crop_top;
    /// A picture, and what it holds by cells, that are still to be turned.
    struct media_buffer coded_pixels, coded_cells;
    struct media_sound sound;
};

/// From now on the demuxer gives the packets of `stream` alone.
void media_reader_listen_to(struct media_reader *reader, const AVStream *stream);

#endif
