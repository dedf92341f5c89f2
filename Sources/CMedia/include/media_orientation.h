#ifndef SEMISUP_MEDIA_ORIENTATION_H
#define SEMISUP_MEDIA_ORIENTATION_H

#include <stdbool.h>
#include <stdint.h>

/// How coded pictures become those that a player shows: left and right are exchanged first, then the picture is turned.
struct media_orientation {
    bool mirrored;
    /// Turns by 90 degrees clockwise, 0 to 3.
    int quarter_turns;
};

/// The orientation of a display matrix of nine numbers (ISO/IEC 14496-12), upright for one that is not filled in; false where that is
/// none of the eight, such as a turn by 30 degrees.
bool media_orientation_of(const int32_t *matrix, struct media_orientation *orientation);

#endif
