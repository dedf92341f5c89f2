#include "media_reader.h"
#include "media_library.h"

#include <string.h>

#include "media_cells.h"
#include "media_decoder.h"
#include "media_evidence.h"
#include "media_log.h"
#include "media_picture.h"
#include "media_reader_state.h"
#include "media_sound.h"
#include "media_source.h"
#include "media_turn.h"

// MARK: - Opening

// Containers of video. What is not among them (play lists, scripts, picture sequences) could name further files to open.
static const char *const containers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,m4v,h261,h263,h264,hevc,obu,av1,ivf,flv,asf,ogg,mxf,rm,nut,"
    "dv,vc1,wtv,swf,yuv4mpegpipe";
// Containers whose seek lands on the key packet that was asked for.
static const char *const exact_containers = "mov,mp4,matroska,webm,avi";

static int refuse_to_open(AVFormatContext *format, AVIOContext **source, const char *url, int flags, AVDictionary **options) {
    (void)format, (void)source, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static enum media_status choose_container(struct media_reader *reader) {
    if (reader->options.container) reader->container = av_find_input_format(reader->options.container);
    if (reader->container) return MEDIA_OK;
    if (av_probe_input_buffer2(reader->source, &reader->container, NULL, NULL, 0, 0) < 0) return MEDIA_NOT_MEDIA;
    return av_match_list(reader->container->name, containers, ',') ? MEDIA_OK : MEDIA_NOT_MEDIA;
}

/// The largest video stream that is not a cover picture.
static AVStream *choose_stream(AVFormatContext *format) {
    AVStream *best = NULL;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        AVStream *stream = format->streams[i];
        const AVCodecParameters *parameters = stream->codecpar;
        if (parameters->codec_type != AVMEDIA_TYPE_VIDEO || stream->disposition & AV_DISPOSITION_ATTACHED_PIC) continue;
        if (!best || (int64_t)parameters->width * parameters->height >
                (int64_t)best->codecpar->width * best->codecpar->height)
            best = stream;
    }
    return best;
}

static bool header_says_enough(const struct media_reader *reader) {
    const AVStream *stream = choose_stream(reader->format);
    return !(reader->format->ctx_flags & AVFMTCTX_NOHEADER) && stream && stream->codecpar->width > 0 &&
        stream->codecpar->codec_id != AV_CODEC_ID_NONE;
}

/// How many packets with bytes the container's own index names, before anything was read; where AVI has no index, what its header counts.
static int64_t count_listed(const struct media_reader *reader, AVStream *stream) {
    if (!stream || !av_match_list(reader->container->name, "mov,mp4,avi", ',')) return 0;
    const int entries = avformat_index_get_entries_count(stream);
    int64_t count = 0;
    for (int i = 0; i < entries; i++) count += avformat_index_get_entry(stream, i)->size > 0;
    // A file that was cut off has lost the index, which stands at the end; the header counts pictures that are shown longer, too.
    return entries == 0 && strcmp(reader->container->name, "avi") == 0 ? stream->nb_frames : count;
}

/// Opens the demuxer at the beginning of the source.
static enum media_status open_container(struct media_reader *reader) {
    reader->next_entry = 0;
    reader->knows_entry = true;
    reader->format = avformat_alloc_context();
    if (!reader->format) return MEDIA_NO_MEMORY;
    reader->format->pb = reader->source;
    reader->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    reader->format->io_open = refuse_to_open;
    reader->format->fps_probe_size = 0;
    if (avformat_open_input(&reader->format, NULL, reader->container, NULL) < 0) return MEDIA_DAMAGED_HEADER;
    reader->listed_packets = count_listed(reader, choose_stream(reader->format));
    if ((reader->options.probe || !header_says_enough(reader)) && avformat_find_stream_info(reader->format, NULL) < 0)
        return MEDIA_DAMAGED_HEADER;
    reader->stream = choose_stream(reader->format);
    // A header without a single stream was cut off.
    if (!reader->stream) return reader->format->nb_streams == 0 ? MEDIA_DAMAGED_HEADER : MEDIA_NO_VIDEO;
    media_reader_listen_to(reader, reader->stream);
    return MEDIA_OK;
}

void media_reader_listen_to(struct media_reader *reader, const AVStream *stream) {
    for (unsigned i = 0; i < reader->format->nb_streams; i++)
        reader->format->streams[i]->discard = reader->format->streams[i] == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
}

/// False where players turn the pictures in a way that is none of the eight.
static bool find_orientation(struct media_reader *reader) {
    size_t size = 0;
    const uint8_t *matrix = av_stream_get_side_data(reader->stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (!matrix || size < 9 * sizeof(int32_t)) return true;
    return media_orientation_of((const int32_t *)matrix, &reader->orientation);
}

static bool is_crossed(const struct media_reader *reader) { return reader->orientation.quarter_turns % 2; }

static enum media_status open_everything(struct media_reader *reader, const char *path, int *system_code) {
    enum media_status status = media_source_open(path, &reader->source, system_code);
    if (status == MEDIA_OK) status = choose_container(reader);
    if (status == MEDIA_OK) status = open_container(reader);
    if (status != MEDIA_OK) return status;
    if (!media_decoder_find(reader->stream->codecpar->codec_id)) return MEDIA_UNSUPPORTED_CODEC;
    if (!find_orientation(reader)) return MEDIA_UNSUPPORTED_ORIENTATION;
    reader->seeks_exactly = av_match_list(reader->container->name, exact_containers, ',');
    reader->packet = av_packet_alloc();
    reader->frame = av_frame_alloc();
    return reader->packet && reader->frame ? MEDIA_OK : MEDIA_NO_MEMORY;
}

enum media_status media_reader_open(
    const char *path, struct media_reader_options options, struct media_reader **result, int *system_code) {
    if (!media_begin()) return MEDIA_NO_LIBRARY;
    struct media_reader *reader = av_mallocz(sizeof *reader);
    if (!reader) return MEDIA_NO_MEMORY;
    reader->options = options;
    enum media_status status = open_everything(reader, path, system_code);
    // The string is the caller's and is needed only while opening.
    reader->options.container = NULL;
    if (status == MEDIA_OK)
        *result = reader;
    else
        media_reader_close(reader);
    return status;
}

void media_reader_close(struct media_reader *reader) {
    if (!reader) return;
    media_rgb_workspace_free(&reader->workspace);
    av_free(reader->coded_pixels.bytes);
    av_free(reader->coded_cells.bytes);
    media_sound_close(reader);
    media_inspector_free(reader->inspector);
    avcodec_free_context(&reader->decoder);
    av_frame_free(&reader->frame);
    av_packet_free(&reader->packet);
    avformat_close_input(&reader->format);
    media_source_close(reader->source);
    av_free(reader);
}

// MARK: - What is known of the stream

static double duration_of(const struct media_reader *reader) {
    const AVStream *stream = reader->stream;
    if (stream->duration != AV_NOPTS_VALUE) return (double)stream->duration * av_q2d(stream->time_base);
    if (reader->format->duration != AV_NOPTS_VALUE) return (double)reader->format->duration / AV_TIME_BASE;
    return -1;
}

void media_reader_info(const struct media_reader *reader, struct media_video_info *info) {
    const AVStream *stream = reader->stream;
    const AVCodecParameters *parameters = stream->codecpar;
    const AVRational aspect = parameters->sample_aspect_ratio;
    const bool crossed = is_crossed(reader);
    *info = (struct media_video_info){
        .container = reader->container->name,
        .codec = avcodec_get_name(parameters->codec_id),
        .pixel_format = av_get_pix_fmt_name((enum AVPixelFormat)parameters->format),
        .width = crossed ? parameters->height : parameters->width,
        .height = crossed ? parameters->width : parameters->height,
        // 0 / 1 is unknown and stays so.
        .sample_aspect_numerator = crossed && aspect.num ? aspect.den : aspect.num,
        .sample_aspect_denominator = crossed && aspect.num ? aspect.num : aspect.den,
        .average_rate_numerator = stream->avg_frame_rate.num,
        .average_rate_denominator = stream->avg_frame_rate.den,
        .real_rate_numerator = stream->r_frame_rate.num,
        .real_rate_denominator = stream->r_frame_rate.den,
        .time_base_numerator = stream->time_base.num,
        .time_base_denominator = stream->time_base.den,
        .orientation = reader->orientation,
        .duration_seconds = duration_of(reader),
        .has_vectors = media_reader_has_vectors(reader),
        .declared_packets = reader->listed_packets,
    };
    for (unsigned i = 0; i < reader->format->nb_streams; i++)
        info->has_sound |= reader->format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

// MARK: - Packets

static int64_t time_or_none(int64_t time) { return time == AV_NOPTS_VALUE ? MEDIA_NO_TIME : time; }

enum media_status media_reader_read(struct media_reader *reader, struct media_packet *packet) {
    if (!reader->stream) return MEDIA_READ_FAILED;
    const unsigned long reported = media_reported_errors();
    do {
        av_packet_unref(reader->packet);
        int code = av_read_frame(reader->format, reader->packet);
        if (code == AVERROR_EOF) return MEDIA_END;
        if (code < 0) return MEDIA_READ_FAILED;
    } while (reader->packet->stream_index != reader->stream->index);
    const AVPacket *read = reader->packet;
    *packet = (struct media_packet){
        .presentation_time = time_or_none(read->pts),
        .decoding_time = time_or_none(read->dts),
        .byte_position = read->pos,
        .byte_count = read->size,
        .key = read->flags & AV_PKT_FLAG_KEY,
        .hidden = read->flags & AV_PKT_FLAG_DISCARD,
        .corrupt = media_passed_over_packets(reader) || read->flags & AV_PKT_FLAG_CORRUPT || media_reported_errors() != reported,
        .checksum = av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), 0, read->data, (size_t)read->size),
    };
    return MEDIA_OK;
}

enum media_status media_reader_rewind(struct media_reader *reader) {
    // Opening again is the one way that leads every demuxer and parser back to its first state.
    avformat_close_input(&reader->format);
    reader->stream = NULL;
    media_inspector_free(reader->inspector);
    reader->inspector = NULL;
    media_reader_flush(reader);
    if (avio_seek(reader->source, 0, SEEK_SET) < 0) return MEDIA_READ_FAILED;
    return open_container(reader);
}

enum media_status media_reader_seek(struct media_reader *reader, int64_t time) {
    if (!reader->stream) return MEDIA_READ_FAILED;
    reader->next_entry = 0;
    reader->knows_entry = false;
    return av_seek_frame(reader->format, reader->stream->index, time, AVSEEK_FLAG_BACKWARD) < 0 ? MEDIA_READ_FAILED : MEDIA_OK;
}

bool media_reader_seeks_exactly(const struct media_reader *reader) { return reader->seeks_exactly; }

bool media_reader_inspects(const struct media_reader *reader) {
    return reader->stream->codecpar->codec_id == AV_CODEC_ID_H264;
}

enum media_status media_reader_inspect(struct media_reader *reader, struct media_picture *picture) {
    if (!reader->inspector) reader->inspector = media_inspector_create(reader->stream->codecpar);
    if (!reader->inspector) return MEDIA_NO_MEMORY;
    media_inspector_look(reader->inspector, reader->packet, picture);
    return MEDIA_OK;
}

int media_reader_picture_count(const struct media_reader *reader) {
    return reader->stream->codecpar->codec_id == AV_CODEC_ID_MPEG4 ? media_mpeg4_picture_count(reader->packet) : 1;
}

// MARK: - Frames

void media_reader_decode_all(struct media_reader *reader) {
    reader->seeking = false;
    media_decoder_set_mode(reader);
}

void media_reader_decode_parts(struct media_reader *reader, int reorder_depth) {
    reader->seeking = true;
    reader->reorder_depth = reorder_depth;
    media_decoder_set_mode(reader);
}

enum media_status media_reader_send(struct media_reader *reader, int64_t number) {
    if (!reader->decoder) {
        enum media_status status = media_decoder_open(reader);
        if (status != MEDIA_OK) return status;
    }
    // A packet without bytes would mean "no more packets" to the decoder.
    if (reader->packet->size == 0) return MEDIA_OK;
    reader->decoder->reordered_opaque = number;
    if (media_packet_is_malformed(reader->packet, reader->stream->codecpar)) media_report_error();
    return avcodec_send_packet(reader->decoder, reader->packet) < 0 ? MEDIA_DECODE_FAILED : MEDIA_OK;
}

enum media_status media_reader_finish(struct media_reader *reader) {
    if (!reader->decoder) return MEDIA_OK;
    return avcodec_send_packet(reader->decoder, NULL) < 0 ? MEDIA_DECODE_FAILED : MEDIA_OK;
}

void media_reader_flush(struct media_reader *reader) {
    if (reader->decoder) avcodec_flush_buffers(reader->decoder);
}

/// The libraries of VP9 and AV1 leave a frame's type open: each packet gives its frame at once, and says whether it is a key.
static void complete(AVFrame *frame, const struct media_reader *reader) {
    const bool is_open = frame->pict_type == AV_PICTURE_TYPE_NONE &&
        (reader->decoder->codec_id == AV_CODEC_ID_VP9 || reader->decoder->codec_id == AV_CODEC_ID_AV1);
    if (!is_open) return;
    frame->key_frame = reader->packet->flags & AV_PKT_FLAG_KEY ? 1 : 0;
    frame->pict_type = frame->key_frame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_P;
}

enum media_status media_reader_receive(struct media_reader *reader, struct media_frame *frame) {
    if (!reader->decoder) return MEDIA_END;
    int code = avcodec_receive_frame(reader->decoder, reader->frame);
    if (code == AVERROR(EAGAIN)) return MEDIA_AGAIN;
    if (code == AVERROR_EOF) return MEDIA_END;
    if (code < 0) return MEDIA_DECODE_FAILED;
    AVFrame *received = reader->frame;
    complete(received, reader);
    reader->crop_left = (int)received->crop_left;
    reader->crop_top = (int)received->crop_top;
    if (av_frame_apply_cropping(received, AV_FRAME_CROP_UNALIGNED) < 0) return MEDIA_DECODE_FAILED;
    *frame = (struct media_frame){
        .number = received->reordered_opaque,
        .presentation_time = time_or_none(received->pts),
        .type = media_picture_letter(received->pict_type),
        .key = received->key_frame,
        .corrupt = received->flags & AV_FRAME_FLAG_CORRUPT || received->decode_error_flags,
        .interlaced = received->interlaced_frame,
        .width = is_crossed(reader) ? received->height : received->width,
        .height = is_crossed(reader) ? received->width : received->height,
    };
    return MEDIA_OK;
}

static bool reserve(struct media_buffer *buffer, size_t count) {
    if (buffer->count >= count) return true;
    av_free(buffer->bytes);
    buffer->bytes = av_malloc(count);
    buffer->count = buffer->bytes ? count : 0;
    return buffer->bytes;
}

/// Whether the frame received last is shown in this size.
static bool has_size(const struct media_reader *reader, int width, int height) {
    const AVFrame *frame = reader->frame;
    return is_crossed(reader) ? frame->width == height && frame->height == width
                              : frame->width == width && frame->height == height;
}

enum media_status media_reader_convert(struct media_reader *reader, int width, int height, uint8_t *pixels) {
    const AVFrame *frame = reader->frame;
    if (!has_size(reader, width, height)) return MEDIA_SIZE_CHANGED;
    if (!media_turns(reader->orientation)) return media_rgb_convert(frame, &reader->workspace, pixels);
    if (!reserve(&reader->coded_pixels, 3 * (size_t)width * (size_t)height)) return MEDIA_NO_MEMORY;
    enum media_status status = media_rgb_convert(frame, &reader->workspace, reader->coded_pixels.bytes);
    if (status == MEDIA_OK)
        media_turn_pixels(reader->coded_pixels.bytes, frame->width, frame->height, reader->orientation, pixels);
    return status;
}

bool media_reader_converts(const struct media_reader *reader) {
    const enum AVPixelFormat format = (enum AVPixelFormat)reader->stream->codecpar->format;
    return format == AV_PIX_FMT_NONE || media_rgb_converts(format);
}

void media_reader_keep(struct media_reader *reader, bool vectors, bool quantizers) {
    // MPEG-2's decoder keeps none unless it was told when it was opened.
    if ((vectors && !reader->keeps_vectors) || (quantizers && !reader->keeps_quantizers)) avcodec_free_context(&reader->decoder);
    reader->keeps_vectors = vectors;
    reader->keeps_quantizers = quantizers;
    media_decoder_set_mode(reader);
}

bool media_reader_has_vectors(const struct media_reader *reader) {
    switch (reader->stream->codecpar->codec_id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_MPEG4:
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO:
    case AV_CODEC_ID_H261:
    case AV_CODEC_ID_H263:
    case AV_CODEC_ID_H263P:
    case AV_CODEC_ID_FLV1:
    case AV_CODEC_ID_MSMPEG4V2:
    case AV_CODEC_ID_MSMPEG4V3:
    case AV_CODEC_ID_WMV1:
    case AV_CODEC_ID_WMV2:
    case AV_CODEC_ID_RV20: return true;
    default: return false;
    }
}

/// Reads what a frame holds by cells, and turns it as the frame is shown.
static enum media_status read_cells(
    struct media_reader *reader, int width, int height, const struct media_cell_grid *grid, media_cell_reader *read,
    media_value_turn *turn) {
    if (!has_size(reader, width, height)) return MEDIA_SIZE_CHANGED;
    const AVFrame *frame = reader->frame;
    const struct media_area area = {reader->crop_left, reader->crop_top, frame->width, frame->height};
    if (!media_turns(reader->orientation)) {
        read(frame, &area, grid);
        return MEDIA_OK;
    }
    struct media_cell_grid coded = *grid;
    if (is_crossed(reader)) coded.rows = grid->columns, coded.columns = grid->rows;
    const size_t cells = (size_t)grid->rows * (size_t)grid->columns;
    if (!reserve(&reader->coded_cells, cells * (2 * sizeof(float) + 1))) return MEDIA_NO_MEMORY;
    coded.values = reader->coded_cells.bytes;
    coded.valid = (uint8_t *)(coded.values + 2 * cells);
    read(frame, &area, &coded);
    media_cells_turn(&coded, &area, reader->orientation, turn, grid);
    return MEDIA_OK;
}

enum media_status media_reader_vectors(
    struct media_reader *reader, int width, int height, const struct media_cell_grid *grid) {
    return read_cells(reader, width, height, grid, media_vectors_read, media_turn_vector);
}

enum media_status media_reader_blocks(
    struct media_reader *reader, int width, int height, const struct media_cell_grid *grid) {
    return read_cells(reader, width, height, grid, media_blocks_read, NULL);
}

const char *media_reader_pixel_format(const struct media_reader *reader) {
    return av_get_pix_fmt_name((enum AVPixelFormat)reader->frame->format);
}
