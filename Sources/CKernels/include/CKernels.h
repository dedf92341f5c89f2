// Everything that the module CKernels offers.
#include "blas_library.h"
#include "compute_threads.h"
#include "image_kernels.h"
#include "kernel_set.h"
#include "motion_render.h"
#include "tensor_kernels.h"
#include "vector_kernels.h"
