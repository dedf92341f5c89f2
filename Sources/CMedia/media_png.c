#include "media_png.h"
#include "media_library.h"

#include <string.h>

#include "media_log.h"

static AVCodecContext *open_codec(const AVCodec *codec, int width, int height) {
    AVCodecContext *context = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!context) return NULL;
    context->width = width;
    context->height = height;
    context->pix_fmt = AV_PIX_FMT_RGB24;
    context->time_base = (AVRational){1, 1};
    context->thread_count = 1;
    if (avcodec_open2(context, codec, NULL) < 0) avcodec_free_context(&context);
    return context;
}

enum media_status media_png_encode(const uint8_t *pixels, int width, int height, uint8_t **bytes, size_t *count) {
    if (!media_begin()) return MEDIA_NO_LIBRARY;
    AVCodecContext *context = open_codec(avcodec_find_encoder(AV_CODEC_ID_PNG), width, height);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    enum media_status outcome = context ? MEDIA_NO_MEMORY : MEDIA_UNSUPPORTED_CODEC;
    if (context && frame && packet) {
        frame->format = AV_PIX_FMT_RGB24;
        frame->width = width;
        frame->height = height;
        if (av_frame_get_buffer(frame, 0) >= 0) {
            for (int y = 0; y < height; y++)
                memcpy(frame->data[0] + (ptrdiff_t)y * frame->linesize[0], pixels + (size_t)y * width * 3, (size_t)width * 3);
            if (avcodec_send_frame(context, frame) >= 0 && avcodec_receive_packet(context, packet) >= 0) {
                *bytes = av_memdup(packet->data, (size_t)packet->size);
                *count = (size_t)packet->size;
                if (*bytes) outcome = MEDIA_OK;
            }
        }
    }
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&context);
    return outcome;
}

static enum media_status copy_rows(const AVFrame *frame, uint8_t **pixels, int *width, int *height) {
    if (frame->format != AV_PIX_FMT_RGB24) return MEDIA_UNSUPPORTED_PIXELS;
    size_t row = (size_t)frame->width * 3;
    *pixels = av_malloc_array((size_t)frame->height, row);
    if (!*pixels) return MEDIA_NO_MEMORY;
    for (int y = 0; y < frame->height; y++)
        memcpy(*pixels + (size_t)y * row, frame->data[0] + (ptrdiff_t)y * frame->linesize[0], row);
    *width = frame->width;
    *height = frame->height;
    return MEDIA_OK;
}

enum media_status media_png_decode(const uint8_t *bytes, size_t count, uint8_t **pixels, int *width, int *height) {
    if (!media_begin()) return MEDIA_NO_LIBRARY;
    if (count == 0 || count > INT32_MAX) return MEDIA_NOT_MEDIA;
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_PNG);
    AVCodecContext *context = codec ? avcodec_alloc_context3(codec) : NULL;
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    enum media_status outcome = context ? MEDIA_NO_MEMORY : MEDIA_UNSUPPORTED_CODEC;
    if (context && frame && packet && av_new_packet(packet, (int)count) >= 0) {
        context->thread_count = 1;
        memcpy(packet->data, bytes, count);
        outcome = MEDIA_NOT_MEDIA;
        if (avcodec_open2(context, codec, NULL) >= 0 && avcodec_send_packet(context, packet) >= 0 &&
            avcodec_receive_frame(context, frame) >= 0)
            outcome = copy_rows(frame, pixels, width, height);
    }
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&context);
    return outcome;
}

void media_png_free(uint8_t *buffer) { av_free(buffer); }
