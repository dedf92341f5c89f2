#ifndef SEMISUP_MEDIA_TURN_H
#define SEMISUP_MEDIA_TURN_H

#include <stddef.h>
#include <stdint.h>

#include "media_orientation.h"

/// Where the elements of a shown picture lie in the coded one: element (0, 0), and the steps to the right and down from there.
struct media_turn {
    ptrdiff_t first, right, down;
};
/// For a coded picture of `width` x `height` elements.
struct media_turn media_turn_of(struct media_orientation orientation, int width, int height);

/// Whether anything is to be done.
bool media_turns(struct media_orientation orientation);

/// Turns pictures of three bytes a pixel; `width` and `height` are those of the coded one.
void media_turn_pixels(
    const uint8_t *coded, int width, int height, struct media_orientation orientation, uint8_t *shown);
/// Turns two values in their place.
typedef void media_value_turn(struct media_orientation orientation, float *values);
/// Turns a vector.
void media_turn_vector(struct media_orientation orientation, float *vector);

#endif
