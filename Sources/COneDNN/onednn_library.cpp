#include "onednn_library.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)

#include <dlfcn.h>

#include <cstdio>

#include "onednn_functions.hpp"

namespace onednn {

functions api;
dnnl_engine_t engine;
dnnl_stream_t stream;
static std::string version;

std::string open(const char *path, dnnl_cpu_isa_t instructions) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
    functions found;
#define SEMISUP_FIND(name)                                                       \
    found.name = reinterpret_cast<decltype(found.name)>(dlsym(library, #name));  \
    if (!found.name) return std::string(path) + " has no " #name;
    SEMISUP_ONEDNN_FUNCTIONS(SEMISUP_FIND)
#undef SEMISUP_FIND
    const dnnl_version_t *v = found.dnnl_version();
    version = std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
    if (v->major != DNNL_VERSION_MAJOR || v->minor < DNNL_VERSION_MINOR)
        return std::string(path) + " is version " + version + ", but this was built for " + std::to_string(DNNL_VERSION_MAJOR) + "." +
               std::to_string(DNNL_VERSION_MINOR);
    found.dnnl_set_max_cpu_isa(instructions);
    if (found.dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) return "oneDNN offers no CPU engine";
    if (found.dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success) return "oneDNN offers no CPU stream";
    api = found;
    return "";
}

}  // namespace onednn

bool onednn_open(const char *path, enum onednn_instructions instructions, char *message, size_t capacity) {
    const dnnl_cpu_isa_t isa = instructions == ONEDNN_AVX512 ? dnnl_cpu_isa_all
                               : instructions == ONEDNN_AVX2 ? dnnl_cpu_isa_avx2
                                                             : dnnl_cpu_isa_sse41;
    const std::string reason = onednn::open(path, isa);
    std::snprintf(message, capacity, "%s", reason.c_str());
    return reason.empty();
}

const char *onednn_version_text(void) { return onednn::version.c_str(); }

#else

#include <cstdio>

bool onednn_open(const char *, enum onednn_instructions, char *message, size_t capacity) {
    std::snprintf(message, capacity, "built without oneDNN's headers (Debian: libdnnl-dev)");
    return false;
}

const char *onednn_version_text(void) { return ""; }
bool onednn_convolution_forward(const struct onednn_convolution *, const void *, const float *, void *) { return false; }
bool onednn_convolution_backward_data(const struct onednn_convolution *, const void *, const float *, void *) { return false; }
bool onednn_convolution_backward_weights(const struct onednn_convolution *, const void *, const void *, float *) { return false; }
const char *onednn_last_error(void) { return "built without oneDNN's headers"; }

#endif
