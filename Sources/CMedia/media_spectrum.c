#include "media_spectrum.h"

#include <math.h>
#include <string.h>

#include "media_library.h"

struct media_spectrum {
    int window, size;
    AVTXContext *context;
    av_tx_fn transform;
    // In double precision: the logarithm of what is nearly silent would show the rounding of single.
    double *curve, *input;
    AVComplexDouble *output;
};

struct media_spectrum *media_spectrum_create(int window, int size) {
    if (!media_library_open_utilities() || window < 1 || size < window || size % 2) return NULL;
    struct media_spectrum *spectrum = av_mallocz(sizeof *spectrum);
    if (!spectrum) return NULL;
    spectrum->window = window;
    spectrum->size = size;
    const double scale = 1;
    spectrum->curve = av_malloc(sizeof(double) * (size_t)window);
    // The transform reads and writes whole vectors.
    spectrum->input = av_mallocz(sizeof(double) * ((size_t)size + 16));
    spectrum->output = av_mallocz(sizeof(AVComplexDouble) * ((size_t)size / 2 + 16));
    if (!spectrum->curve || !spectrum->input || !spectrum->output ||
        av_tx_init(&spectrum->context, &spectrum->transform, AV_TX_DOUBLE_RDFT, 0, size, &scale, 0) < 0) {
        media_spectrum_free(spectrum);
        return NULL;
    }
    for (int i = 0; i < window; i++) spectrum->curve[i] = 0.5 - 0.5 * cos(2 * M_PI * i / window);
    return spectrum;
}

void media_spectrum_free(struct media_spectrum *spectrum) {
    if (!spectrum) return;
    av_tx_uninit(&spectrum->context);
    av_free(spectrum->curve);
    av_free(spectrum->input);
    av_free(spectrum->output);
    av_free(spectrum);
}

void media_spectrum_power(struct media_spectrum *spectrum, const float *samples, float *power) {
    // The transform may use its input as working memory.
    memset(spectrum->input, 0, sizeof(double) * (size_t)spectrum->size);
    double *middle = spectrum->input + (spectrum->size - spectrum->window) / 2;
    for (int i = 0; i < spectrum->window; i++) middle[i] = samples[i] * spectrum->curve[i];
    spectrum->transform(spectrum->context, spectrum->output, spectrum->input, sizeof(double));
    for (int i = 0; i <= spectrum->size / 2; i++)
        power[i] = (float)(spectrum->output[i].re * spectrum->output[i].re + spectrum->output[i].im * spectrum->output[i].im);
}
