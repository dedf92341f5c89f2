// How fast libavcodec alone goes: what no reader of video that is built upon it can beat by decoding less or later. One thread.
//
//   cc -O2 decode_limit.c -o decode_limit -lavformat -lavcodec -lavutil
//   decode_limit clips|frames|vectors SECONDS FILE...
//
// clips    8 frames at stride 8 from a random start: opens the file anew, seeks to the key packet before the start, and decodes what
//          the wanted frames need and no more: nothing between the last that is wanted and the next key packet, and no pictures of
//          H.264 that nothing refers to. Nothing is converted.
// frames   every frame of the files, in order.
// vectors  the same with the motion vectors exported.
//
// Prints one JSON object. Files are taken in turn for SECONDS; where their packets are is found out before.
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// As in `semisup bench loader`, starts are one in each of PARTS equal parts of a file.
enum { FRAMES = 8, STRIDE = 8, PARTS = 32 };

static void fail(const char *path, const char *what) {
    fprintf(stderr, "error: %s: could not %s\n", path, what);
    exit(65);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/// From 0 to below 1.
static double random_fraction(void) {
    static uint64_t state = 0x9E3779B97F4A7C15;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

// MARK: - One file

struct file {
    const char *path;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
};

static void open_file(struct file *file, const char *path, bool vectors) {
    *file = (struct file){.path = path, .packet = av_packet_alloc(), .frame = av_frame_alloc()};
    if (avformat_open_input(&file->format, path, NULL, NULL) < 0) fail(path, "open it");
    int best = av_find_best_stream(file->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    // Headers of MP4 and Matroska say all that a decoder needs to know.
    if (best < 0 || file->format->streams[best]->codecpar->width == 0) {
        if (avformat_find_stream_info(file->format, NULL) < 0) fail(path, "find its streams");
        best = av_find_best_stream(file->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    }
    if (best < 0) fail(path, "find a video stream");
    file->stream = file->format->streams[best];
    for (unsigned i = 0; i < file->format->nb_streams; i++)
        file->format->streams[i]->discard = (int)i == best ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    const AVCodec *codec = avcodec_find_decoder(file->stream->codecpar->codec_id);
    file->decoder = avcodec_alloc_context3(codec);
    if (!codec || !file->decoder || avcodec_parameters_to_context(file->decoder, file->stream->codecpar) < 0)
        fail(path, "find a decoder");
    file->decoder->thread_count = 1;
    // Without it the decoder withholds frames after a recovery point that is no key frame.
    file->decoder->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    if (vectors) file->decoder->flags2 |= AV_CODEC_FLAG2_EXPORT_MVS;
    if (avcodec_open2(file->decoder, codec, NULL) < 0) fail(path, "open its decoder");
}

static void close_file(struct file *file) {
    avcodec_free_context(&file->decoder);
    avformat_close_input(&file->format);
    av_packet_free(&file->packet);
    av_frame_free(&file->frame);
}

/// The next packet of the video; false at the end.
static bool read_packet(struct file *file) {
    do {
        av_packet_unref(file->packet);
        if (av_read_frame(file->format, file->packet) < 0) return false;
    } while (file->packet->stream_index != file->stream->index);
    return true;
}

/// Whether nothing refers to the picture of the packet read last: all its slices have a nal_ref_idc of 0.
static bool is_disposable(const struct file *file) {
    const AVCodecParameters *parameters = file->stream->codecpar;
    if (parameters->codec_id != AV_CODEC_ID_H264 || parameters->extradata_size < 7 || parameters->extradata[0] != 1) return false;
    const int length_bytes = (parameters->extradata[4] & 3) + 1;
    const uint8_t *at = file->packet->data, *end = at + file->packet->size;
    bool has_slices = false;
    while (end - at > length_bytes) {
        uint32_t length = 0;
        for (int i = 0; i < length_bytes; i++) length = length << 8 | *at++;
        const int type = *at & 31;
        if (type >= 1 && type <= 5) {
            if (*at >> 5 & 3) return false;
            has_slices = true;
        }
        if (length > end - at) break;
        at += length;
    }
    return has_slices;
}

// MARK: - Clips

/// What is known of a packet, in the order of the file.
struct packet {
    int64_t time;
    /// Decoding can begin here; nothing refers to its picture.
    bool key, disposable;
    /// What the clip at hand makes of it.
    bool wanted, needed;
};

/// The packets of a file, and the times of its frames in order.
struct survey {
    const char *path;
    struct packet *packets;
    int64_t *times;
    int count;
    /// Clips that were chosen so far.
    int clips;
};

static int compare_times(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static struct survey survey_of(const char *path) {
    struct survey survey = {.path = path};
    struct file file;
    open_file(&file, path, false);
    for (int room = 0; read_packet(&file); survey.count++) {
        if (survey.count == room) {
            room = room ? 2 * room : 1024;
            survey.packets = realloc(survey.packets, sizeof *survey.packets * (size_t)room);
            if (!survey.packets) fail(path, "find memory for it");
        }
        const AVPacket *packet = file.packet;
        if (packet->pts == AV_NOPTS_VALUE) fail(path, "go to its frames: packets have no time");
        survey.packets[survey.count] = (struct packet){
            .time = packet->pts, .key = packet->flags & AV_PKT_FLAG_KEY, .disposable = is_disposable(&file)};
    }
    close_file(&file);
    survey.times = malloc(sizeof *survey.times * (size_t)survey.count);
    if (survey.count == 0 || !survey.times) fail(path, "find a frame");
    for (int i = 0; i < survey.count; i++) survey.times[i] = survey.packets[i].time;
    qsort(survey.times, (size_t)survey.count, sizeof *survey.times, compare_times);
    return survey;
}

/// Chooses a clip: marks the packets of its frames and those that they need, from the last to the first. Returns how many it has.
static int choose_clip(struct survey *survey) {
    const int starts = survey->count - (FRAMES - 1) * STRIDE;
    const int first = starts > 1 ? (int)((survey->clips++ % PARTS + random_fraction()) / PARTS * starts) : 0;
    int64_t wanted[FRAMES];
    for (int i = 0; i < FRAMES; i++) wanted[i] = survey->times[FFMIN(first + i * STRIDE, survey->count - 1)];
    int count = 0;
    // What is shown before the key packet that it follows in the file may need all that precedes that.
    bool is_wanted_on = false;
    int64_t earliest = INT64_MAX;
    for (int i = survey->count - 1; i >= 0; i--) {
        struct packet *packet = &survey->packets[i];
        packet->wanted = bsearch(&packet->time, wanted, FRAMES, sizeof *wanted, compare_times) != NULL;
        if (packet->wanted) {
            is_wanted_on = true;
            earliest = FFMIN(earliest, packet->time);
            count++;
        }
        packet->needed = packet->wanted || (is_wanted_on && !packet->disposable);
        if (packet->key) {
            is_wanted_on = is_wanted_on && earliest < packet->time;
            earliest = INT64_MAX;
        }
    }
    return count;
}

/// Goes to a key packet and reads it.
static void seek(struct file *file, int64_t time) {
    if (av_seek_frame(file->format, file->stream->index, time, AVSEEK_FLAG_BACKWARD) < 0 || !read_packet(file) ||
        file->packet->pts != time)
        fail(file->path, "go to a frame");
}

static int take_frames(struct file *file, const struct survey *survey) {
    int found = 0;
    while (avcodec_receive_frame(file->decoder, file->frame) >= 0)
        found += survey->packets[file->frame->reordered_opaque].wanted;
    return found;
}

/// Returns how many packets were decoded.
static int decode_clip(struct survey *survey) {
    const int wanted = choose_clip(survey);
    struct file file;
    open_file(&file, survey->path, false);
    int number = 0, left = wanted, found = 0, decoded = 0;
    while (number < survey->count && !survey->packets[number].needed) number++;
    seek(&file, survey->packets[number].time);
    for (;; number++) {
        const struct packet *packet = &survey->packets[number];
        if (packet->needed) {
            file.decoder->reordered_opaque = number;
            if (avcodec_send_packet(file.decoder, file.packet) < 0) fail(survey->path, "decode a packet");
            found += take_frames(&file, survey);
            left -= packet->wanted;
            decoded++;
        }
        if (left == 0 || number + 1 == survey->count || !read_packet(&file)) break;
    }
    avcodec_send_packet(file.decoder, NULL);
    found += take_frames(&file, survey);
    if (found != wanted) fail(survey->path, "decode all frames of a clip");
    close_file(&file);
    return decoded;
}

// MARK: - Whole files

static int decode_all(const char *path, bool vectors) {
    struct file file;
    open_file(&file, path, vectors);
    int frames = 0;
    bool more = true;
    while (more) {
        more = read_packet(&file);
        if (avcodec_send_packet(file.decoder, more ? file.packet : NULL) < 0) fail(path, "decode a packet");
        while (avcodec_receive_frame(file.decoder, file.frame) >= 0) frames++;
    }
    close_file(&file);
    if (frames == 0) fail(path, "decode a frame");
    return frames;
}

int main(int count, char **arguments) {
    const char *mode = count > 3 ? arguments[1] : "";
    const double seconds = count > 3 ? atof(arguments[2]) : 0;
    const bool clips = !strcmp(mode, "clips"), vectors = !strcmp(mode, "vectors");
    if (seconds <= 0 || (!clips && !vectors && strcmp(mode, "frames"))) {
        fputs("usage: decode_limit clips|frames|vectors SECONDS FILE...\n", stderr);
        return 64;
    }
    av_log_set_level(AV_LOG_QUIET);
    const int files = count - 3;
    struct survey *surveys = calloc((size_t)files, sizeof *surveys);
    if (!surveys) fail(arguments[3], "find memory for it");
    for (int i = 0; clips && i < files; i++) surveys[i] = survey_of(arguments[3 + i]);
    const double begin = now();
    long done = 0, decoded = 0;
    // Whole rounds, so that every part of every file has its share.
    const long round = clips ? (long)PARTS * files : files;
    for (long turn = 0; turn % round || now() - begin < seconds; turn++) {
        const long i = turn % files;
        if (clips) {
            decoded += decode_clip(&surveys[i]);
            done++;
        } else {
            done += decode_all(arguments[3 + i], vectors);
        }
    }
    const double rate = (double)done / (now() - begin);
    printf("{\"bench\": \"%s\", \"peer\": \"libavcodec alone\", ", mode);
    if (clips)
        printf("\"clipsPerSecond\": %.3f, \"decodedFramesOfClip\": %.2f}\n", rate, (double)decoded / (double)done);
    else
        printf("\"framesPerSecond\": %.3f}\n", rate);
    for (int i = 0; i < files; i++) free(surveys[i].times), free(surveys[i].packets);
    free(surveys);
    return 0;
}
