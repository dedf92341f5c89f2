#ifndef SEMISUP_TENSOR_KERNELS_H
#define SEMISUP_TENSOR_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "clustering_kernels.h"
#include "convolution_kernels.h"
#include "kernel_set.h"

// Kernels over strided arrays. Strides are in elements. Every kernel is compiled once for each kernel set; within a set the
// result does not depend on the number of threads. Element types: float and double are computed in their own type with sums
// in double; volumes (`normalization_...`, `max_pool...`, `accumulate`) may be bf16, computed in float; the integer types are only
// copied, converted, compared and gathered.

enum { maximum_rank = 8 };

enum element_type { ELEMENT_F32, ELEMENT_F64, ELEMENT_BF16, ELEMENT_I64, ELEMENT_I32, ELEMENT_U8 };

/// The extents of a loop and, for each array, its first element and strides. A stride of 0 repeats an element.
struct extents {
    int rank;
    int64_t size[maximum_rank];
};
struct array {
    void *data;
    int64_t stride[maximum_rank];
};

enum unary_operation {
    UNARY_NEGATE, UNARY_EXP, UNARY_LOG, UNARY_SQRT, UNARY_RELU, UNARY_TANH, UNARY_SIGMOID, UNARY_SQUARE, UNARY_ABSOLUTE,
    UNARY_ADD_SCALAR, UNARY_MULTIPLY_SCALAR, UNARY_POWER_SCALAR, UNARY_MAXIMUM_SCALAR, UNARY_MINIMUM_SCALAR, UNARY_ERF
};
enum binary_operation {
    BINARY_ADD, BINARY_SUBTRACT, BINARY_MULTIPLY, BINARY_DIVIDE, BINARY_MAXIMUM, BINARY_MINIMUM,
    /// 1 where the comparison holds, else 0
    BINARY_GREATER, BINARY_GREATER_EQUAL, BINARY_EQUAL,
    /// a where b > 0, else 0
    BINARY_WHERE_POSITIVE
};
enum reduce_operation { REDUCE_SUM, REDUCE_MAXIMUM, REDUCE_MINIMUM };

/// Batch normalisation of `rows` x `channels` values, channels contiguous.
struct normalization {
    int64_t rows, channels;
    const void *x;
    void *y;
    /// `[channels]` each, of the element type, or f32 where that is bf16
    const void *weight, *bias;
    /// `[channels]` double: statistics used (given, or written by `normalization_statistics`)
    double *mean, *variance;
    double epsilon;
    /// added before the activation; NULL for none
    const void *residual;
    bool relu;
};
struct normalization_gradient {
    int64_t rows, channels;
    const void *x, *y, *dy;
    const void *weight;
    const double *mean, *variance;
    double epsilon;
    bool relu;
    /// false: the statistics were constants (running ones)
    bool through_statistics;
    /// gradients; `dresidual` may be NULL, and so may `dx`
    void *dx, *dweight, *dbias, *dresidual;
};

/// An average that follows what a step moves, in the same pass: average = decay * average + (1 - decay) * weight.
struct follower {
    /// NULL for none
    void *average;
    double decay;
};

struct optimizer_step {
    int64_t count;
    void *weight, *velocity;
    const void *gradient;
    double gradient_scale, learning_rate, momentum, weight_decay;
    bool nesterov;
    struct follower follower;
};

struct adamw_step {
    int64_t count;
    /// running means of the gradient and of its square
    void *weight, *first_moment, *second_moment;
    const void *gradient;
    double gradient_scale, learning_rate, beta1, beta2, epsilon, weight_decay;
    /// of this step, from 1
    int64_t number;
    struct follower follower;
};

/// The kernels of one set.
struct tensor_kernels {
    /// y = x in the type of y (to an integer: truncated toward zero)
    void (*convert)(struct extents, struct array x, enum element_type, struct array y, enum element_type);
    void (*unary)(enum unary_operation, enum element_type, struct extents, struct array x, struct array y, double scalar);
    void (*binary)(enum binary_operation, enum element_type, struct extents, struct array a, struct array b, struct array y);
    /// y has stride 0 along the axes that are reduced; an empty sum is 0
    void (*reduce)(enum reduce_operation, enum element_type, struct extents, struct array x, struct array y);
    /// The lowest index of a maximum along the last axis of x `[rows][count]`
    void (*argmax)(enum element_type, int64_t rows, int64_t count, const void *x, int32_t *y);
    /// y[i] = x[indices[i]], rows of `count` contiguous elements
    void (*gather_rows)(enum element_type, int64_t rows, int64_t count, const void *x, const int32_t *indices, void *y);
    /// y[indices[i]] += x[i], in the order of i
    void (*scatter_add_rows)(enum element_type, int64_t rows, int64_t count, const void *x, const int32_t *indices, void *y);
    double (*sum_of_squares)(enum element_type, int64_t count, const void *x);
    bool (*all_finite)(enum element_type, int64_t count, const void *x);
    /// 1 / (1 - rate) with probability 1 - rate, else 0; element i depends on `key` and i only
    void (*dropout_mask)(enum element_type, int64_t count, uint64_t key, double rate, void *y);
    /// Normal values of mean 0 by Box and Muller; element i depends on `key` and i only
    void (*normal_values)(enum element_type, int64_t count, uint64_t key, double standard_deviation, void *y);

    /// Biased variance.
    void (*normalization_statistics)(enum element_type, const struct normalization *);
    void (*normalization_apply)(enum element_type, const struct normalization *);
    void (*normalization_backward)(enum element_type, const struct normalization_gradient *);

    /// y `[batch x outputs][kernel taps x channels]`, zeros outside; for the images first ..< first + count of the batch
    void (*unfold)(enum element_type, const struct window *, int64_t first, int64_t count, const void *x, void *y);
    /// The transpose of `unfold`: adds into x, which the caller has zeroed
    void (*fold)(enum element_type, const struct window *, int64_t first, int64_t count, const void *y, void *x);
    /// dw `[outputs][taps][channels]` of a convolution in f32; `outputs` is a multiple of 8. The batch is summed in `parts`
    /// pieces, at most one an image, whose sums `partial` holds: `parts` times as many as there are weights.
    void (*weight_gradient)(const struct window *, int64_t outputs, int parts, const float *x, const float *dy, float *partial, float *dw);
    /// The bytes of scratch, then the convolution itself. The result depends on the kernel set, not on the number of threads.
    int64_t (*grouped_scratch)(enum element_type, enum convolution_pass, const struct convolution *);
    void (*grouped_convolution)(enum element_type, enum convolution_pass, const struct convolution *);
    /// Windows `[kt][3][3]` that move by one, by Winograd's minimal filtering over H and W: volumes of f32 or bf16, weights and
    /// sums f32. For windows with a `winograd_best_tile`.
    int64_t (*winograd_scratch)(enum element_type, enum convolution_pass, const struct convolution *);
    void (*winograd_convolution)(enum element_type, enum convolution_pass, const struct convolution *);
    /// Windows `[kt][1][1]` in f32; for an `is_temporal_convolution`.
    int64_t (*temporal_scratch)(enum convolution_pass, const struct convolution *);
    void (*temporal_convolution)(enum convolution_pass, const struct convolution *);
    /// Positions outside are not compared; `chosen` gets the tap of the first maximum
    void (*max_pool)(enum element_type, const struct window *, const void *x, void *y, int32_t *chosen);
    void (*max_pool_backward)(enum element_type, const struct window *, const void *dy, const int32_t *chosen, void *dx);

    /// y += x
    void (*accumulate)(enum element_type, int64_t count, const void *x, void *y);
    /// SGD as PyTorch defines it: g = scale * gradient + decay * w; v = momentum * v + g; w -= rate * (nesterov ? g + momentum * v : v)
    void (*sgd)(enum element_type, const struct optimizer_step *);
    /// AdamW as PyTorch defines it: w -= rate * decay * w; m, s = means of g, g^2; w -= rate / (1 - beta1^n) * m / (sqrt(s / (1 - beta2^n)) + epsilon)
    void (*adamw)(enum element_type, const struct adamw_step *);
    /// The sums of squares of w and of g = scale * gradient + decay * w
    void (*lars_sums)(enum element_type, const struct optimizer_step *, double *weight, double *gradient);
    /// v = momentum * v + rate * g; w -= v
    void (*lars)(enum element_type, const struct optimizer_step *);
    /// y = decay * y + (1 - decay) * x
    void (*moving_average)(enum element_type, int64_t count, double decay, const void *x, void *y);

    /// The bytes of scratch, then the work itself, here and below.
    int64_t (*nearest_scratch)(const struct nearest_rows *);
    void (*nearest)(const struct nearest_rows *);
    void (*row_distances)(const struct row_distances *);
    /// The first of the rows with a value that is NaN or of a magnitude above `limit`; `rows` where there is none
    int64_t (*first_row_beyond)(int64_t rows, int64_t columns, const float *x, float limit);
    int64_t (*row_products_scratch)(const struct row_products *);
    void (*row_products)(const struct row_products *);
    int64_t (*column_products_scratch)(const struct column_products *);
    void (*column_products)(const struct column_products *);
};

/// The kernels of `set`, which the processor must support.
const struct tensor_kernels *tensor_kernels_of(enum kernel_set set);

#endif
