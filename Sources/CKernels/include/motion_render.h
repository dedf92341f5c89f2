#ifndef SEMISUP_MOTION_RENDER_H
#define SEMISUP_MOTION_RENDER_H

#include <stdint.h>

/// Pixel loops of the built-in data set `motions`.
///
/// Only +, -, *, / and square roots in single precision, never contracted into fused operations: the same bits on every machine.
/// A canvas is planar, 3 x side x side, in grey levels.

enum {
    MOTION_TILE = 128, // side of a background tile, which repeats
    MOTION_OBJECT_TILE = 64, // side of an object's texture, which repeats
    MOTION_TEXELS_PER_RADIUS = 16,
};

enum motion_shape { MOTION_BAR, MOTION_TRIANGLE, MOTION_ELLIPSE, MOTION_T, MOTION_HALF_DISC };

/// An object on the canvas. `texture` is MOTION_OBJECT_TILE squared and moves, turns and grows with the object.
struct motion_object {
    float x, y, radius; // pixels; y points down
    float cosine, sine; // of its angle
    int shape;
    float level[3];
    const float *texture;
};

/// Blurs one tile (side x side, repeating) with a symmetric kernel: weights[0] is the middle, weights[reach] the last.
/// `scratch` has room for side * side.
void motion_blur(float *tile, int side, const float *weights, int reach, float *scratch);

/// Fills the canvas with a tile (3 x MOTION_TILE x MOTION_TILE), shifted by (shift_x, shift_y) >= 0, bilinearly.
void motion_draw_background(float *canvas, int side, const float *tile, float shift_x, float shift_y);

/// Draws the object with an edge one pixel wide.
void motion_draw_object(float *canvas, int side, const struct motion_object *object);

/// Adds noise and rounds to bytes, interleaved RGB. Row y takes 3 * side numbers from noise[offsets[y]] on, times `scale`.
void motion_quantise(
    const float *canvas, int side, const int8_t *noise, const uint16_t *offsets, float scale, uint8_t *rgb);

#endif
