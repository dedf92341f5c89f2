#ifndef SEMISUP_BLAS_LIBRARY_H
#define SEMISUP_BLAS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/// Opens a CBLAS library at `path`. `core_type` pins OpenBLAS's kernel set (it is read when the library is opened).
/// On failure returns false with the reason in `message`. May be called once.
bool blas_open(const char *path, const char *core_type, char *message, size_t capacity);

/// The library's own description of itself and of the kernels it chose; empty where it is not OpenBLAS.
const char *blas_configuration(void);
const char *blas_core_name(void);
void blas_set_threads(int count);

/// c[m, n] = alpha op(a) op(b) + beta c, row-major, `lda`, `ldb`, `ldc` elements from row to row.
void blas_sgemm(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
                int ldb, float beta, float *c, int ldc);
void blas_dgemm(bool transpose_a, bool transpose_b, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
                int ldb, double beta, double *c, int ldc);

/// The eigenvalues, ascending, of a symmetric matrix `[n, n]`, and over it their unit eigenvectors as rows. Returns false where the
/// library has no LAPACK. `failure` gets 0, or a number where they were not found.
bool blas_eigenvectors(int n, double *matrix, double *values, int *failure);

#endif
