#define VARIANT(name) name##_baseline
#include "all_kernels.h"
