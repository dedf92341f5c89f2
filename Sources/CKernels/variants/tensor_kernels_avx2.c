#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2,f16c"))), apply_to = function)
#endif
#define VECTOR_LANES 8
#define VARIANT(name) name##_avx2
#include "all_kernels.h"
#if defined(__x86_64__)
#pragma clang attribute pop
#endif
