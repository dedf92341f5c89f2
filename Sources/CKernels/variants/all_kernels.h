// All kernels of one set: included once by each file of this folder.
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "compute_threads.h"
#include "tensor_kernels.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#include "loops.h"
#include "convert.h"
#include "lanes.h"
#include "exponential.h"

/// The number of `position` in the stream of `key` (SplitMix64), in [0, 1).
static double random_uniform(uint64_t key, uint64_t position) {
    uint64_t z = key + (position + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

#include "normal_values.h"

// Computed in REAL, held in STORED; REALS, LOADS and STORES are for as many at once as a vector has lanes, and WHERE keeps those
// that meet a condition and makes 0 of the others.
#define WHERE(condition, value) (REALS)((MASKS)(condition) & (MASKS)(value))
#define REAL float
#define STORED float
#define LOAD(value) (value)
#define STORE(value) (value)
#define REALS floats
#define MASKS words
#define LOADS(from) load_floats(from)
#define LOAD_REALS(from) load_floats(from)
#define STORES(to, value) store_floats(to, value)
#define TYPED(name) name##_f32
#include "elementwise.h"
#include "reductions.h"
#include "windows.h"
#include "grouped_convolution.h"
#include "optimization.h"
#include "random_values.h"
#include "accumulate.h"
#include "normalization.h"
#include "pooling.h"
#include "end_of_type.h"

#define REAL double
#define STORED double
#define LOAD(value) (value)
#define STORE(value) (value)
#define REALS doubles
#define MASKS long_words
#define LOADS(from) LOAD_DOUBLES(from)
#define LOAD_REALS(from) LOAD_DOUBLES(from)
#define STORES(to, value) STORE_DOUBLES(to, value)
#define TYPED(name) name##_f64
#include "elementwise.h"
#include "reductions.h"
#include "windows.h"
#include "grouped_convolution.h"
#include "optimization.h"
#include "random_values.h"
#include "accumulate.h"
#include "normalization.h"
#include "pooling.h"
#include "end_of_type.h"

#define REAL float
#define STORED struct bf16
#define LOAD(value) from_bf16(value)
#define STORE(value) to_bf16(value)
#define REALS floats
#define MASKS words
#define LOADS(from) widened(*(const halves *)(from))
#define LOAD_REALS(from) load_floats(from)
#define STORES(to, value) (*(halves *)(to) = narrowed(value))
#define TYPED(name) name##_bf16
#include "accumulate.h"
#include "normalization.h"
#include "pooling.h"
#include "end_of_type.h"

#include "product_tiles.h"
#include "row_products.h"
#include "clustering.h"
#include "temporal_window.h"
#include "temporal_convolution.h"
#include "winograd_transforms.h"
#include "winograd_plan.h"
#include "winograd.h"
#include "weight_gradient.h"
#include "dispatch.h"
