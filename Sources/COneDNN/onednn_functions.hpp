#pragma once

// oneDNN's C interface as a table of functions found by name, so that nothing is linked.

#include <oneapi/dnnl/dnnl.h>

#include <string>

namespace onednn {

#define SEMISUP_ONEDNN_FUNCTIONS(use)                                                                                          \
    use(dnnl_version) use(dnnl_set_max_cpu_isa) use(dnnl_engine_create) use(dnnl_stream_create) use(dnnl_stream_wait)          \
    use(dnnl_memory_desc_init_by_strides) use(dnnl_memory_desc_init_by_tag) use(dnnl_memory_desc_equal)                        \
    use(dnnl_memory_desc_get_size) use(dnnl_memory_create) use(dnnl_memory_set_data_handle) use(dnnl_memory_destroy)           \
    use(dnnl_convolution_forward_desc_init) use(dnnl_convolution_backward_data_desc_init)                                      \
    use(dnnl_convolution_backward_weights_desc_init) use(dnnl_primitive_desc_create) use(dnnl_primitive_desc_query_md)         \
    use(dnnl_primitive_desc_destroy) use(dnnl_primitive_create) use(dnnl_primitive_execute) use(dnnl_primitive_destroy)        \
    use(dnnl_primitive_attr_create) use(dnnl_primitive_attr_destroy) use(dnnl_primitive_attr_set_scratchpad_mode)              \
    use(dnnl_reorder_primitive_desc_create)

struct functions {
#define SEMISUP_MEMBER(name) decltype(&::name) name = nullptr;
    SEMISUP_ONEDNN_FUNCTIONS(SEMISUP_MEMBER)
#undef SEMISUP_MEMBER
};

/// The table, filled by `open`.
extern functions api;

/// The engine and the stream of the CPU.
extern dnnl_engine_t engine;
extern dnnl_stream_t stream;

/// Returns the reason where it fails, else an empty text.
std::string open(const char *path, dnnl_cpu_isa_t instructions);

}  // namespace onednn
