#include "media_rgb.h"
#include "media_library.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "media_rgb_kernels.h"

/// Samples at the first border whose taps differ from those inside.
enum { BORDER = 4 };

/// One component of a pixel format.
struct plane {
    const uint8_t *data;
    ptrdiff_t stride;
    /// Distance of neighbouring samples, in samples.
    int step;
    int width, height;
};

struct layout {
    struct plane luma, blue, red;
    /// Samples are 16-bit words that hold `depth` bits above `shift` unused ones.
    bool words, grey;
    int depth, shift;
};

// MARK: - Layout of a pixel format

static struct plane plane_of(const AVFrame *frame, const AVPixFmtDescriptor *format, int component, bool words) {
    const AVComponentDescriptor *described = &format->comp[component];
    const bool chroma = component > 0;
    return (struct plane){
        .data = frame->data[described->plane] + described->offset,
        .stride = frame->linesize[described->plane],
        .step = described->step >> words,
        .width = chroma ? AV_CEIL_RSHIFT(frame->width, format->log2_chroma_w) : frame->width,
        .height = chroma ? AV_CEIL_RSHIFT(frame->height, format->log2_chroma_h) : frame->height,
    };
}

/// Accepts Y'CbCr with luma of its own (planar, semi-planar or grey) of 8 to 12 bits; alpha is left out.
static bool describe(const AVFrame *frame, struct layout *layout) {
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
    const uint64_t foreign = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_BITSTREAM |
        AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
    if (!format || format->flags & foreign || !frame->data[0]) return false;
    const AVComponentDescriptor *luma = &format->comp[0];
    const bool words = luma->depth > 8;
    if (luma->depth < 8 || luma->depth > 12 || luma->step != 1 + words) return false;
    *layout = (struct layout){
        .words = words, .grey = format->nb_components < 3, .depth = luma->depth, .shift = luma->shift};
    layout->luma = plane_of(frame, format, 0, words);
    if (layout->grey) return true;
    if (format->comp[1].depth != luma->depth || format->comp[1].step > 2 << words) return false;
    layout->blue = plane_of(frame, format, 1, words);
    layout->red = plane_of(frame, format, 2, words);
    return true;
}

// MARK: - Colour

static bool is_full_range(const AVFrame *frame) {
    switch ((enum AVPixelFormat)frame->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P: return true;
    // libswscale takes 8-bit grey as full range whatever it says.
    case AV_PIX_FMT_GRAY8: return true;
    default: return frame->color_range == AVCOL_RANGE_JPEG;
    }
}

static struct media_rgb_colour colour_of(const AVFrame *frame) {
    double red = 0.299, blue = 0.114;
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709: red = 0.2126, blue = 0.0722; break;
    case AVCOL_SPC_FCC: red = 0.30, blue = 0.11; break;
    case AVCOL_SPC_SMPTE240M: red = 0.212, blue = 0.087; break;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: red = 0.2627, blue = 0.0593; break;
    default: break;
    }
    const double green = 1 - red - blue;
    const bool full = is_full_range(frame);
    // Limited range: luma from 16 to 235, chroma 224 levels wide.
    const double luma = full ? 1 : 255.0 / 219, chroma = full ? 1 : 255.0 / 224, quarter = (1 << 15) / 4.0;
    return (struct media_rgb_colour){
        .luma = (int16_t)lround(luma * quarter),
        .red_of_v = (int16_t)lround(2 * (1 - red) * chroma * quarter),
        .green_of_u = (int16_t)-lround(2 * (1 - blue) * blue / green * chroma * quarter),
        .green_of_v = (int16_t)-lround(2 * (1 - red) * red / green * chroma * quarter),
        .blue_of_u = (int16_t)lround(2 * (1 - blue) * chroma * quarter),
        .bias = (int16_t)(full ? 0 : -lround(16 * 32 * luma)),
    };
}

// MARK: - Where chroma samples lie

/// The four samples around the centre of an output sample, clamped to the plane, and their weights in 2^-15.
struct media_rgb_taps {
    int indices[MEDIA_RGB_TAPS];
    int16_t weights[MEDIA_RGB_TAPS];
};

/// Keys' cubic with a = -0.6, libswscale's default.
static double cubic(double distance) {
    const double a = -0.6, d = fabs(distance);
    return d < 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// Output sample `index` of `to` that `from` samples are stretched over, with libswscale's rounding of the step. Like libswscale
/// this leaves out a tap outside the plane at its first border (its first index is rounded towards zero) and rescales the others.
static struct media_rgb_taps taps_at(int index, int from, int to) {
    const int64_t step = (((int64_t)from << 16) + (to >> 1)) / to;
    const double position = (double)(index * step) / 65536 + ((double)step / 65536 - 1) / 2;
    const int first = (int)floor(position) - 1, lowest = (int)(position - 1.5);
    double factors[MEDIA_RGB_TAPS], sum = 0;
    for (int i = 0; i < MEDIA_RGB_TAPS; i++) {
        factors[i] = first + i < lowest ? 0 : cubic(position - (first + i));
        sum += factors[i];
    }
    struct media_rgb_taps taps;
    int rest = 1 << 15;
    for (int i = 0; i < MEDIA_RGB_TAPS; i++) {
        taps.indices[i] = av_clip(first + i, 0, from - 1);
        taps.weights[i] = (int16_t)FFMIN(lround(factors[i] / sum * (1 << 15)), INT16_MAX);
        rest -= taps.weights[i];
    }
    // Flat colour must stay as it is; the remainder goes to the nearest sample.
    const int nearest = position - (first + 1) < 0.5 ? 1 : 2;
    taps.weights[nearest] = (int16_t)FFMIN(taps.weights[nearest] + rest, INT16_MAX);
    return taps;
}

// MARK: - Rows of chroma

/// The rows of one plane of chroma at the picture's width: the last four, by row number modulo four.
struct chroma {
    const struct plane *plane;
    int16_t *rows[MEDIA_RGB_TAPS];
    /// How many rows have been widened.
    int done;
};

/// Reads a row as signed differences from neutral in 1/128 level.
static void read_row(const struct plane *plane, const struct layout *layout, int row, int16_t *out) {
    const uint8_t *at = plane->data + row * plane->stride;
    const int shift = 15 - layout->depth, step = plane->step, count = plane->width;
    if (layout->words) {
        const uint16_t *words = (const uint16_t *)at;
        for (int i = 0; i < count; i++) out[i] = (int16_t)(((words[i * step] >> layout->shift) << shift) - (1 << 14));
    } else if (step == 1) {
        for (int i = 0; i < count; i++) out[i] = (int16_t)((at[i] << 7) - (1 << 14));
    } else {
        for (int i = 0; i < count; i++) out[i] = (int16_t)((at[i * step] << 7) - (1 << 14));
    }
}

static void stretch_row(const int16_t *in, const struct media_rgb_taps *columns, int count, int16_t *out) {
    for (int x = 0; x < count; x++) {
        int sum = 1 << 14;
        for (int i = 0; i < MEDIA_RGB_TAPS; i++) sum += in[columns[x].indices[i]] * columns[x].weights[i];
        out[x] = (int16_t)FFMIN(sum >> 15, MEDIA_RGB_CHROMA_LIMIT);
    }
}

/// Widens rows until `last` is there. `narrow` is working space with a margin at both ends.
static void widen_until(
    struct chroma *chroma, int last, const struct media_rgb_kernels *kernels, const struct layout *layout,
    const struct media_rgb_taps *columns, int16_t *narrow) {
    const int count = chroma->plane->width, width = layout->luma.width;
    for (; chroma->done <= last; chroma->done++) {
        int16_t *out = chroma->rows[chroma->done % MEDIA_RGB_TAPS];
        if (count == width) {
            read_row(chroma->plane, layout, chroma->done, out);
            continue;
        }
        read_row(chroma->plane, layout, chroma->done, narrow);
        narrow[-1] = narrow[-2] = narrow[0];
        narrow[count] = narrow[count + 1] = narrow[count - 1];
        const bool doubled = 2 * count == width;
        if (doubled) kernels->double_width(narrow, count, out);
        stretch_row(narrow, columns, doubled ? FFMIN(BORDER, width) : width, out);
    }
}

// MARK: - Conversion

static bool reserve(struct media_rgb_workspace *workspace, const struct layout *layout, size_t count) {
    const struct plane *luma = &layout->luma, *chroma = layout->grey ? luma : &layout->blue;
    if (workspace->count < count) {
        av_freep(&workspace->samples);
        workspace->samples = av_malloc_array(count, sizeof *workspace->samples);
        workspace->count = workspace->samples ? count : 0;
        if (!workspace->samples) return false;
    }
    if (workspace->taps && workspace->width == luma->width && workspace->height == luma->height &&
        workspace->chroma_width == chroma->width && workspace->chroma_height == chroma->height)
        return true;
    av_freep(&workspace->taps);
    workspace->taps = av_malloc_array((size_t)luma->height + (size_t)luma->width, sizeof *workspace->taps);
    if (!workspace->taps) return false;
    workspace->width = luma->width;
    workspace->height = luma->height;
    workspace->chroma_width = chroma->width;
    workspace->chroma_height = chroma->height;
    for (int y = 0; y < luma->height; y++) workspace->taps[y] = taps_at(y, chroma->height, luma->height);
    for (int x = 0; x < luma->width; x++) workspace->taps[luma->height + x] = taps_at(x, chroma->width, luma->width);
    return true;
}

void media_rgb_workspace_free(struct media_rgb_workspace *workspace) {
    av_freep(&workspace->samples);
    av_freep(&workspace->taps);
    workspace->count = 0;
}

static void convert_rows(
    const struct layout *layout, struct media_rgb_colour colour, const struct media_rgb_taps *taps, int16_t *narrow,
    struct chroma *blue, struct chroma *red, uint8_t *pixels) {
    const struct media_rgb_kernels *kernels = media_rgb_kernels_choose();
    const int width = layout->luma.width, height = layout->luma.height;
    struct media_rgb_sources sources = {.luma_shift = 15 - layout->depth - layout->shift};
    for (int i = 0; i < MEDIA_RGB_TAPS; i++) {
        sources.u[i] = blue->rows[i];
        sources.v[i] = red->rows[i];
    }
    for (int row = 0; row < height; row++) {
        if (!layout->grey) {
            const int last = taps[row].indices[MEDIA_RGB_TAPS - 1];
            widen_until(blue, last, kernels, layout, taps + height, narrow);
            widen_until(red, last, kernels, layout, taps + height, narrow);
            for (int i = 0; i < MEDIA_RGB_TAPS; i++) {
                const int from = taps[row].indices[i] % MEDIA_RGB_TAPS;
                sources.weights[i] = taps[row].weights[i];
                sources.u[i] = blue->rows[from];
                sources.v[i] = red->rows[from];
            }
        }
        sources.luma = layout->luma.data + row * layout->luma.stride;
        uint8_t *out = pixels + (size_t)row * width * 3;
        (layout->words ? kernels->colour_words : kernels->colour_bytes)(&sources, colour, width, out);
    }
}

enum media_status media_rgb_convert(const AVFrame *frame, struct media_rgb_workspace *workspace, uint8_t *pixels) {
    struct layout layout;
    if (!describe(frame, &layout)) return MEDIA_UNSUPPORTED_PIXELS;
    const size_t pitch = ((size_t)layout.luma.width + 31) / 32 * 32 + 2 * MEDIA_RGB_MARGIN;
    const size_t count = (2 * MEDIA_RGB_TAPS + 1) * pitch;
    if (!reserve(workspace, &layout, count)) return MEDIA_NO_MEMORY;
    int16_t *narrow = workspace->samples + MEDIA_RGB_MARGIN;
    struct chroma blue = {.plane = &layout.blue}, red = {.plane = &layout.red};
    for (int i = 0; i < MEDIA_RGB_TAPS; i++) {
        blue.rows[i] = narrow + (size_t)(1 + i) * pitch;
        red.rows[i] = blue.rows[i] + MEDIA_RGB_TAPS * pitch;
    }
    // Grey is neutral chroma.
    if (layout.grey) memset(workspace->samples, 0, count * sizeof *workspace->samples);
    convert_rows(&layout, colour_of(frame), workspace->taps, narrow, &blue, &red, pixels);
    return MEDIA_OK;
}
