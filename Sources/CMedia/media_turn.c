#include "media_turn.h"

#include <stdlib.h>

bool media_orientation_of(const int32_t *matrix, struct media_orientation *orientation) {
    // A point (x, y) is shown at (a x + c y, b x + d y).
    const int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    const int64_t straight = llabs(a) + llabs(d), crossed = llabs(b) + llabs(c);
    *orientation = (struct media_orientation){0};
    // A matrix that would leave nothing of the picture was never filled in.
    if (a * d == b * c) return true;
    // What is rounded, as the sine of 180 degrees, is less than a hundredth.
    if (straight > 100 * crossed && a && d) {
        *orientation = (struct media_orientation){.mirrored = (a < 0) != (d < 0), .quarter_turns = d < 0 ? 2 : 0};
        return true;
    }
    if (crossed <= 100 * straight || !b || !c) return false;
    *orientation = (struct media_orientation){.mirrored = (b < 0) == (c < 0), .quarter_turns = c < 0 ? 1 : 3};
    return true;
}

bool media_turns(struct media_orientation orientation) { return orientation.mirrored || orientation.quarter_turns; }

/// Where the element at (x, y) of the shown picture lies in the coded one.
static ptrdiff_t place_of(struct media_orientation orientation, int width, int height, int x, int y) {
    int column = x, row = y;
    switch (orientation.quarter_turns) {
    case 1: column = y, row = height - 1 - x; break;
    case 2: column = width - 1 - x, row = height - 1 - y; break;
    case 3: column = width - 1 - y, row = x; break;
    default: break;
    }
    if (orientation.mirrored) column = width - 1 - column;
    return (ptrdiff_t)row * width + column;
}

struct media_turn media_turn_of(struct media_orientation orientation, int width, int height) {
    const ptrdiff_t first = place_of(orientation, width, height, 0, 0);
    return (struct media_turn){
        .first = first,
        .right = place_of(orientation, width, height, 1, 0) - first,
        .down = place_of(orientation, width, height, 0, 1) - first,
    };
}

void media_turn_pixels(
    const uint8_t *coded, int width, int height, struct media_orientation orientation, uint8_t *shown) {
    const struct media_turn turn = media_turn_of(orientation, width, height);
    const bool crossed = orientation.quarter_turns % 2;
    const int columns = crossed ? height : width, rows = crossed ? width : height;
    for (int y = 0; y < rows; y++) {
        const uint8_t *source = coded + 3 * (turn.first + y * turn.down);
        for (int x = 0; x < columns; x++, source += 3 * turn.right, shown += 3) {
            shown[0] = source[0];
            shown[1] = source[1];
            shown[2] = source[2];
        }
    }
}

void media_turn_vector(struct media_orientation orientation, float *vector) {
    if (orientation.mirrored) vector[0] = -vector[0];
    for (int turn = 0; turn < orientation.quarter_turns; turn++) {
        const float x = vector[0];
        vector[0] = -vector[1];
        vector[1] = x;
    }
}
