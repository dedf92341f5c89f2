// A target of libFuzzer over the whole of CMedia's reader; with files as arguments it reads each once. README.md says how to build it.
#define _GNU_SOURCE

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media_reader.h"

/// Enough to meet every part of the code, few enough for many files a second.
enum { MOST_PACKETS = 48, MOST_PIXELS = 1 << 20, SOUND_SAMPLES = 4000 };

static void read_vectors(struct media_reader *reader, int width, int height) {
    const int rows = (height + MEDIA_CELL_SIDE - 1) / MEDIA_CELL_SIDE;
    const int columns = (width + MEDIA_CELL_SIDE - 1) / MEDIA_CELL_SIDE;
    const size_t cells = (size_t)rows * (size_t)columns;
    struct media_cell_grid grid = {
        .rows = rows, .columns = columns, .values = malloc(2 * cells * sizeof(float)), .valid = malloc(cells), .forward_scale = 1,
        .backward_scale = -0.5f};
    if (grid.values && grid.valid) {
        media_reader_vectors(reader, width, height, &grid);
        media_reader_blocks(reader, width, height, &grid);
    }
    free(grid.values);
    free(grid.valid);
}

static void take_frames(struct media_reader *reader) {
    struct media_frame frame;
    for (int refused = 0; refused < 16;) {
        const enum media_status status = media_reader_receive(reader, &frame);
        if (status == MEDIA_DECODE_FAILED) {
            refused++;
            continue;
        }
        if (status != MEDIA_OK) return;
        (void)media_reader_pixel_format(reader);
        if (frame.width < 1 || frame.height < 1 || frame.height > MOST_PIXELS / frame.width) continue;
        uint8_t *pixels = malloc(3 * (size_t)frame.width * (size_t)frame.height);
        if (pixels) media_reader_convert(reader, frame.width, frame.height, pixels);
        free(pixels);
        read_vectors(reader, frame.width, frame.height);
    }
}

/// Reads on from wherever the reader is; returns a time that was met in the middle.
static int64_t read_packets(struct media_reader *reader, bool inspects) {
    struct media_packet packet;
    int64_t time = 0;
    for (int number = 0; number < MOST_PACKETS && media_reader_read(reader, &packet) == MEDIA_OK; number++) {
        struct media_picture picture;
        if (inspects) media_reader_inspect(reader, &picture);
        (void)media_reader_picture_count(reader);
        if (number < MOST_PACKETS / 2 && packet.decoding_time != MEDIA_NO_TIME) time = packet.decoding_time;
        const enum media_status status = media_reader_send(reader, number);
        if (status != MEDIA_OK && status != MEDIA_DECODE_FAILED) break;
        take_frames(reader);
    }
    media_reader_finish(reader);
    take_frames(reader);
    media_reader_flush(reader);
    return time;
}

static void read_everything(const char *path, struct media_reader_options options) {
    struct media_reader *reader = NULL;
    int system_code = 0;
    if (media_reader_open(path, options, &reader, &system_code) != MEDIA_OK) return;
    struct media_video_info info;
    media_reader_info(reader, &info);
    const int64_t middle = read_packets(reader, media_reader_inspects(reader));
    const bool vectors = media_reader_has_vectors(reader);
    media_reader_keep(reader, vectors, vectors);
    media_reader_decode_parts(reader, 2);
    if (media_reader_seek(reader, middle) == MEDIA_OK) read_packets(reader, false);
    if (media_reader_rewind(reader) == MEDIA_OK) read_packets(reader, false);
    float *samples = malloc(SOUND_SAMPLES * sizeof *samples);
    struct media_sound_report report;
    if (samples) {
        media_reader_read_sound(reader, 0.1, 16000, SOUND_SAMPLES, samples, &report);
        media_reader_read_sound(reader, -0.1, 8000, SOUND_SAMPLES, samples, &report);
    }
    free(samples);
    media_reader_examine_sound(reader, &report);
    media_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    const int descriptor = memfd_create("input", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, bytes, count) != (ssize_t)count) abort();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    read_everything(path, (struct media_reader_options){.probe = true});
    read_everything(path, (struct media_reader_options){.container = "mov"});
    close(descriptor);
    return 0;
}
