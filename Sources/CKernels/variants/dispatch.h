// The entry points: each chooses the element type. Other types are a programmer's error above.

#define BY_TYPE(name, ...) (type == ELEMENT_F64 ? name##_f64(__VA_ARGS__) : name##_f32(__VA_ARGS__))
#define BY_STORED_TYPE(name, ...) (type == ELEMENT_BF16 ? name##_bf16(__VA_ARGS__) : BY_TYPE(name, __VA_ARGS__))

static void any_unary(enum unary_operation op, enum element_type type, struct extents e, struct array x, struct array y, double scalar) { BY_TYPE(unary, op, e, x, y, scalar); }
static void any_binary(enum binary_operation op, enum element_type type, struct extents e, struct array a, struct array b, struct array y) { BY_TYPE(binary, op, e, a, b, y); }
static void any_reduce(enum reduce_operation op, enum element_type type, struct extents e, struct array x, struct array y) { BY_TYPE(reduce, op, e, x, y); }
static void any_argmax(enum element_type type, int64_t rows, int64_t count, const void *x, int32_t *y) { BY_TYPE(argmax, rows, count, x, y); }
static void any_scatter_add_rows(enum element_type type, int64_t rows, int64_t count, const void *x, const int32_t *indices, void *y) { BY_TYPE(scatter_add_rows, rows, count, x, indices, y); }
static double any_sum_of_squares(enum element_type type, int64_t count, const void *x) { return BY_TYPE(sum_of_squares, count, x); }
static bool any_all_finite(enum element_type type, int64_t count, const void *x) { return BY_TYPE(all_finite, count, x); }
static void any_dropout_mask(enum element_type type, int64_t count, uint64_t key, double rate, void *y) { BY_TYPE(dropout_mask, count, key, rate, y); }
static void any_normal_values(enum element_type type, int64_t count, uint64_t key, double standard_deviation, void *y) { BY_TYPE(normal_values, count, key, standard_deviation, y); }
static void any_normalization_statistics(enum element_type type, const struct normalization *n) { BY_STORED_TYPE(normalization_statistics, n); }
static void any_normalization_apply(enum element_type type, const struct normalization *n) { BY_STORED_TYPE(normalization_apply, n); }
static void any_normalization_backward(enum element_type type, const struct normalization_gradient *g) { BY_STORED_TYPE(normalization_backward, g); }
static void any_unfold(enum element_type type, const struct window *w, int64_t first, int64_t count, const void *x, void *y) { BY_TYPE(unfold, w, first, count, x, y); }
static void any_fold(enum element_type type, const struct window *w, int64_t first, int64_t count, const void *y, void *x) { BY_TYPE(fold, w, first, count, y, x); }
static void any_max_pool(enum element_type type, const struct window *w, const void *x, void *y, int32_t *chosen) { BY_STORED_TYPE(max_pool, w, x, y, chosen); }
static void any_max_pool_backward(enum element_type type, const struct window *w, const void *dy, const int32_t *chosen, void *dx) { BY_STORED_TYPE(max_pool_backward, w, dy, chosen, dx); }
static void any_accumulate(enum element_type type, int64_t count, const void *x, void *y) { BY_STORED_TYPE(accumulate, count, x, y); }
static int64_t any_grouped_scratch(enum element_type type, enum convolution_pass pass, const struct convolution *g) { return BY_TYPE(grouped_scratch, pass, g); }
static void any_grouped_convolution(enum element_type type, enum convolution_pass pass, const struct convolution *g) { BY_TYPE(grouped_convolution, pass, g); }
static void any_adamw(enum element_type type, const struct adamw_step *s) { BY_TYPE(adamw, s); }
static void any_lars_sums(enum element_type type, const struct optimizer_step *s, double *weight, double *gradient) { BY_TYPE(lars_sums, s, weight, gradient); }
static void any_lars(enum element_type type, const struct optimizer_step *s) { BY_TYPE(lars, s); }
static void any_sgd(enum element_type type, const struct optimizer_step *s) { BY_TYPE(sgd, s); }
static void any_moving_average(enum element_type type, int64_t count, double decay, const void *x, void *y) { BY_TYPE(moving_average, count, decay, x, y); }

static void any_gather_rows(enum element_type type, int64_t rows, int64_t count, const void *x, const int32_t *indices, void *y) {
    const size_t width = (size_t)(count * element_width(type));
    for (int64_t row = 0; row < rows; row++) memcpy((char *)y + (size_t)row * width, (const char *)x + (size_t)indices[row] * width, width);
}

extern const struct tensor_kernels VARIANT(tensor_kernels);
const struct tensor_kernels VARIANT(tensor_kernels) = {
    .convert = convert,
    .gather_rows = any_gather_rows,
    .unary = any_unary,
    .binary = any_binary,
    .reduce = any_reduce,
    .argmax = any_argmax,
    .scatter_add_rows = any_scatter_add_rows,
    .sum_of_squares = any_sum_of_squares,
    .all_finite = any_all_finite,
    .dropout_mask = any_dropout_mask,
    .normal_values = any_normal_values,
    .normalization_statistics = any_normalization_statistics,
    .normalization_apply = any_normalization_apply,
    .normalization_backward = any_normalization_backward,
    .unfold = any_unfold,
    .fold = any_fold,
    .weight_gradient = weight_gradient,
    .grouped_scratch = any_grouped_scratch,
    .grouped_convolution = any_grouped_convolution,
    .winograd_scratch = winograd_scratch,
    .winograd_convolution = winograd_convolution,
    .temporal_scratch = temporal_scratch,
    .temporal_convolution = temporal_convolution,
    .max_pool = any_max_pool,
    .max_pool_backward = any_max_pool_backward,
    .accumulate = any_accumulate,
    .sgd = any_sgd,
    .adamw = any_adamw,
    .lars_sums = any_lars_sums,
    .lars = any_lars,
    .moving_average = any_moving_average,
    .nearest_scratch = nearest_scratch,
    .nearest = nearest,
    .row_distances = row_distances,
    .first_row_beyond = first_row_beyond,
    .row_products_scratch = row_products_scratch,
    .row_products = row_products,
    .column_products_scratch = column_products_scratch,
    .column_products = column_products,
};
