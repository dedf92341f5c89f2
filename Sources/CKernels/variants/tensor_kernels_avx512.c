#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512cd,avx2,fma,bmi2,f16c"))), \
                             apply_to = function)
#endif
#define VECTOR_LANES 16
#define PRODUCT_ROWS 14
#define VARIANT(name) name##_avx512
#include "all_kernels.h"
#if defined(__x86_64__)
#pragma clang attribute pop
#endif
