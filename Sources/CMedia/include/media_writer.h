#ifndef SEMISUP_MEDIA_WRITER_H
#define SEMISUP_MEDIA_WRITER_H

#include <stddef.h>
#include <stdint.h>

/// An MP4 file in the making: H.264 by libx264, AAC by libavcodec's own encoder, one thread. Not for use by two threads at once.
struct media_writer;

/// What the file holds. The strings need to live only during `media_writer_open`.
struct media_writer_settings {
    int width, height; // even
    int rate_numerator, rate_denominator; // pictures a second
    int constant_rate_factor, group_of_pictures, consecutive_b_frames;
    const char *preset; // of x264
    const char *encoder_options; // of x264, as key=value:key=value
    int sample_rate; // 0: no sound
    int sound_bit_rate;
};

/// `media_writer_open` answers this when libavcodec was built without libx264 (or without AAC).
enum { MEDIA_WRITER_NO_ENCODER = 1 };

/// NULL only when memory is exhausted. `media_writer_free` frees it at any moment; the file stays as it is.
struct media_writer *media_writer_create(void);
void media_writer_free(struct media_writer *writer);

/// Each answers 0, MEDIA_WRITER_NO_ENCODER or a negative error code of libavutil; `media_writer_operation` then names what failed.
int media_writer_open(struct media_writer *writer, const char *path, const struct media_writer_settings *settings);
/// Adds one picture: `rgb` holds height x width x 3 bytes.
int media_writer_add_picture(struct media_writer *writer, const uint8_t *rgb);
/// Adds samples in -1 ... 1, in pieces of any length.
int media_writer_add_sound(struct media_writer *writer, const float *samples, size_t count);
/// Writes what the encoders still hold and the index, and closes the file.
int media_writer_finish(struct media_writer *writer);

const char *media_writer_operation(const struct media_writer *writer);
/// The words of libavutil for an error code; `text` has room for `capacity` bytes.
void media_writer_describe(int code, char *text, size_t capacity);

#endif
