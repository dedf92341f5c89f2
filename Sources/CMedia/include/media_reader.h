#ifndef SEMISUP_MEDIA_READER_H
#define SEMISUP_MEDIA_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media_orientation.h"
#include "media_status.h"

/// One video file being demuxed and decoded, on one thread at a time.
struct media_reader;

struct media_reader_options {
    /// Decode the first pictures to learn what the header does not say. Files without a header are always probed.
    bool probe;
    /// Name of the container's demuxer where it is known; NULL, or a name that no demuxer has, to look at the content.
    const char *container;
};

/// Opens `path`, which must be a regular file (anything else is refused without blocking), and chooses its video stream.
/// `*system_code` is set to errno for MEDIA_UNREADABLE.
enum media_status media_reader_open(
    const char *path, struct media_reader_options options, struct media_reader **result, int *system_code);
void media_reader_close(struct media_reader *reader);

/// Facts about the video stream. The strings belong to libav or to the reader.
struct media_video_info {
    const char *container;
    const char *codec;
    /// NULL while no picture was probed.
    const char *pixel_format;
    /// Of the pictures as they are shown: cropped and turned.
    int width, height;
    int sample_aspect_numerator, sample_aspect_denominator;
    int average_rate_numerator, average_rate_denominator;
    int real_rate_numerator, real_rate_denominator;
    int time_base_numerator, time_base_denominator;
    /// How the pictures that the decoder gives have been turned.
    struct media_orientation orientation;
    bool has_sound;
    /// The decoder can give out motion vectors at all.
    bool has_vectors;
    /// Negative when unknown.
    double duration_seconds;
    /// Packets of the stream that the container's index names (MP4, MOV, AVI), or AVI's header where the index is lost; 0 elsewhere.
    int64_t declared_packets;
};
void media_reader_info(const struct media_reader *reader, struct media_video_info *info);

/// A time stamp that is absent.
#define MEDIA_NO_TIME INT64_MIN

/// The packet that `media_reader_read` read last.
struct media_packet {
    int64_t presentation_time, decoding_time;
    /// Offset in the file, or -1.
    int64_t byte_position;
    int byte_count;
    bool key;
    /// The container says that its picture is decoded but not shown.
    bool hidden;
    /// The container knows that bytes are missing, or reported an error on the way to the packet.
    bool corrupt;
    /// CRC-32 of its bytes.
    uint32_t checksum;
};

/// Reads the next packet of the video stream: MEDIA_OK, MEDIA_END or MEDIA_READ_FAILED.
enum media_status media_reader_read(struct media_reader *reader, struct media_packet *packet);
/// True where `media_reader_seek` can be trusted to find the key packet that is asked for (MP4, Matroska, AVI).
bool media_reader_seeks_exactly(const struct media_reader *reader);
/// Goes to the key packet at or before `time`; where exactly must be found out from the next packet.
enum media_status media_reader_seek(struct media_reader *reader, int64_t time);
/// Goes to the first packet and forgets decoder and parser state.
enum media_status media_reader_rewind(struct media_reader *reader);

/// What the bitstream of the packet read last says, without decoding it.
struct media_picture {
    /// 'I', 'P', 'B' or '?'.
    char type;
    /// Exactly one whole frame, coded as such (no fields), whose output number is known.
    bool single_frame;
    /// Its lines are those of two fields.
    bool interlaced;
    /// Nothing later refers to it.
    bool disposable;
    /// Decoding can begin here for everything that is shown after it.
    bool start;
    /// Nothing after it in decoding order refers to anything before it.
    bool closed;
    /// Increases in output order from one closed start to the next.
    int output_number;
};
/// True where `media_reader_inspect` understands the codec (H.264).
bool media_reader_inspects(const struct media_reader *reader);
/// Packets must be inspected in file order from the first.
enum media_status media_reader_inspect(struct media_reader *reader, struct media_picture *picture);
/// How many MPEG-4 Part 2 pictures the packet read last holds (XviD and DivX pack two into one); 1 for other codecs.
int media_reader_picture_count(const struct media_reader *reader);

/// From now on packets are given to the decoder from the first to the last (as at first).
void media_reader_decode_all(struct media_reader *reader);
/// From now on decoding begins at start packets, only what is shown after them being wanted, and ends anywhere. The decoder holds
/// at least `reorder_depth` pictures back for reordering.
void media_reader_decode_parts(struct media_reader *reader, int reorder_depth);
/// Gives the packet read last to the decoder; its frame will carry `number`.
enum media_status media_reader_send(struct media_reader *reader, int64_t number);
/// Tells the decoder that no more packets come, so that it gives all its frames.
enum media_status media_reader_finish(struct media_reader *reader);
/// Makes the decoder ready for another start packet.
void media_reader_flush(struct media_reader *reader);

/// The frame that `media_reader_receive` gave last.
struct media_frame {
    /// The number given to the packet it came from.
    int64_t number;
    int64_t presentation_time;
    /// 'I', 'P', 'B' or '?'.
    char type;
    bool key;
    /// The decoder marked it as damaged or concealed a part of it.
    bool corrupt;
    /// Its lines are those of two fields.
    bool interlaced;
    int width, height;
};
/// The next frame: MEDIA_OK, MEDIA_AGAIN, MEDIA_END or MEDIA_DECODE_FAILED.
enum media_status media_reader_receive(struct media_reader *reader, struct media_frame *frame);
/// Converts the frame received last to RGB as it is shown, `[height, width, 3]`, contiguous. It must have the given size.
enum media_status media_reader_convert(struct media_reader *reader, int width, int height, uint8_t *pixels);
/// From now on the decoder keeps the motion vectors, and the quantizers, of the pictures that it gives out, or no longer. Not between
/// a start packet and what depends on it.
void media_reader_keep(struct media_reader *reader, bool vectors, bool quantizers);
/// True where libavcodec's decoder of the stream can give out vectors at all.
bool media_reader_has_vectors(const struct media_reader *reader);

/// Pixels along the side of a cell: no decoder of this version exports smaller blocks.
enum { MEDIA_CELL_SIDE = 8 };

/// What a picture holds by cells of 8 x 8 pixels.
struct media_cell_grid {
    int rows, columns;
    /// `[rows, columns, 2]`.
    float *values;
    /// `[rows, columns]`: 1 or 0.
    uint8_t *valid;
    /// Factors of vectors to earlier and to later pictures; 0 leaves those out.
    float forward_scale, backward_scale;
};
/// Reads the vectors of the frame received last, as it is shown. It must have the given size, which the grid covers.
///
/// The values are how many pixels to the right and down the content of the cell was in the picture that it is predicted from, times a
/// factor for each direction; the mean where it is predicted from both; 0 where from none, which is then not valid.
enum media_status media_reader_vectors(
    struct media_reader *reader, int width, int height, const struct media_cell_grid *grid);
/// Reads how the frame received last is made of blocks, as it is shown. It must have the given size, which the grid covers.
///
/// The values are the side of the square that is as large as the cell's block, 0 where it is coded without prediction and then not valid,
/// and its quantizer, -1 where the decoder tells none.
enum media_status media_reader_blocks(
    struct media_reader *reader, int width, int height, const struct media_cell_grid *grid);
/// False where the stream is known to have a pixel format that `media_reader_convert` refuses.
bool media_reader_converts(const struct media_reader *reader);
/// Name of the pixel format of the frame received last, or NULL.
const char *media_reader_pixel_format(const struct media_reader *reader);

struct media_sound_report {
    /// Samples, of the span, that the file has.
    int present;
    int errors;
};
/// Reads `count` samples from `start` seconds on, mono at `rate` samples a second, in -1 ... 1; 0 where the file has none.
/// MEDIA_NO_SOUND where it has no sound at all. Where the next video packet is read from is then unknown.
enum media_status media_reader_read_sound(
    struct media_reader *reader, double start, int rate, int count, float *samples, struct media_sound_report *report);

/// Decodes all sound of the file: how many samples come out of each channel, and how many errors its decoder and the container report.
/// MEDIA_NO_SOUND where it has none. Where the next video packet is read from is then unknown.
enum media_status media_reader_examine_sound(struct media_reader *reader, struct media_sound_report *report);

/// How many errors libav has reported on the calling thread so far (its log is never printed).
unsigned long media_reported_errors(void);
/// How many of them say that a picture is no longer needed which the decoder has never seen: no error where decoding began after it.
unsigned long media_dangling_references(void);

#endif
