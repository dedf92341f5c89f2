#ifndef SEMISUP_CLUSTERING_KERNELS_H
#define SEMISUP_CLUSTERING_KERNELS_H

#include <stdint.h>

// Rows of features: f32 and row-major throughout, sums in double. The results do not depend on the number of threads.

/// Rows beside centroids.
struct nearest_rows {
    int64_t rows, columns, centroids;
    /// `[rows][columns]` and `[centroids][columns]`
    const float *x, *centroid;
    /// `[rows]`: gets the centroid that is nearest by squared distance, the lowest of those equally near
    int32_t *assignments;
    /// `[centroids][columns]`: gets the sum of the rows of each centroid; NULL where it is not wanted
    double *sums;
    void *scratch;
};

/// Squared distances of rows to centroids, one each.
struct row_distances {
    int64_t rows, columns;
    const float *x, *centroid;
    const int32_t *assignments;
    double *distances;
};

/// Every row beside every row of weights: y `[rows][outputs]` = x weights^T + bias.
struct row_products {
    int64_t rows, columns, outputs;
    const float *x, *weights, *bias;
    float *y;
    void *scratch;
};

/// How columns vary together, by their means over the rows.
struct column_products {
    int64_t rows, columns;
    const float *x;
    /// `[columns]`, and `[columns][columns]`: the sum of (x - mean)^T (x - mean)
    double *mean, *products;
    void *scratch;
};

#endif
