#include "media_picture.h"
#include "media_library.h"

#include <string.h>

struct media_inspector {
    AVCodecParserContext *parser;
    AVCodecContext *context;
    /// Bytes of the length before each NAL unit; 0 where start codes separate them.
    int length_size;
};

struct media_inspector *media_inspector_create(const AVCodecParameters *parameters) {
    if (parameters->codec_id != AV_CODEC_ID_H264) return NULL;
    struct media_inspector *inspector = av_mallocz(sizeof *inspector);
    if (!inspector) return NULL;
    inspector->parser = av_parser_init(AV_CODEC_ID_H264);
    inspector->context = avcodec_alloc_context3(NULL);
    if (!inspector->parser || !inspector->context ||
        avcodec_parameters_to_context(inspector->context, parameters) < 0) {
        media_inspector_free(inspector);
        return NULL;
    }
    inspector->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
    inspector->length_size = media_unit_length_size(parameters);
    return inspector;
}

int media_unit_length_size(const AVCodecParameters *parameters) {
    const uint8_t *settings = parameters->extradata;
    // The configuration records of ISO/IEC 14496-15; whatever else stands there begins with a start code.
    if (parameters->codec_id == AV_CODEC_ID_H264 && parameters->extradata_size >= 7 && settings[0] == 1)
        return (settings[4] & 3) + 1;
    // Early muxers left the version of HEVC's at 0; libavcodec tells it from a start code as follows.
    if (parameters->codec_id == AV_CODEC_ID_HEVC && parameters->extradata_size >= 23 &&
        (settings[0] || settings[1] || settings[2] > 1))
        return (settings[21] & 3) + 1;
    return 0;
}

void media_inspector_free(struct media_inspector *inspector) {
    if (!inspector) return;
    av_parser_close(inspector->parser);
    avcodec_free_context(&inspector->context);
    av_free(inspector);
}

/// Finds the next 00 00 01 at or after `at`; returns the byte after it, or `end`.
static const uint8_t *after_start_code(const uint8_t *at, const uint8_t *end) {
    while (end - at > 3) {
        const uint8_t *one = memchr(at + 2, 1, (size_t)(end - at - 2));
        if (!one) return end;
        if (one[-1] == 0 && one[-2] == 0) return one + 1;
        at = one - 1;
    }
    return end;
}

const uint8_t *media_next_unit(const uint8_t **at, const uint8_t *end, int length_size, size_t *count) {
    if (length_size == 0) {
        const uint8_t *unit = after_start_code(*at, end);
        *at = unit;
        *count = (size_t)(end - unit);
        return unit < end ? unit : NULL;
    }
    if (end - *at <= length_size) return NULL;
    size_t length = 0;
    for (int i = 0; i < length_size; i++) length = length << 8 | (*at)[i];
    const uint8_t *unit = *at + length_size;
    if (length == 0 || length > (size_t)(end - unit)) return NULL;
    *at = unit + length;
    *count = length;
    return unit;
}

struct unit_summary {
    int first_slices;
    bool referenced, instantaneous, partitioned;
};

static struct unit_summary summarize(const AVPacket *packet, int length_size) {
    struct unit_summary summary = {0};
    const uint8_t *at = packet->data, *end = at + packet->size, *unit;
    size_t count;
    while ((unit = media_next_unit(&at, end, length_size, &count))) {
        int type = unit[0] & 31;
        if (type == 1 || type == 5) {
            // first_mb_in_slice is 0 where its Exp-Golomb code is the single bit 1.
            if (count > 1 && unit[1] & 0x80) summary.first_slices++;
            if (type == 5) summary.instantaneous = true;
            if (unit[0] & 0x60) summary.referenced = true;
        } else if (type >= 2 && type <= 4) {
            summary.partitioned = true;
        } else if (type == 7 || type == 8) {
            // Parameter sets must reach the decoder.
            summary.referenced = true;
        }
    }
    return summary;
}

void media_inspector_look(struct media_inspector *inspector, const AVPacket *packet, struct media_picture *picture) {
    AVCodecParserContext *parser = inspector->parser;
    struct unit_summary units = summarize(packet, inspector->length_size);
    uint8_t *parsed;
    int parsed_size;
    parser->pict_type = AV_PICTURE_TYPE_NONE;
    parser->picture_structure = AV_PICTURE_STRUCTURE_UNKNOWN;
    av_parser_parse2(
        parser, inspector->context, &parsed, &parsed_size, packet->data, packet->size, packet->pts, packet->dts, packet->pos);
    picture->type = media_picture_letter((enum AVPictureType)parser->pict_type);
    picture->single_frame = units.first_slices == 1 && !units.partitioned && picture->type != '?' &&
        parser->picture_structure == AV_PICTURE_STRUCTURE_FRAME;
    picture->interlaced = parser->field_order == AV_FIELD_TT || parser->field_order == AV_FIELD_BB ||
        parser->field_order == AV_FIELD_TB || parser->field_order == AV_FIELD_BT;
    picture->disposable = units.first_slices > 0 && !units.referenced && !units.partitioned;
    picture->closed = units.instantaneous;
    // A recovery point (open group of pictures) is a start only where its picture is intra: a gradual refresh is not.
    picture->start = units.instantaneous || (parser->key_frame == 1 && picture->type == 'I');
    picture->output_number = parser->output_picture_number;
}

int media_mpeg4_picture_count(const AVPacket *packet) {
    const uint8_t *at = packet->data, *end = at + packet->size;
    int count = 0;
    while ((at = after_start_code(at, end)) < end) count += *at == 0xb6;
    return count;
}

char media_picture_letter(enum AVPictureType type) {
    switch (type) {
    case AV_PICTURE_TYPE_I:
    case AV_PICTURE_TYPE_SI: return 'I';
    case AV_PICTURE_TYPE_P:
    case AV_PICTURE_TYPE_S:
    case AV_PICTURE_TYPE_SP: return 'P';
    case AV_PICTURE_TYPE_B:
    case AV_PICTURE_TYPE_BI: return 'B';
    default: return '?';
    }
}
