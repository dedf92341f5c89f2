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
    /// Samples are 16-bit words that hold `depth` bits above `shift` ones that are not used.
    bool words, swapped, grey;
    int depth, shift;
    /// Luma is not one row of samples as the kernels read them, and is gathered first.
    bool scattered;
};

/// The most bits of a sample that the arithmetic has room for; of more the highest are used.
enum { GREATEST_DEPTH = 15 };
/// The fewest bits of a component of RGB.
enum { LEAST_RGB_DEPTH = 5 };

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

/// Whether every component is a byte or a whole word of its own in every place, of as many bits in the same place of it.
static bool has_even_samples(const AVPixFmtDescriptor *format) {
    const AVComponentDescriptor *luma = &format->comp[0];
    const int size = luma->depth > 8 ? 2 : 1;
    for (int i = 0; i < format->nb_components; i++) {
        const AVComponentDescriptor *component = &format->comp[i];
        // Alpha is left out.
        if (i == 3 || (i == 1 && format->nb_components == 2)) continue;
        if (component->depth != luma->depth || component->shift != luma->shift) return false;
        if (component->step % size || component->offset % size) return false;
    }
    return luma->depth >= 8 && luma->depth <= 16 && luma->depth + luma->shift <= 8 * size;
}

bool media_rgb_converts(enum AVPixelFormat name) {
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(name);
    const uint64_t foreign = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT |
        AV_PIX_FMT_FLAG_BAYER;
    // Colours of another kind, and luma at uneven distances.
    const bool odd = name == AV_PIX_FMT_XYZ12LE || name == AV_PIX_FMT_XYZ12BE || name == AV_PIX_FMT_UYYVYY411;
    if (!format || format->flags & foreign || odd) return false;
    // Of RGB in one byte libavutil says the bits in the wrong order.
    const bool coarse = format->comp[0].depth < LEAST_RGB_DEPTH || format->comp[2].depth < LEAST_RGB_DEPTH;
    return format->flags & AV_PIX_FMT_FLAG_RGB ? format->nb_components >= 3 && !coarse : has_even_samples(format);
}

/// The parts of a frame of Y'CbCr or grey.
static struct layout describe(const AVFrame *frame, const AVPixFmtDescriptor *format) {
    const AVComponentDescriptor *luma = &format->comp[0];
    const bool words = luma->depth > 8, swapped = words && format->flags & AV_PIX_FMT_FLAG_BE;
    const int excess = FFMAX(luma->depth - GREATEST_DEPTH, 0);
    struct layout layout = {
        .words = words, .swapped = swapped, .grey = format->nb_components < 3, .depth = luma->depth - excess,
        .shift = luma->shift + excess};
    layout.luma = plane_of(frame, format, 0, words);
    layout.scattered = layout.luma.step != 1 || swapped || layout.depth + layout.shift > GREATEST_DEPTH;
    if (layout.grey) return layout;
    layout.blue = plane_of(frame, format, 1, words);
    layout.red = plane_of(frame, format, 2, words);
    return layout;
}

static inline unsigned word_at(const uint8_t *at, bool swapped) {
    return swapped ? (unsigned)at[0] << 8 | at[1] : (unsigned)at[1] << 8 | at[0];
}

// MARK: - Colour

static bool is_full_range(const AVFrame *frame, bool grey) {
    switch ((enum AVPixelFormat)frame->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P: return true;
    // libswscale takes 8-bit grey as full range whatever it says, and other grey where it says nothing.
    case AV_PIX_FMT_GRAY8: return true;
    default: return frame->color_range == AVCOL_RANGE_JPEG || (grey && frame->color_range == AVCOL_RANGE_UNSPECIFIED);
    }
}

static struct media_rgb_colour colour_of(const AVFrame *frame, bool grey) {
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
    const bool full = is_full_range(frame, grey);
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
        for (int i = 0; i < count; i++)
            out[i] = (int16_t)(((int)(word_at(at + 2 * i * step, layout->swapped) >> layout->shift) << shift) - (1 << 14));
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

/// Puts the samples of a row of luma beside each other: bytes, or words without what is unused below.
static const void *gather_row(const struct layout *layout, int row, uint16_t *out) {
    const struct plane *plane = &layout->luma;
    const uint8_t *at = plane->data + row * plane->stride;
    if (!layout->words) {
        uint8_t *bytes = (uint8_t *)out;
        for (int i = 0; i < plane->width; i++) bytes[i] = at[i * plane->step];
        return bytes;
    }
    for (int i = 0; i < plane->width; i++)
        out[i] = (uint16_t)(word_at(at + 2 * i * plane->step, layout->swapped) >> layout->shift);
    return out;
}

// MARK: - RGB

/// A sample of another depth, 5 bits or more, in eight: rounded, or with its highest bits repeated below.
static inline uint8_t to_eight_bits(unsigned sample, int depth) {
    if (depth >= 8) return (uint8_t)FFMIN((sample + (1u << depth >> 9)) >> (depth - 8), 255);
    return (uint8_t)(sample << (8 - depth) | sample >> (2 * depth - 8));
}

/// Copies one component of RGB, of any depth up to 16 bits, to every third level.
static void copy_component(const AVFrame *frame, const AVPixFmtDescriptor *format, int number, uint8_t *pixels) {
    const AVComponentDescriptor *component = &format->comp[number];
    const bool swapped = format->flags & AV_PIX_FMT_FLAG_BE, bytes = component->depth + component->shift <= 8;
    const unsigned most = (1u << component->depth) - 1;
    for (int row = 0; row < frame->height; row++) {
        // A byte of a word that begins with its high one is the second.
        const uint8_t *at = frame->data[component->plane] + row * (ptrdiff_t)frame->linesize[component->plane] +
            component->offset + (bytes && swapped);
        uint8_t *out = pixels + (size_t)row * frame->width * 3 + number;
        if (component->depth == 8 && bytes) {
            for (int x = 0; x < frame->width; x++) out[3 * x] = at[x * component->step];
            continue;
        }
        for (int x = 0; x < frame->width; x++) {
            const unsigned read = bytes ? at[x * component->step] : word_at(at + x * component->step, swapped);
            out[3 * x] = to_eight_bits(read >> component->shift & most, component->depth);
        }
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
    uint16_t *gathered, struct chroma *blue, struct chroma *red, uint8_t *pixels) {
    const struct media_rgb_kernels *kernels = media_rgb_kernels_choose();
    const int width = layout->luma.width, height = layout->luma.height;
    struct media_rgb_sources sources = {.luma_shift = 15 - layout->depth - (layout->scattered ? 0 : layout->shift)};
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
        sources.luma = layout->scattered ? gather_row(layout, row, gathered) : layout->luma.data + row * layout->luma.stride;
        uint8_t *out = pixels + (size_t)row * width * 3;
        (layout->words ? kernels->colour_words : kernels->colour_bytes)(&sources, colour, width, out);
    }
}

enum media_status media_rgb_convert(const AVFrame *frame, struct media_rgb_workspace *workspace, uint8_t *pixels) {
    if (!media_rgb_converts((enum AVPixelFormat)frame->format) || !frame->data[0]) return MEDIA_UNSUPPORTED_PIXELS;
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
    if (format->flags & AV_PIX_FMT_FLAG_RGB) {
        for (int i = 0; i < 3; i++) copy_component(frame, format, i, pixels);
        return MEDIA_OK;
    }
    const struct layout layout = describe(frame, format);
    const size_t pitch = ((size_t)layout.luma.width + 31) / 32 * 32 + 2 * MEDIA_RGB_MARGIN;
    const size_t count = (2 * MEDIA_RGB_TAPS + 2) * pitch;
    if (!reserve(workspace, &layout, count)) return MEDIA_NO_MEMORY;
    int16_t *narrow = workspace->samples + MEDIA_RGB_MARGIN, *gathered = narrow + pitch;
    struct chroma blue = {.plane = &layout.blue}, red = {.plane = &layout.red};
    for (int i = 0; i < MEDIA_RGB_TAPS; i++) {
        blue.rows[i] = narrow + (size_t)(2 + i) * pitch;
        red.rows[i] = blue.rows[i] + MEDIA_RGB_TAPS * pitch;
    }
    // Grey is neutral chroma.
    if (layout.grey) memset(workspace->samples, 0, count * sizeof *workspace->samples);
    convert_rows(&layout, colour_of(frame, layout.grey), workspace->taps, narrow, (uint16_t *)gathered, &blue, &red, pixels);
    return MEDIA_OK;
}
