#ifndef SEMISUP_MEDIA_EVIDENCE_H
#define SEMISUP_MEDIA_EVIDENCE_H

#include "media_reader_state.h"

// Signs of damage that libav passes over.

/// Whether the container's own index names packets between the packet read last and the one before it. To be asked for each packet.
bool media_passed_over_packets(struct media_reader *reader);

/// Whether a packet of H.264 or HEVC has bytes that no encoder writes: within a NAL unit two zeros are followed by more than 3, or
/// by 3 and no more than 3 (ITU-T H.264, 7.4.1). A part that was never written, zeros, is found by that.
bool media_packet_is_malformed(const AVPacket *packet, const AVCodecParameters *parameters);

#endif
