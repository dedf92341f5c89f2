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

// Computed in REAL, held in STORED.
#define REAL float
#define STORED float
#define LOAD(value) (value)
#define STORE(value) (value)
#define TYPED(name) name##_f32
#include "elementwise.h"
#include "reductions.h"
#include "windows.h"
#include "optimization.h"
#include "accumulate.h"
#include "normalization.h"
#include "pooling.h"
#undef REAL
#undef STORED
#undef TYPED

#define REAL double
#define STORED double
#define TYPED(name) name##_f64
#include "elementwise.h"
#include "reductions.h"
#include "windows.h"
#include "optimization.h"
#include "accumulate.h"
#include "normalization.h"
#include "pooling.h"
#undef REAL
#undef STORED
#undef LOAD
#undef STORE
#undef TYPED

#define REAL float
#define STORED struct bf16
#define LOAD(value) from_bf16(value)
#define STORE(value) to_bf16(value)
#define TYPED(name) name##_bf16
#include "accumulate.h"
#include "normalization.h"
#include "pooling.h"
#undef REAL
#undef STORED
#undef LOAD
#undef STORE
#undef TYPED

#include "lanes.h"
#include "product_tiles.h"
#include "winograd_transforms.h"
#include "winograd_plan.h"
#include "winograd.h"
#include "weight_gradient.h"
#include "dispatch.h"
