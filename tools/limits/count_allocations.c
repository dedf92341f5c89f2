// Counts how often a process asks for memory, of whatever kind, to be loaded before it (LD_PRELOAD): the count, Swift's objects and
// arrays among them, is the last line on standard error. tools/bench-against-peers divides it by the engine's calls of a step.

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Atomic long requests;

void *malloc(size_t size) {
    atomic_fetch_add_explicit(&requests, 1, memory_order_relaxed);
    return __libc_malloc(size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    atomic_fetch_add_explicit(&requests, 1, memory_order_relaxed);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    *result = aligned_alloc(alignment, size);
    return *result ? 0 : ENOMEM;
}

__attribute__((destructor)) static void report(void) { fprintf(stderr, "allocations %ld\n", requests); }
