#include "image_kernels.h"
#include "image_lanes.h"

/// Where an output position reads along one axis: two neighbours and how far the point lies towards the second.
typedef struct {
    int first, second;
    int16_t weight;
} image_tap;

/// The tap of output position `position`, with pixel centres at half-integers (as OpenCV's INTER_LINEAR).
static image_tap image_tap_at(int position, int crop_size, int output_size) {
    double point = (position + 0.5) * crop_size / output_size - 0.5;
    if (point <= 0) return (image_tap){0, 0, 0};
    if (point >= crop_size - 1) return (image_tap){crop_size - 1, crop_size - 1, 0};
    int first = (int)point;
    int weight = (int)((point - first) * IMAGE_WEIGHT_ONE + 0.5);
    if (weight == IMAGE_WEIGHT_ONE) weight = IMAGE_WEIGHT_ONE - 1;
    return (image_tap){first, first + 1, (int16_t)weight};
}

size_t image_resize_scratch(const image_window *window) {
    return (size_t)window->output_width * sizeof(image_tap) + ((size_t)window->width * 3 + 8) * sizeof(int16_t);
}

/// Interpolates between two rows: `count` values with 6 bits below the point.
IMAGE_KERNEL
static void image_blend_rows(
    const uint8_t *restrict upper, const uint8_t *restrict lower, size_t count, int16_t weight, int16_t *restrict row) {
    for (size_t i = 0; i < count; i++) row[i] = image_lerp_levels(upper[i], lower[i], weight);
}

/// Interpolates along a row and rounds. Four values are read and written a pixel: the row has room behind it.
IMAGE_KERNEL
static void image_sample_row(const int16_t *row, const image_tap *taps, int width, uint8_t *output) {
    for (int x = 0; x < width; x++) {
        i16x4 a, b;
        memcpy(&a, row + taps[x].first * 3, sizeof a);
        memcpy(&b, row + taps[x].second * 3, sizeof b);
        image_store(output + x * 3, image_lerp_values(a, b, taps[x].weight), x + 1 == width);
    }
}

void image_resize(
    const uint8_t *source, int frames, int height, int width, const image_window *window, uint8_t *output, void *scratch) {
    image_tap *taps = scratch;
    int16_t *row = (int16_t *)(taps + window->output_width);
    size_t values = (size_t)window->width * 3;
    for (int x = 0; x < window->output_width; x++) {
        int target = window->mirrored ? window->output_width - 1 - x : x;
        taps[target] = image_tap_at(x, window->width, window->output_width);
    }
    memset(row + values, 0, 8 * sizeof(int16_t));
    for (int t = 0; t < frames; t++) {
        const uint8_t *corner = source + (((size_t)t * height + window->top) * width + window->left) * 3;
        for (int y = 0; y < window->output_height; y++) {
            image_tap tap = image_tap_at(y, window->height, window->output_height);
            const uint8_t *upper = corner + (size_t)tap.first * width * 3;
            image_blend_rows(upper, corner + (size_t)tap.second * width * 3, values, tap.weight, row);
            image_sample_row(row, taps, window->output_width, output);
            output += (size_t)window->output_width * 3;
        }
    }
}
