#include "image_kernels.h"
#include "image_lanes.h"

// The operations of Pillow's ImageOps, to the bit, and what else treats each value by itself.

IMAGE_KERNEL
void image_posterize(const uint8_t *restrict source, size_t count, int bits, uint8_t *restrict output) {
    uint8_t mask = (uint8_t)(0xFF << (8 - bits));
    for (size_t i = 0; i < count; i++) output[i] = source[i] & mask;
}

IMAGE_KERNEL
void image_solarize(const uint8_t *restrict source, size_t count, int threshold, uint8_t *restrict output) {
    for (size_t i = 0; i < count; i++) output[i] = source[i] < threshold ? source[i] : (uint8_t)(255 - source[i]);
}

typedef struct {
    uint32_t counts[3][256];
} image_histogram;

typedef struct {
    uint8_t levels[3][256];
} image_tables;

static void image_count(const uint8_t *source, size_t pixels, image_histogram *histogram) {
    memset(histogram, 0, sizeof *histogram);
    for (size_t i = 0; i < pixels; i++, source += 3) {
        histogram->counts[0][source[0]]++;
        histogram->counts[1][source[1]]++;
        histogram->counts[2][source[2]]++;
    }
}

static void image_look_up(const uint8_t *source, size_t pixels, const image_tables *tables, uint8_t *output) {
    for (size_t i = 0; i < pixels; i++, source += 3, output += 3) {
        uint8_t r = tables->levels[0][source[0]], g = tables->levels[1][source[1]], b = tables->levels[2][source[2]];
        output[0] = r;
        output[1] = g;
        output[2] = b;
    }
}

static void image_identity_table(uint8_t levels[256]) {
    for (int i = 0; i < 256; i++) levels[i] = (uint8_t)i;
}

/// Maps the lowest level present to 0 and the highest to 255; one level alone stays.
static void image_stretch_table(const uint32_t counts[256], uint8_t levels[256]) {
    int low = 0, high = 255;
    while (low < 255 && counts[low] == 0) low++;
    while (high > 0 && counts[high] == 0) high--;
    if (high <= low) {
        image_identity_table(levels);
        return;
    }
    double scale = 255.0 / (high - low);
    double offset = -low * scale;
    for (int i = 0; i < 256; i++) {
        double scaled = i * scale;
        int level = (int)(scaled + offset);
        levels[i] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
}

void image_autocontrast(const uint8_t *source, size_t pixels, uint8_t *output) {
    image_histogram histogram;
    image_tables tables;
    image_count(source, pixels, &histogram);
    for (int c = 0; c < 3; c++) image_stretch_table(histogram.counts[c], tables.levels[c]);
    image_look_up(source, pixels, &tables, output);
}

/// Maps levels by their cumulative count; fewer than two levels, or fewer than 255 pixels below the highest, stay.
static void image_equalize_table(const uint32_t counts[256], uint8_t levels[256]) {
    uint64_t total = 0;
    int present = 0, highest = 0;
    for (int i = 0; i < 256; i++) {
        total += counts[i];
        if (counts[i] != 0) {
            present++;
            highest = i;
        }
    }
    uint64_t step = (total - counts[highest]) / 255;
    if (present <= 1 || step == 0) {
        image_identity_table(levels);
        return;
    }
    uint64_t sum = step / 2;
    for (int i = 0; i < 256; i++) {
        uint64_t level = sum / step;
        levels[i] = (uint8_t)(level > 255 ? 255 : level);
        sum += counts[i];
    }
}

void image_equalize(const uint8_t *source, size_t pixels, uint8_t *output) {
    image_histogram histogram;
    image_tables tables;
    image_count(source, pixels, &histogram);
    for (int c = 0; c < 3; c++) image_equalize_table(histogram.counts[c], tables.levels[c]);
    image_look_up(source, pixels, &tables, output);
}

void image_fill(
    uint8_t *clip, int frames, int height, int width, int top, int bottom, int left, int right, uint8_t level) {
    for (int t = 0; t < frames; t++) {
        for (int y = top; y < bottom; y++) {
            memset(clip + (((size_t)t * height + y) * width + left) * 3, level, (size_t)(right - left) * 3);
        }
    }
}

void image_normalize(const uint8_t *source, size_t pixels, const float mean[3], const float deviation[3], float *output) {
    float tables[3][256];
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < 256; i++) tables[c][i] = ((float)i - mean[c]) / deviation[c];
    }
    for (size_t i = 0; i < pixels; i++, source += 3, output += 3) {
        output[0] = tables[0][source[0]];
        output[1] = tables[1][source[1]];
        output[2] = tables[2][source[2]];
    }
}

IMAGE_KERNEL
void image_half_difference(
    const uint8_t *restrict current, const uint8_t *restrict next, size_t count, uint8_t *restrict output) {
    for (size_t i = 0; i < count; i++) output[i] = (uint8_t)((current[i] - next[i] + 255) >> 1);
}
