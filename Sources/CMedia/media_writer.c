#include "media_writer.h"
#include "media_library.h"
#include "media_log.h"

/// One encoder with its stream in the file and the frame that feeds it.
struct track {
    AVCodecContext *encoder;
    AVStream *stream;
    AVFrame *frame;
    int64_t next; // time stamp of the next frame, in the encoder's time base
};

struct media_writer {
    AVFormatContext *container;
    AVPacket *packet;
    struct track pictures, sound;
    int waiting; // samples in the sound's frame that are not encoded yet
    const char *operation;
};

static int failed(struct media_writer *writer, const char *operation, int code) {
    writer->operation = operation;
    return code;
}

struct media_writer *media_writer_create(void) { return media_begin() ? av_mallocz(sizeof(struct media_writer)) : NULL; }

static void track_free(struct track *track) {
    avcodec_free_context(&track->encoder);
    av_frame_free(&track->frame);
}

void media_writer_free(struct media_writer *writer) {
    if (!writer) return;
    track_free(&writer->pictures);
    track_free(&writer->sound);
    av_packet_free(&writer->packet);
    if (writer->container) avio_closep(&writer->container->pb);
    avformat_free_context(writer->container);
    av_free(writer);
}

const char *media_writer_operation(const struct media_writer *writer) { return writer->operation ? writer->operation : "write"; }

void media_writer_describe(int code, char *text, size_t capacity) { av_strerror(code, text, capacity); }

// MARK: Opening

/// Opens the encoder, adds its stream to the container and makes the frame that feeds it.
static int track_open(struct media_writer *writer, struct track *track, const AVCodec *codec, AVDictionary **options) {
    AVCodecContext *encoder = track->encoder;
    encoder->thread_count = 1;
    if (writer->container->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    int code = avcodec_open2(encoder, codec, options);
    if (code < 0) return failed(writer, "open the encoder", code);
    if (av_dict_count(*options)) return failed(writer, "set the encoder's options", AVERROR_OPTION_NOT_FOUND);
    track->stream = avformat_new_stream(writer->container, NULL);
    track->frame = av_frame_alloc();
    if (!track->stream || !track->frame) return failed(writer, "allocate", AVERROR(ENOMEM));
    track->stream->time_base = encoder->time_base;
    code = avcodec_parameters_from_context(track->stream->codecpar, encoder);
    return code < 0 ? failed(writer, "describe the stream", code) : 0;
}

static int open_pictures(struct media_writer *writer, const struct media_writer_settings *settings) {
    struct track *track = &writer->pictures;
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    if (!codec) return failed(writer, "libx264", MEDIA_WRITER_NO_ENCODER);
    AVCodecContext *encoder = track->encoder = avcodec_alloc_context3(codec);
    if (!encoder) return failed(writer, "allocate", AVERROR(ENOMEM));
    encoder->width = settings->width;
    encoder->height = settings->height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->framerate = (AVRational){settings->rate_numerator, settings->rate_denominator};
    encoder->time_base = av_inv_q(encoder->framerate);
    encoder->gop_size = settings->group_of_pictures;
    encoder->max_b_frames = settings->consecutive_b_frames;
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->colorspace = AVCOL_SPC_SMPTE170M;
    encoder->color_primaries = AVCOL_PRI_SMPTE170M;
    encoder->color_trc = AVCOL_TRC_SMPTE170M;
    encoder->chroma_sample_location = AVCHROMA_LOC_CENTER;
    AVDictionary *options = NULL;
    av_dict_set(&options, "preset", settings->preset, 0);
    av_dict_set_int(&options, "crf", settings->constant_rate_factor, 0);
    av_dict_set(&options, "x264-params", settings->encoder_options, 0);
    int code = track_open(writer, track, codec, &options);
    av_dict_free(&options);
    if (code) return code;
    track->stream->avg_frame_rate = encoder->framerate;
    track->frame->width = encoder->width;
    track->frame->height = encoder->height;
    track->frame->format = encoder->pix_fmt;
    code = av_frame_get_buffer(track->frame, 0);
    return code < 0 ? failed(writer, "allocate", code) : 0;
}

static int open_sound(struct media_writer *writer, const struct media_writer_settings *settings) {
    struct track *track = &writer->sound;
    const AVCodec *codec = avcodec_find_encoder_by_name("aac");
    if (!codec) return failed(writer, "aac", MEDIA_WRITER_NO_ENCODER);
    AVCodecContext *encoder = track->encoder = avcodec_alloc_context3(codec);
    if (!encoder) return failed(writer, "allocate", AVERROR(ENOMEM));
    encoder->sample_rate = settings->sample_rate;
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->bit_rate = settings->sound_bit_rate;
    encoder->time_base = (AVRational){1, settings->sample_rate};
    av_channel_layout_default(&encoder->ch_layout, 1);
    AVDictionary *options = NULL;
    av_dict_set(&options, "aac_coder", "fast", 0); // the default takes longer than the pictures
    int code = track_open(writer, track, codec, &options);
    av_dict_free(&options);
    if (code) return code;
    track->frame->nb_samples = encoder->frame_size;
    track->frame->format = encoder->sample_fmt;
    track->frame->sample_rate = encoder->sample_rate;
    code = av_channel_layout_copy(&track->frame->ch_layout, &encoder->ch_layout);
    if (code >= 0) code = av_frame_get_buffer(track->frame, 0);
    return code < 0 ? failed(writer, "allocate", code) : 0;
}

int media_writer_open(struct media_writer *writer, const char *path, const struct media_writer_settings *settings) {
    int code = avformat_alloc_output_context2(&writer->container, NULL, "mp4", path);
    if (code < 0) return failed(writer, "prepare an MP4 file", code);
    writer->container->flags |= AVFMT_FLAG_BITEXACT;
    writer->packet = av_packet_alloc();
    if (!writer->packet) return failed(writer, "allocate", AVERROR(ENOMEM));
    if ((code = open_pictures(writer, settings))) return code;
    if (settings->sample_rate && (code = open_sound(writer, settings))) return code;
    code = avio_open(&writer->container->pb, path, AVIO_FLAG_WRITE);
    if (code < 0) return failed(writer, "create", code);
    code = avformat_write_header(writer->container, NULL);
    return code < 0 ? failed(writer, "write the header", code) : 0;
}

// MARK: Writing

/// Gives `frame` (NULL at the end) to the encoder and writes the packets that come out.
static int encode(struct media_writer *writer, struct track *track, AVFrame *frame) {
    int code = avcodec_send_frame(track->encoder, frame);
    if (code < 0) return failed(writer, "encode", code);
    while ((code = avcodec_receive_packet(track->encoder, writer->packet)) >= 0) {
        av_packet_rescale_ts(writer->packet, track->encoder->time_base, track->stream->time_base);
        if (track == &writer->pictures) // libx264 leaves it open, and the last one would be lost
            writer->packet->duration = av_rescale_q(1, track->encoder->time_base, track->stream->time_base);
        writer->packet->stream_index = track->stream->index;
        code = av_interleaved_write_frame(writer->container, writer->packet);
        if (code < 0) return failed(writer, "write", code);
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : failed(writer, "encode", code);
}

/// RGB to limited-range BT.601 in 16-bit fixed point; one chroma sample is the mean of 2 x 2 pixels.
static void convert(const uint8_t *rgb, AVFrame *frame) {
    const int width = frame->width, height = frame->height;
    for (int y = 0; y < height; y++) {
        const uint8_t *source = rgb + (size_t)y * width * 3;
        uint8_t *luma = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
        for (int x = 0; x < width; x++)
            luma[x] = 16 + ((16829 * source[3 * x] + 33039 * source[3 * x + 1] + 6416 * source[3 * x + 2] + 32768) >> 16);
    }
    for (int y = 0; y < height; y += 2) {
        const uint8_t *upper = rgb + (size_t)y * width * 3, *lower = upper + (size_t)width * 3;
        uint8_t *cb = frame->data[1] + (ptrdiff_t)(y / 2) * frame->linesize[1];
        uint8_t *cr = frame->data[2] + (ptrdiff_t)(y / 2) * frame->linesize[2];
        for (int x = 0; x < width; x += 2) {
            int sum[3];
            for (int c = 0; c < 3; c++) sum[c] = upper[3 * x + c] + upper[3 * x + 3 + c] + lower[3 * x + c] + lower[3 * x + 3 + c];
            const int middle = (128 << 18) + (1 << 17);
            cb[x / 2] = (-9714 * sum[0] - 19070 * sum[1] + 28784 * sum[2] + middle) >> 18;
            cr[x / 2] = (28784 * sum[0] - 24103 * sum[1] - 4681 * sum[2] + middle) >> 18;
        }
    }
}

int media_writer_add_picture(struct media_writer *writer, const uint8_t *rgb) {
    struct track *track = &writer->pictures;
    int code = av_frame_make_writable(track->frame);
    if (code < 0) return failed(writer, "allocate", code);
    convert(rgb, track->frame);
    track->frame->pts = track->next++;
    return encode(writer, track, track->frame);
}

/// Encodes the samples that wait in the sound's frame.
static int encode_waiting(struct media_writer *writer) {
    struct track *track = &writer->sound;
    track->frame->nb_samples = writer->waiting;
    track->frame->pts = track->next;
    track->next += writer->waiting;
    writer->waiting = 0;
    return encode(writer, track, track->frame);
}

int media_writer_add_sound(struct media_writer *writer, const float *samples, size_t count) {
    struct track *track = &writer->sound;
    for (size_t i = 0; i < count; i++) {
        if (!writer->waiting) {
            track->frame->nb_samples = track->encoder->frame_size;
            int code = av_frame_make_writable(track->frame);
            if (code < 0) return failed(writer, "allocate", code);
        }
        ((float *)track->frame->data[0])[writer->waiting++] = samples[i];
        if (writer->waiting == track->encoder->frame_size) {
            int code = encode_waiting(writer);
            if (code) return code;
        }
    }
    return 0;
}

int media_writer_finish(struct media_writer *writer) {
    int code = encode(writer, &writer->pictures, NULL);
    if (code) return code;
    if (writer->sound.encoder) {
        if (writer->waiting && (code = encode_waiting(writer))) return code;
        if ((code = encode(writer, &writer->sound, NULL))) return code;
    }
    code = av_write_trailer(writer->container);
    if (code < 0) return failed(writer, "write the index", code);
    code = avio_closep(&writer->container->pb);
    return code < 0 ? failed(writer, "close", code) : 0;
}
