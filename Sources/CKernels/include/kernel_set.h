#ifndef SEMISUP_KERNEL_SET_H
#define SEMISUP_KERNEL_SET_H

#include <stdbool.h>

/// The instruction sets that the kernels are compiled for. A set gives the same bits on every machine that has it.
enum kernel_set { KERNELS_BASELINE, KERNELS_AVX2, KERNELS_AVX512 };

/// What this processor can run.
bool cpu_supports(enum kernel_set set);
bool cpu_supports_bf16(void);

#endif
