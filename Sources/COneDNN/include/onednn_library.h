#ifndef SEMISUP_ONEDNN_LIBRARY_H
#define SEMISUP_ONEDNN_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Convolutions by oneDNN, opened at run time. Activations are channels-last f32, `[n][t][h][w][channels]`; weights are
// `[out channels][kt][kh][kw][in channels]`. All calls come from one thread.

enum onednn_instructions { ONEDNN_SSE41, ONEDNN_AVX2, ONEDNN_AVX512 };

/// Opens the library at `path`, held to `instructions`. On failure returns false with the reason in `message`.
/// May be called once, with the environment of its OpenMP library already set.
bool onednn_open(const char *path, enum onednn_instructions instructions, char *message, size_t capacity);

/// Such as "2.6.0"; empty before `onednn_open`.
const char *onednn_version_text(void);

struct onednn_convolution {
    int64_t batch, in_channels, out_channels;
    int64_t input[3], output[3], kernel[3], stride[3], padding[3];
};

/// y = x * w. Each returns false where oneDNN refuses the shape; `onednn_last_error` says why.
bool onednn_convolution_forward(const struct onednn_convolution *shape, const float *x, const float *weights, float *y);
bool onednn_convolution_backward_data(const struct onednn_convolution *shape, const float *dy, const float *weights, float *dx);
bool onednn_convolution_backward_weights(const struct onednn_convolution *shape, const float *x, const float *dy, float *dweights);
const char *onednn_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
