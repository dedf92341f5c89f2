#include "tensor_kernels.h"

extern const struct tensor_kernels tensor_kernels_baseline, tensor_kernels_avx2, tensor_kernels_avx512;

const struct tensor_kernels *tensor_kernels_of(enum kernel_set set) {
    switch (set) {
        case KERNELS_AVX512: return &tensor_kernels_avx512;
        case KERNELS_AVX2: return &tensor_kernels_avx2;
        case KERNELS_BASELINE: break;
    }
    return &tensor_kernels_baseline;
}
