#include "media_evidence.h"
#include "media_library.h"

#include <string.h>

#include "media_picture.h"

/// Bytes of a chunk's header, where AVI's index points to.
enum { CHUNK_HEADER = 8 };

bool media_passed_over_packets(struct media_reader *reader) {
    // Matroska's index has key packets alone; MP4's packets are read by the index.
    if (strcmp(reader->container->name, "avi") != 0) return false;
    const int count = avformat_index_get_entries_count(reader->stream);
    const int64_t position = reader->packet->pos - CHUNK_HEADER;
    const bool knew = reader->knows_entry;
    bool passed = false;
    reader->knows_entry = false;
    for (; reader->next_entry < count && !reader->knows_entry; reader->next_entry++) {
        const AVIndexEntry *named = avformat_index_get_entry(reader->stream, reader->next_entry);
        if (named->pos > position) break;
        if (named->pos == position)
            reader->knows_entry = true;
        else if (named->size > 0) // Empty chunks stand for pictures that are shown longer.
            passed = true;
    }
    // An index that says nothing of a packet may be wrong about the others.
    return passed && knew && reader->knows_entry;
}

/// Whether bytes between two ends hold what must not be within a unit. `separated`: units are separated by start codes.
static bool has_forbidden_bytes(const uint8_t *at, const uint8_t *end, bool separated) {
    while (end - at > 3) {
        const uint8_t *zero = memchr(at, 0, (size_t)(end - at - 3));
        if (!zero) return false;
        at = zero + 1;
        if (*at != 0) continue;
        while (at < end && *at == 0) at++;
        if (at == end) return false; // Zeros may be put behind a unit.
        const bool starts = separated && *at == 1;
        const bool escaped = at - zero == 2 && *at == 3 && (at + 1 == end || at[1] <= 3);
        if (!starts && !escaped && (at - zero > 2 || *at <= 3)) return true;
    }
    return false;
}

bool media_packet_is_malformed(const AVPacket *packet, const AVCodecParameters *parameters) {
    if (parameters->codec_id != AV_CODEC_ID_H264 && parameters->codec_id != AV_CODEC_ID_HEVC) return false;
    const uint8_t *at = packet->data, *end = at + packet->size, *unit;
    const int length_size = media_unit_length_size(parameters);
    if (length_size == 0) return has_forbidden_bytes(at, end, true);
    size_t count;
    while ((unit = media_next_unit(&at, end, length_size, &count)))
        if (has_forbidden_bytes(unit, unit + count, false)) return true;
    return false;
}
