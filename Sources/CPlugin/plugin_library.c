#define _GNU_SOURCE
#include "CPlugin.h"

#include <dlfcn.h>
#include <stddef.h>

void *plugin_library_open(const char *path, const char **problem) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    *problem = library ? NULL : dlerror();
    return library;
}

void *plugin_library_symbol(void *library, const char *name) { return dlsym(library, name); }

void plugin_library_enter(void *address) {
    void (*entry)(void) = (void (*)(void))address;
    entry();
}

const char *plugin_library_of(const void *address) {
    Dl_info info;
    return dladdr(address, &info) ? info.dli_fname : NULL;
}
