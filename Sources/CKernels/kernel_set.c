#include "kernel_set.h"

bool cpu_supports(enum kernel_set set) {
    __builtin_cpu_init();
    switch (set) {
        case KERNELS_BASELINE: return true;
        case KERNELS_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        case KERNELS_AVX512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
    }
    return false;
}

bool cpu_supports_bf16(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16");
}
