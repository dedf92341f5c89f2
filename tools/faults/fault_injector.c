// Makes one file operation of a process fail: loaded before libc (LD_PRELOAD), told by the environment what to do.
//
//   SEMISUP_FAULT=KIND:K    the K-th operation, from 1, on files whose path contains SEMISUP_FAULT_PATH
//   SEMISUP_FAULT=hang:K    the K-th opening of such a file for reading does not come to an end
//   SEMISUP_FAULT=crash:K   ... is the end of the process, as a decoder's mistake would be
//   SEMISUP_FAULT_COUNT=F   writes the number of operations into the file F at the end
//
// Operations are: open for writing, write, ftruncate, fsync, rename, link, mkdir, unlink. Kinds: `full` and `readonly` make the K-th and
// everything after it fail with ENOSPC or EROFS, `gone` with ENOENT, `io` makes the K-th fail with EIO, `short` makes the K-th, if it
// is a write, end after half of its bytes, `kill` ends the process in its place.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { most_descriptors = 4096 };

static atomic_long operations, readings;
static atomic_bool watched[most_descriptors];
static const char *wanted_path, *kind;
static long wanted;

__attribute__((constructor)) static void begin(void) {
    static char fault[64];
    wanted_path = getenv("SEMISUP_FAULT_PATH");
    snprintf(fault, sizeof fault, "%s", getenv("SEMISUP_FAULT") ? getenv("SEMISUP_FAULT") : "none:0");
    char *colon = strchr(fault, ':');
    if (!colon) return;
    *colon = 0;
    kind = fault;
    wanted = atol(colon + 1);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("SEMISUP_FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&operations));
    fclose(file);
}

static bool is_wanted(const char *path) { return wanted_path && path && strstr(path, wanted_path); }

static bool is_kind(const char *name) { return kind && strcmp(kind, name) == 0; }

/// Counts an operation. Returns the error that it is to fail with, or 0; `is_short` tells that it is to end early.
static int fault(bool is_write, bool *is_short) {
    const long number = atomic_fetch_add(&operations, 1) + 1;
    *is_short = false;
    if (!wanted || number < wanted) return 0;
    if (is_kind("full")) return ENOSPC;
    if (is_kind("readonly")) return EROFS;
    if (is_kind("gone")) return ENOENT;
    if (number > wanted) return 0;
    if (is_kind("io")) return EIO;
    if (is_kind("kill")) kill(getpid(), SIGKILL);
    *is_short = is_write && is_kind("short");
    return 0;
}

static bool fails(void) {
    bool is_short;
    const int code = fault(false, &is_short);
    if (code) errno = code;
    return code != 0;
}

static void hang_or_crash_if_wanted(void) {
    const bool hangs = is_kind("hang");
    if ((!hangs && !is_kind("crash")) || atomic_fetch_add(&readings, 1) + 1 != wanted) return;
    while (hangs) pause();
    volatile int *volatile nowhere = NULL;
    *nowhere = 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int note(int descriptor, bool is_watched) {
    if (descriptor >= 0 && descriptor < most_descriptors) atomic_store(&watched[descriptor], is_watched);
    return descriptor;
}

#define OPEN(name)                                                                                     \
    int name(const char *path, int flags, ...) {                                                       \
        va_list list;                                                                                  \
        va_start(list, flags);                                                                         \
        const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;                  \
        va_end(list);                                                                                  \
        const bool counts = is_wanted(path), writes = (flags & O_ACCMODE) != O_RDONLY;                 \
        if (counts && !writes) hang_or_crash_if_wanted();                                              \
        if (counts && writes && fails()) return -1;                                                    \
        return note(REAL(name)(path, flags, mode), counts);                                            \
    }
OPEN(open)
OPEN(open64)

int close(int descriptor) {
    note(descriptor, false);
    return REAL(close)(descriptor);
}

static bool is_watched(int descriptor) {
    return descriptor >= 0 && descriptor < most_descriptors && atomic_load(&watched[descriptor]);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (is_watched(descriptor)) {
        bool is_short;
        const int code = fault(true, &is_short);
        if (code) return errno = code, -1;
        if (is_short && count > 1) count /= 2;
    }
    return REAL(write)(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (is_watched(descriptor)) {
        bool is_short;
        const int code = fault(true, &is_short);
        if (code) return errno = code, -1;
        if (is_short && count > 1) count /= 2;
    }
    return REAL(pwrite)(descriptor, bytes, count, offset);
}

int fsync(int descriptor) { return is_watched(descriptor) && fails() ? -1 : REAL(fsync)(descriptor); }
int ftruncate(int descriptor, off_t length) {
    return is_watched(descriptor) && fails() ? -1 : REAL(ftruncate)(descriptor, length);
}
int rename(const char *from, const char *to) { return is_wanted(to) && fails() ? -1 : REAL(rename)(from, to); }
int link(const char *from, const char *to) { return is_wanted(to) && fails() ? -1 : REAL(link)(from, to); }
int mkdir(const char *path, mode_t mode) { return is_wanted(path) && fails() ? -1 : REAL(mkdir)(path, mode); }
int unlink(const char *path) { return is_wanted(path) && fails() ? -1 : REAL(unlink)(path); }
