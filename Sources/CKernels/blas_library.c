#define _GNU_SOURCE
#include "blas_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { row_major = 101, not_transposed = 111, transposed = 112 };

typedef void (*sgemm_function)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void (*dgemm_function)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);

typedef void (*eigen_function)(
    const char *, const char *, const int *, double *, const int *, double *, double *, const int *, int *, const int *, int *, size_t, size_t);

static sgemm_function sgemm;
static dgemm_function dgemm;
static eigen_function dsyevd;
static void (*set_threads)(int);
static char *(*configuration)(void);
static char *(*core_name)(void);

bool blas_open(const char *path, const char *core_type, char *message, size_t capacity) {
    if (core_type) setenv("OPENBLAS_CORETYPE", core_type, 1);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, capacity, "%s", dlerror());
        return false;
    }
    *(void **)&sgemm = dlsym(library, "cblas_sgemm");
    *(void **)&dgemm = dlsym(library, "cblas_dgemm");
    *(void **)&dsyevd = dlsym(library, "dsyevd_");
    *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
    *(void **)&configuration = dlsym(library, "openblas_get_config");
    *(void **)&core_name = dlsym(library, "openblas_get_corename");
    if (sgemm && dgemm) return true;
    snprintf(message, capacity, "%s has no cblas_sgemm and cblas_dgemm", path);
    return false;
}

const char *blas_configuration(void) { return configuration ? configuration() : ""; }
const char *blas_core_name(void) { return core_name ? core_name() : ""; }

void blas_set_threads(int count) {
    if (set_threads) set_threads(count);
}

void blas_sgemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
                int ldb, float beta, float *c, int ldc) {
    sgemm(row_major, transpose_a ? transposed : not_transposed, transpose_b ? transposed : not_transposed, m, n, k, alpha, a, lda,
          b, ldb, beta, c, ldc);
}

void blas_dgemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
                int ldb, double beta, double *c, int ldc) {
    dgemm(row_major, transpose_a ? transposed : not_transposed, transpose_b ? transposed : not_transposed, m, n, k, alpha, a, lda,
          b, ldb, beta, c, ldc);
}

bool blas_eigenvectors(int n, double *matrix, double *values, int *failure) {
    if (!dsyevd) return false;
    // What LAPACK's documentation asks for where vectors are wanted.
    const int reals = 1 + 6 * n + 2 * n * n, integers = 3 + 5 * n;
    double *work = malloc((size_t)reals * sizeof(double));
    int *whole = malloc((size_t)integers * sizeof(int));
    *failure = -1;
    // The columns of Fortran's matrix are the rows of ours.
    if (work && whole) dsyevd("V", "U", &n, matrix, &n, values, work, &reals, whole, &integers, failure, 1, 1);
    free(work);
    free(whole);
    return true;
}
