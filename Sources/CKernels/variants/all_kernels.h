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

#define REAL float
#define TYPED(name) name##_f32
#include "elementwise.h"
#include "reductions.h"
#include "normalization.h"
#include "windows.h"
#include "grouped_convolution.h"
#include "optimization.h"
#undef REAL
#undef TYPED

#define REAL double
#define TYPED(name) name##_f64
#include "elementwise.h"
#include "reductions.h"
#include "normalization.h"
#include "windows.h"
#include "grouped_convolution.h"
#include "optimization.h"
#undef REAL
#undef TYPED

#include "weight_gradient.h"
#include "dispatch.h"
