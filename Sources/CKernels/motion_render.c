#include "motion_render.h"

#include <math.h>
#include <stddef.h>

#pragma STDC FP_CONTRACT OFF

static inline float smaller(float a, float b) { return a < b ? a : b; }
static inline float larger(float a, float b) { return a > b ? a : b; }

// MARK: Tiles

/// One pass over lines of `side` numbers that are `step` apart; `across` is the distance from one line to the next.
static void blur_rows(const float *source, float *result, int side, const float *weights, int reach) {
    for (int y = 0; y < side; y++) {
        float *out = result + (size_t)y * side;
        for (int x = 0; x < side; x++) out[x] = weights[0] * source[(size_t)y * side + x];
        for (int k = 1; k <= reach; k++) {
            const float *above = source + (size_t)((y - k) & (side - 1)) * side;
            const float *below = source + (size_t)((y + k) & (side - 1)) * side;
            for (int x = 0; x < side; x++) out[x] += weights[k] * (above[x] + below[x]);
        }
    }
}

static void transpose(const float *source, float *result, int side) {
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) result[(size_t)x * side + y] = source[(size_t)y * side + x];
}

void motion_blur(float *tile, int side, const float *weights, int reach, float *scratch) {
    blur_rows(tile, scratch, side, weights, reach);
    transpose(scratch, tile, side);
    blur_rows(tile, scratch, side, weights, reach);
    transpose(scratch, tile, side);
}

// MARK: Background

void motion_draw_background(float *canvas, int side, const float *tile, float shift_x, float shift_y) {
    const int left = (int)shift_x, top = (int)shift_y;
    const float right_share = shift_x - left, lower_share = shift_y - top;
    for (int c = 0; c < 3; c++) {
        const float *plane = tile + (size_t)c * MOTION_TILE * MOTION_TILE;
        for (int y = 0; y < side; y++) {
            const float *upper = plane + (size_t)((top + y) % MOTION_TILE) * MOTION_TILE;
            const float *lower = plane + (size_t)((top + y + 1) % MOTION_TILE) * MOTION_TILE;
            float mixed[MOTION_TILE];
            for (int x = 0; x < MOTION_TILE; x++) mixed[x] = upper[x] + lower_share * (lower[x] - upper[x]);
            float *out = canvas + ((size_t)c * side + y) * side;
            for (int x = 0; x < side; x++) {
                const float first = mixed[(left + x) % MOTION_TILE], second = mixed[(left + x + 1) % MOTION_TILE];
                out[x] = first + right_share * (second - first);
            }
        }
    }
}

// MARK: Object

static inline float box_distance(float u, float v, float half_width, float half_height) {
    return larger(fabsf(u) - half_width, fabsf(v) - half_height);
}

/// How far (u, v) lies outside the shape, negative inside, in radii.
static inline float distance(int shape, float u, float v) {
    switch (shape) {
    case MOTION_BAR: return box_distance(u, v, 1, 0.34f);
    case MOTION_TRIANGLE: return larger(-0.7f - u, 0.3846154f * (u - 1) + 0.9230769f * fabsf(v));
    case MOTION_ELLIPSE: {
        const float b = 0.5f, p = u, q = v / (b * b);
        const float size = sqrtf(u * u + v * v / (b * b));
        return (size - 1) * size / (sqrtf(p * p + q * q) + 1e-6f);
    }
    case MOTION_T: return smaller(box_distance(u + 0.65f, v, 0.3f, 0.9f), box_distance(u - 0.1f, v, 0.85f, 0.26f));
    default: return larger(sqrtf((u + 0.4f) * (u + 0.4f) + v * v) - 1, -0.4f - u);
    }
}

/// The texture at (u, v) in radii, bilinearly; it repeats.
static inline float texture_at(const float *texture, float u, float v) {
    // Shifted by whole tiles, so that truncation rounds down.
    const float x = u * MOTION_TEXELS_PER_RADIUS + 4 * MOTION_OBJECT_TILE, y = v * MOTION_TEXELS_PER_RADIUS + 4 * MOTION_OBJECT_TILE;
    const int left = (int)x, top = (int)y;
    const float a = x - left, b = y - top;
    const int mask = MOTION_OBJECT_TILE - 1;
    const float *upper = texture + (size_t)(top & mask) * MOTION_OBJECT_TILE;
    const float *lower = texture + (size_t)((top + 1) & mask) * MOTION_OBJECT_TILE;
    const float first = upper[left & mask] + a * (upper[(left + 1) & mask] - upper[left & mask]);
    const float second = lower[left & mask] + a * (lower[(left + 1) & mask] - lower[left & mask]);
    return first + b * (second - first);
}

void motion_draw_object(float *canvas, int side, const struct motion_object *object) {
    const float reach = 1.5f * object->radius + 1;
    const int left = (int)larger(0, object->x - reach), right = (int)smaller(side, object->x + reach + 1);
    const int top = (int)larger(0, object->y - reach), bottom = (int)smaller(side, object->y + reach + 1);
    for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
            const float dx = (x + 0.5f - object->x) / object->radius, dy = (y + 0.5f - object->y) / object->radius;
            const float u = object->cosine * dx + object->sine * dy, v = object->cosine * dy - object->sine * dx;
            const float cover = smaller(1, 0.5f - distance(object->shape, u, v) * object->radius);
            if (!(cover > 0)) continue;
            const float grain = texture_at(object->texture, u, v);
            for (int c = 0; c < 3; c++) {
                float *pixel = canvas + ((size_t)c * side + y) * side + x;
                *pixel += cover * (object->level[c] + grain - *pixel);
            }
        }
    }
}

// MARK: Bytes

void motion_quantise(
    const float *canvas, int side, const int8_t *noise, const uint16_t *offsets, float scale, uint8_t *rgb) {
    for (int y = 0; y < side; y++) {
        const int8_t *grain = noise + offsets[y];
        uint8_t *out = rgb + (size_t)y * side * 3;
        for (int c = 0; c < 3; c++) {
            const float *level = canvas + ((size_t)c * side + y) * side;
            for (int x = 0; x < side; x++) {
                const float value = level[x] + scale * grain[3 * x + c] + 0.5f; // rounds
                out[3 * x + c] = (uint8_t)(int)larger(0, smaller(255, value));
            }
        }
    }
}
