#define _GNU_SOURCE
// Before the names are redirected.
#define MEDIA_LIBRARY_IMPLEMENTATION
#include "media_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "media_status.h"

struct media_library media_library;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool has_utilities, has_all;
static char problem[512];

#define VERSIONED_(name, major) "lib" name ".so." #major
#define VERSIONED(name, major) VERSIONED_(name, major)

static void *open_library(const char *file) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) snprintf(problem, sizeof problem, "%s", dlerror());
    return library;
}

static bool find(void *library, const char *name, void **function) {
    *function = dlsym(library, name);
    if (!*function) snprintf(problem, sizeof problem, "%s", dlerror());
    return *function != NULL;
}

#define FIND(name) && find(library, #name, (void **)&media_library.name)

static bool open_utilities(void) {
    if (has_utilities) return true;
    void *library = open_library(VERSIONED("avutil", LIBAVUTIL_VERSION_MAJOR));
    return has_utilities = library MEDIA_LIBRARY_UTILITIES(FIND);
}

static bool open_all(void) {
    if (has_all) return true;
    if (!open_utilities()) return false;
    void *library = open_library(VERSIONED("avcodec", LIBAVCODEC_VERSION_MAJOR));
    if (!(library MEDIA_LIBRARY_CODECS(FIND))) return false;
    library = open_library(VERSIONED("swresample", LIBSWRESAMPLE_VERSION_MAJOR));
    if (!(library MEDIA_LIBRARY_RESAMPLING(FIND))) return false;
    library = open_library(VERSIONED("avformat", LIBAVFORMAT_VERSION_MAJOR));
    return has_all = library MEDIA_LIBRARY_FORMATS(FIND);
}

bool media_library_open_utilities(void) {
    pthread_mutex_lock(&mutex);
    const bool opened = open_utilities();
    pthread_mutex_unlock(&mutex);
    return opened;
}

bool media_library_open(void) {
    pthread_mutex_lock(&mutex);
    const bool opened = open_all();
    pthread_mutex_unlock(&mutex);
    return opened;
}

const char *media_library_problem(void) { return problem; }
