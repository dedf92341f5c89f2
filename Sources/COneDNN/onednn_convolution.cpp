#include "onednn_library.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <tuple>

#include "onednn_functions.hpp"

namespace {

using onednn::api;

std::string last_error;

struct failure {
    dnnl_status_t status;
    const char *call;
};

void check(dnnl_status_t status, const char *call) {
    if (status != dnnl_success) throw failure{status, call};
}
#define CHECK(function, ...) check(api.function(__VA_ARGS__), #function)

/// Aligned memory that grows to the largest request and is used by one primitive at a time.
class workspace {
   public:
    ~workspace() { std::free(bytes); }
    void *reserve(size_t count) {
        if (count > capacity) {
            std::free(bytes);
            capacity = 0;
            const size_t wanted = (count + 4095) / 4096 * 4096;
            bytes = std::aligned_alloc(4096, wanted);
            if (!bytes) throw failure{dnnl_out_of_memory, "aligned_alloc"};
            capacity = wanted;
        }
        return bytes;
    }

   private:
    void *bytes = nullptr;
    size_t capacity = 0;
};

workspace scratch, reordered;

/// A memory object whose data is named at each execution.
class memory {
   public:
    explicit memory(const dnnl_memory_desc_t &description) : description(description) {
        CHECK(dnnl_memory_create, &handle, &description, onednn::engine, DNNL_MEMORY_NONE);
    }
    memory(const memory &) = delete;
    ~memory() { api.dnnl_memory_destroy(handle); }
    dnnl_memory_t at(const void *data) const {
        CHECK(dnnl_memory_set_data_handle, handle, const_cast<void *>(data));
        return handle;
    }
    size_t size() const { return api.dnnl_memory_desc_get_size(&description); }
    const dnnl_memory_desc_t description;

   private:
    dnnl_memory_t handle = nullptr;
};

/// A primitive with its scratch pad in the shared workspace.
class primitive {
   public:
    explicit primitive(dnnl_primitive_desc_t description) {
        CHECK(dnnl_primitive_create, &handle, description);
        scratchpad = std::make_unique<memory>(*api.dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0));
    }
    primitive(const primitive &) = delete;
    ~primitive() { api.dnnl_primitive_destroy(handle); }
    void execute(std::array<dnnl_exec_arg_t, 3> arguments, int count) const {
        dnnl_exec_arg_t all[4] = {arguments[0], arguments[1], arguments[2], {}};
        const size_t size = scratchpad->size();
        if (size > 0) all[count++] = {DNNL_ARG_SCRATCHPAD, scratchpad->at(scratch.reserve(size))};
        CHECK(dnnl_primitive_execute, handle, onednn::stream, count, all);
        CHECK(dnnl_stream_wait, onednn::stream);
    }

   private:
    dnnl_primitive_t handle = nullptr;
    std::unique_ptr<memory> scratchpad;
};

class attributes {
   public:
    attributes() {
        CHECK(dnnl_primitive_attr_create, &handle);
        CHECK(dnnl_primitive_attr_set_scratchpad_mode, handle, dnnl_scratchpad_mode_user);
    }
    ~attributes() { api.dnnl_primitive_attr_destroy(handle); }
    dnnl_primitive_attr_t handle = nullptr;
};

struct owned_description {
    ~owned_description() { api.dnnl_primitive_desc_destroy(handle); }
    dnnl_primitive_desc_t handle = nullptr;
};

std::unique_ptr<primitive> make_reorder(const dnnl_memory_desc_t &from, const dnnl_memory_desc_t &to, const attributes &attributes) {
    if (api.dnnl_memory_desc_equal(&from, &to)) return nullptr;
    owned_description description;
    CHECK(dnnl_reorder_primitive_desc_create, &description.handle, &from, onednn::engine, &to, onednn::engine, attributes.handle);
    return std::make_unique<primitive>(description.handle);
}

enum class direction { forward, backward_data, backward_weights };

/// One convolution in one direction; weights go through the library's own layout where that differs from ours.
class convolution {
   public:
    convolution(const onednn_convolution &s, direction direction) {
        const dnnl_data_type_t held = s.is_bf16 ? dnnl_bf16 : dnnl_f32;
        const bool gives_weights = direction == direction::backward_weights;
        const attributes attributes;
        const dnnl_dims_t x_dims = {s.batch, s.in_channels, s.input[0], s.input[1], s.input[2]};
        const dnnl_dims_t y_dims = {s.batch, s.out_channels, s.output[0], s.output[1], s.output[2]};
        const dnnl_dims_t w_dims = {s.out_channels, s.in_channels, s.kernel[0], s.kernel[1], s.kernel[2]};
        const int64_t taps = s.kernel[0] * s.kernel[1] * s.kernel[2];
        const dnnl_dims_t w_strides = {taps * s.in_channels, 1, s.kernel[1] * s.kernel[2] * s.in_channels,
                                       s.kernel[2] * s.in_channels, s.in_channels};
        dnnl_memory_desc_t x_desc, y_desc, w_ours, w_any, dw_any;
        CHECK(dnnl_memory_desc_init_by_tag, &x_desc, 5, x_dims, held, dnnl_ndhwc);
        CHECK(dnnl_memory_desc_init_by_tag, &y_desc, 5, y_dims, held, dnnl_ndhwc);
        CHECK(dnnl_memory_desc_init_by_strides, &w_ours, 5, w_dims, dnnl_f32, w_strides);
        CHECK(dnnl_memory_desc_init_by_tag, &w_any, 5, w_dims, held, dnnl_format_tag_any);
        CHECK(dnnl_memory_desc_init_by_tag, &dw_any, 5, w_dims, dnnl_f32, dnnl_format_tag_any);

        dnnl_convolution_desc_t operation;
        const dnnl_dim_t *stride = s.stride, *padding = s.padding;
        CHECK(dnnl_convolution_forward_desc_init, &operation, dnnl_forward_training, dnnl_convolution_direct, &x_desc, &w_any, nullptr,
              &y_desc, stride, padding, padding);
        owned_description forward, description;
        CHECK(dnnl_primitive_desc_create, &forward.handle, &operation, attributes.handle, onednn::engine, nullptr);
        if (direction == direction::backward_data) {
            CHECK(dnnl_convolution_backward_data_desc_init, &operation, dnnl_convolution_direct, &x_desc, &w_any, &y_desc, stride,
                  padding, padding);
        } else if (gives_weights) {
            CHECK(dnnl_convolution_backward_weights_desc_init, &operation, dnnl_convolution_direct, &x_desc, &dw_any, nullptr, &y_desc,
                  stride, padding, padding);
        }
        CHECK(dnnl_primitive_desc_create, &description.handle, &operation, attributes.handle, onednn::engine, forward.handle);
        const dnnl_query_t weights = gives_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
        const dnnl_memory_desc_t w_theirs = *api.dnnl_primitive_desc_query_md(description.handle, weights, 0);
        work = std::make_unique<primitive>(description.handle);
        x = std::make_unique<memory>(x_desc);
        y = std::make_unique<memory>(y_desc);
        ours = std::make_unique<memory>(w_ours);
        theirs = std::make_unique<memory>(w_theirs);
        reorder = gives_weights ? make_reorder(w_theirs, w_ours, attributes)
                                : make_reorder(w_ours, w_theirs, attributes);
    }

    void forward(const void *x_data, const float *weights, void *y_data) const {
        work->execute({{{DNNL_ARG_SRC, x->at(x_data)}, {DNNL_ARG_WEIGHTS, prepared(weights)}, {DNNL_ARG_DST, y->at(y_data)}}}, 3);
    }

    void backward_data(const void *dy, const float *weights, void *dx) const {
        work->execute({{{DNNL_ARG_DIFF_DST, y->at(dy)}, {DNNL_ARG_WEIGHTS, prepared(weights)}, {DNNL_ARG_DIFF_SRC, x->at(dx)}}}, 3);
    }

    void backward_weights(const void *x_data, const void *dy, float *dweights) const {
        const void *target = reorder ? reordered.reserve(theirs->size()) : dweights;
        work->execute({{{DNNL_ARG_SRC, x->at(x_data)}, {DNNL_ARG_DIFF_DST, y->at(dy)}, {DNNL_ARG_DIFF_WEIGHTS, theirs->at(target)}}}, 3);
        if (reorder) reorder->execute({{{DNNL_ARG_FROM, theirs->at(target)}, {DNNL_ARG_TO, ours->at(dweights)}, {}}}, 2);
    }

   private:
    dnnl_memory_t prepared(const float *weights) const {
        if (!reorder) return theirs->at(weights);
        void *target = reordered.reserve(theirs->size());
        reorder->execute({{{DNNL_ARG_FROM, ours->at(weights)}, {DNNL_ARG_TO, theirs->at(target)}, {}}}, 2);
        return theirs->at(target);
    }

    std::unique_ptr<memory> x, y, ours, theirs;
    std::unique_ptr<primitive> work, reorder;
};

const convolution &cached(const onednn_convolution &s, direction direction) {
    using cache_key = std::array<int64_t, 20>;
    static std::map<cache_key, std::unique_ptr<convolution>> cache;
    cache_key key = {static_cast<int64_t>(direction), s.batch, s.in_channels, s.out_channels};
    key[19] = s.is_bf16;
    for (int i = 0; i < 3; i++) {
        key[4 + i] = s.input[i];
        key[7 + i] = s.output[i];
        key[10 + i] = s.kernel[i];
        key[13 + i] = s.stride[i];
        key[16 + i] = s.padding[i];
    }
    auto &entry = cache[key];
    if (!entry) entry = std::make_unique<convolution>(s, direction);
    return *entry;
}

template <typename Body>
bool guarded(Body body) {
    try {
        body();
        return true;
    } catch (const failure &f) {
        last_error = std::string(f.call) + ": oneDNN status " + std::to_string(static_cast<int>(f.status));
    } catch (const std::exception &e) {
        last_error = e.what();
    }
    return false;
}

}  // namespace

bool onednn_convolution_forward(const struct onednn_convolution *shape, const void *x, const float *weights, void *y) {
    return guarded([&] { cached(*shape, direction::forward).forward(x, weights, y); });
}

bool onednn_convolution_backward_data(const struct onednn_convolution *shape, const void *dy, const float *weights, void *dx) {
    return guarded([&] { cached(*shape, direction::backward_data).backward_data(dy, weights, dx); });
}

bool onednn_convolution_backward_weights(const struct onednn_convolution *shape, const void *x, const void *dy, float *dweights) {
    return guarded([&] { cached(*shape, direction::backward_weights).backward_weights(x, dy, dweights); });
}

const char *onednn_last_error(void) { return last_error.c_str(); }

#endif
