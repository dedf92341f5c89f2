#ifndef SEMISUP_ONEDNN_LIBRARY_H
#define SEMISUP_ONEDNN_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Convolutions by oneDNN, opened at run time. Activations are channels-last, `[n][t][h][w][channels]`, f32 or bf16; weights and
// their gradients are f32, `[out channels][kt][kh][kw][in channels]`. All calls come from one thread.

enum onednn_instructions { ONEDNN_SSE41, ONEDNN_AVX2, ONEDNN_AVX512 };

/// Opens the library at `path`, held to `instructions`. On failure returns false with the reason in `message`.
/// May be called once, with the environment of its OpenMP library already set.
bool onednn_open(const char *path, enum onednn_instructions instructions, char *message, size_t capacity);

/// Such as "2.6.0"; empty before `onednn_open`.
const char *onednn_version_text(void);

struct onednn_convolution {
    int64_t batch, in_channels, out_channels;
    int64_t input[3], output[3], kernel[3], stride[3], padding[3];
    /// Whether activations are bf16, and the weights rounded to it for the products; sums are f32.
    bool is_bf16;
};

/// y = x * w. Each returns false where oneDNN refuses the shape; `onednn_last_error` says why.
bool onednn_convolution_forward(const struct onednn_convolution *shape, const void *x, const float *weights, void *y);
bool onednn_convolution_backward_data(const struct onednn_convolution *shape, const void *dy, const float *weights, void *dx);
bool onednn_convolution_backward_weights(const struct onednn_convolution *shape, const void *x, const void *dy, float *dweights);
const char *onednn_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
