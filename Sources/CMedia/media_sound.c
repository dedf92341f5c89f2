#include "media_sound.h"
#include "media_library.h"

#include <math.h>
#include <string.h>

#include "media_log.h"
#include "media_reader_state.h"

// Sound of a span of time, mono, at a rate of the caller's.

/// What is being filled; without `samples` they are only counted.
struct span {
    double start;
    int rate, count;
    float *samples;
    /// The place of the resampler's next sample, and where the next frame should begin, in seconds; NaN before the first.
    int64_t position;
    double expected;
    struct media_sound_report *report;
};

/// The stream that the file marks as the one to play, else its first.
static AVStream *choose_sound(AVFormatContext *format) {
    AVStream *first = NULL;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        AVStream *stream = format->streams[i];
        if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
        if (stream->disposition & AV_DISPOSITION_DEFAULT) return stream;
        if (!first) first = stream;
    }
    return first;
}

void media_sound_close(struct media_reader *reader) {
    swr_free(&reader->sound.resampler);
    avcodec_free_context(&reader->sound.decoder);
    av_frame_free(&reader->sound.frame);
}

static enum media_status open_decoder(struct media_reader *reader, const AVStream *stream) {
    struct media_sound *sound = &reader->sound;
    if (!sound->frame) sound->frame = av_frame_alloc();
    if (!sound->frame) return MEDIA_NO_MEMORY;
    if (sound->decoder) {
        avcodec_flush_buffers(sound->decoder);
        return MEDIA_OK;
    }
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (!codec) return MEDIA_UNSUPPORTED_CODEC;
    sound->decoder = avcodec_alloc_context3(codec);
    if (!sound->decoder || avcodec_parameters_to_context(sound->decoder, stream->codecpar) < 0) return MEDIA_NO_MEMORY;
    sound->decoder->thread_count = 1;
    sound->decoder->pkt_timebase = stream->time_base;
    if (avcodec_open2(sound->decoder, codec, NULL) >= 0) return MEDIA_OK;
    avcodec_free_context(&sound->decoder);
    return MEDIA_UNSUPPORTED_CODEC;
}

/// Puts what the resampler gave into its place.
static void place(struct span *span, const float *resampled, int count) {
    const int64_t first = FFMAX(span->position, 0), end = FFMIN(span->position + count, span->count);
    if (end > first) {
        memcpy(span->samples + first, resampled + (first - span->position), sizeof(float) * (size_t)(end - first));
        span->report->present += (int)(end - first);
    }
    span->position += count;
}

/// Gives a frame, or at the end NULL, to the resampler and places what comes out.
static enum media_status resample(struct media_reader *reader, const AVFrame *frame, struct span *span) {
    SwrContext *resampler = reader->sound.resampler;
    if (!resampler) return MEDIA_OK;
    float buffer[8192];
    uint8_t *output = (uint8_t *)buffer;
    int count;
    // A call without input makes the filter give what it holds back, and is for the end alone. What does not fit comes with the next.
    do {
        count = frame ? swr_convert(resampler, &output, 8192, (const uint8_t **)frame->extended_data, frame->nb_samples)
                      : swr_convert(resampler, &output, 8192, NULL, 0);
        if (count > 0) place(span, buffer, count);
    } while (!frame && count > 0);
    return count < 0 ? MEDIA_DECODE_FAILED : MEDIA_OK;
}

/// Makes the resampler ready for sound like that of `frame`, which begins at `time`.
static enum media_status begin_resampling(struct media_reader *reader, const AVFrame *frame, double time, struct span *span) {
    swr_free(&reader->sound.resampler);
    AVChannelLayout mono;
    av_channel_layout_default(&mono, 1);
    AVChannelLayout layout = frame->ch_layout;
    // Files that do not say where their channels belong.
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC) av_channel_layout_default(&layout, layout.nb_channels);
    if (swr_alloc_set_opts2(
            &reader->sound.resampler, &mono, AV_SAMPLE_FMT_FLT, span->rate, &layout, frame->format, frame->sample_rate, 0, NULL) < 0 ||
        swr_init(reader->sound.resampler) < 0) {
        swr_free(&reader->sound.resampler);
        return MEDIA_UNSUPPORTED_CODEC;
    }
    span->position = llround((time - span->start) * span->rate);
    return MEDIA_OK;
}

static enum media_status take(struct media_reader *reader, const AVStream *stream, struct span *span) {
    const AVFrame *frame = reader->sound.frame;
    const double stamp = frame->pts == AV_NOPTS_VALUE ? NAN : (double)frame->pts * av_q2d(stream->time_base);
    const double time = isnan(stamp) ? (isnan(span->expected) ? 0 : span->expected) : stamp;
    // A hole in the sound stays silent; small errors of time stamps are none.
    if (!reader->sound.resampler || isnan(span->expected) || fabs(time - span->expected) > 0.05) {
        enum media_status status = resample(reader, NULL, span);
        if (status == MEDIA_OK) status = begin_resampling(reader, frame, time, span);
        if (status != MEDIA_OK) return status;
    }
    span->expected = time + (double)frame->nb_samples / frame->sample_rate;
    return resample(reader, frame, span);
}

static enum media_status decode(struct media_reader *reader, const AVPacket *packet, const AVStream *stream, struct span *span) {
    if (avcodec_send_packet(reader->sound.decoder, packet) < 0) {
        span->report->errors++;
        return MEDIA_OK;
    }
    for (;;) {
        const int code = avcodec_receive_frame(reader->sound.decoder, reader->sound.frame);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return MEDIA_OK;
        if (code < 0) {
            span->report->errors++;
            return MEDIA_OK;
        }
        enum media_status status = MEDIA_OK;
        if (span->samples)
            status = take(reader, stream, span);
        else
            span->report->present += reader->sound.frame->nb_samples;
        if (status != MEDIA_OK) return status;
    }
}

/// Decoders need what lies a little before the span: overlapping blocks, a reservoir of bits.
static const double run_up_seconds = 0.25;

/// Goes to a packet before the span; returns the stream of the demuxer, which may have been opened anew.
static AVStream *go_to(struct media_reader *reader, double start) {
    AVStream *stream = choose_sound(reader->format);
    if (stream && reader->seeks_exactly) {
        media_reader_listen_to(reader, stream);
        const int64_t time = (int64_t)((start - run_up_seconds) / av_q2d(stream->time_base));
        if (av_seek_frame(reader->format, stream->index, time, AVSEEK_FLAG_BACKWARD) >= 0) return stream;
    }
    if (media_reader_rewind(reader) != MEDIA_OK) return NULL;
    stream = choose_sound(reader->format);
    if (stream) media_reader_listen_to(reader, stream);
    return stream;
}

static enum media_status read_span(struct media_reader *reader, const AVStream *stream, struct span *span) {
    const double end = span->start + (double)span->count / span->rate;
    enum media_status status = MEDIA_OK;
    while (status == MEDIA_OK && !(span->expected > end + run_up_seconds)) {
        av_packet_unref(reader->packet);
        const int code = av_read_frame(reader->format, reader->packet);
        if (code == AVERROR_EOF) {
            status = decode(reader, NULL, stream, span);
            break;
        }
        if (code < 0) return MEDIA_READ_FAILED;
        if (reader->packet->stream_index != stream->index) continue;
        if (reader->packet->flags & AV_PKT_FLAG_CORRUPT) span->report->errors++;
        status = decode(reader, reader->packet, stream, span);
    }
    return status == MEDIA_OK ? resample(reader, NULL, span) : status;
}

/// Fills a span from a stream that the demuxer stands before.
static enum media_status fill(struct media_reader *reader, const AVStream *stream, struct span *span) {
    if (!stream) return reader->format ? MEDIA_NO_SOUND : MEDIA_READ_FAILED;
    const unsigned long before = media_reported_errors();
    enum media_status status = open_decoder(reader, stream);
    if (status == MEDIA_OK) status = read_span(reader, stream, span);
    swr_free(&reader->sound.resampler);
    const int reported = (int)(media_reported_errors() - before);
    if (reported > span->report->errors) span->report->errors = reported;
    media_reader_listen_to(reader, reader->stream);
    return status;
}

enum media_status media_reader_read_sound(
    struct media_reader *reader, double start, int rate, int count, float *samples, struct media_sound_report *report) {
    memset(samples, 0, sizeof(float) * (size_t)count);
    *report = (struct media_sound_report){0};
    struct span span = {
        .start = start, .rate = rate, .count = count, .samples = samples, .expected = NAN, .report = report};
    return fill(reader, go_to(reader, start), &span);
}

enum media_status media_reader_examine_sound(struct media_reader *reader, struct media_sound_report *report) {
    *report = (struct media_sound_report){0};
    // No time is behind the end of this span.
    struct span span = {.rate = 1, .expected = NAN, .report = report};
    AVStream *stream = media_reader_rewind(reader) == MEDIA_OK ? choose_sound(reader->format) : NULL;
    if (stream) media_reader_listen_to(reader, stream);
    return fill(reader, stream, &span);
}
