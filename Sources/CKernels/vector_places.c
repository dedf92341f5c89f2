#include "vector_kernels.h"

#include "image_lanes.h"

void vector_stay(int16_t *places, int height, int width) {
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++, places += 2) {
            places[0] = (int16_t)x;
            places[1] = (int16_t)y;
        }
    }
}

void vector_follow(
    const float *vectors, const uint8_t *validity, int columns, int cell_side, int height, int width, const int16_t *before,
    int16_t *after) {
    memcpy(after, before, sizeof(int16_t) * 2 * (size_t)height * width);
    for (int top = 0; top < height; top += cell_side) {
        const int bottom = top + cell_side < height ? top + cell_side : height;
        for (int left = 0; left < width; left += cell_side) {
            const int cell = top / cell_side * columns + left / cell_side;
            if (!validity[cell]) continue;
            const int dx = (int)vectors[2 * cell], dy = (int)vectors[2 * cell + 1];
            if (dx == 0 && dy == 0) continue;
            // The part of the cell whose content lies inside.
            const int right = left + cell_side < width ? left + cell_side : width;
            const int first = left + dx < 0 ? -dx : left, end = right + dx > width ? width - dx : right;
            for (int y = top; y < bottom && first < end; y++) {
                if (y + dy < 0 || y + dy >= height) continue;
                memcpy(
                    after + 2 * ((size_t)y * width + first), before + 2 * ((size_t)(y + dy) * width + first + dx),
                    sizeof(int16_t) * 2 * (size_t)(end - first));
            }
        }
    }
}

void vector_displacements(const int16_t *places, int height, int width, float *vectors) {
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++, places += 2, vectors += 2) {
            vectors[0] = (float)(places[0] - x);
            vectors[1] = (float)(places[1] - y);
        }
    }
}

IMAGE_KERNEL
void vector_residual(
    const uint8_t *current, const uint8_t *reference, const int16_t *places, int height, int width, uint8_t *output) {
    const size_t pixels = (size_t)height * width;
    for (size_t pixel = 0; pixel < pixels; pixel++) {
        const uint8_t *source = reference + 3 * ((size_t)places[2 * pixel + 1] * width + places[2 * pixel]);
        for (int channel = 0; channel < 3; channel++) {
            const int value = current[3 * pixel + channel] - source[channel] + 128;
            output[3 * pixel + channel] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
    }
}
