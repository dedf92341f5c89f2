#include "compute_threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define relax() _mm_pause()
#else
#define relax() ((void)0)
#endif

enum { maximum_threads = 256, spins_before_sleep = 2000 };

// A job is published by raising `generation`; whoever joins takes parts from `next` until none is left. A worker that
// wakes after the job was closed has nothing to do, and nobody waits for it.
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t threads[maximum_threads];
    int workers;
    bool stopping;
    bool open;
    _Atomic unsigned generation;
    void (*body)(void *, int);
    void *context;
    int parts;
    _Atomic int next;
    _Atomic int joined;
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static void run_parts(void) {
    for (int part; (part = atomic_fetch_add(&pool.next, 1)) < pool.parts;) pool.body(pool.context, part);
}

static void *work(void *unused) {
    (void)unused;
    unsigned seen = 0;
    for (;;) {
        for (int spin = 0; spin < spins_before_sleep && atomic_load(&pool.generation) == seen; spin++) relax();
        pthread_mutex_lock(&pool.mutex);
        while (atomic_load(&pool.generation) == seen && !pool.stopping) pthread_cond_wait(&pool.wake, &pool.mutex);
        seen = atomic_load(&pool.generation);
        bool stopping = pool.stopping, joins = pool.open;
        if (joins) atomic_fetch_add(&pool.joined, 1);
        pthread_mutex_unlock(&pool.mutex);
        if (stopping) return NULL;
        if (joins) {
            run_parts();
            atomic_fetch_sub(&pool.joined, 1);
        }
    }
}

static void stop_workers(void) {
    pthread_mutex_lock(&pool.mutex);
    pool.stopping = true;
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.mutex);
    for (int i = 0; i < pool.workers; i++) pthread_join(pool.threads[i], NULL);
    pool.workers = 0;
    pool.stopping = false;
    atomic_store(&pool.generation, 0);
}

void compute_threads_set(int count) {
    if (count < 1) count = 1;
    if (count > maximum_threads) count = maximum_threads;
    if (count == pool.workers + 1) return;
    stop_workers();
    while (pool.workers < count - 1 && pthread_create(&pool.threads[pool.workers], NULL, work, NULL) == 0) pool.workers++;
}

int compute_threads_count(void) { return pool.workers + 1; }

static void run_alone(int parts, void (*body)(void *, int), void *context) {
    for (int part = 0; part < parts; part++) body(context, part);
}

void parallel_for(int parts, void (*body)(void *, int), void *context) {
    // Another thread's job leaves the pool busy: the caller then works alone, with the same result.
    static pthread_mutex_t one_job = PTHREAD_MUTEX_INITIALIZER;
    if (parts <= 1 || pool.workers == 0 || pthread_mutex_trylock(&one_job) != 0) {
        run_alone(parts, body, context);
        return;
    }
    pthread_mutex_lock(&pool.mutex);
    pool.body = body;
    pool.context = context;
    pool.parts = parts;
    atomic_store(&pool.next, 0);
    pool.open = true;
    atomic_fetch_add(&pool.generation, 1);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.mutex);
    run_parts();
    pthread_mutex_lock(&pool.mutex);
    pool.open = false;
    pthread_mutex_unlock(&pool.mutex);
    while (atomic_load(&pool.joined) > 0) relax();
    pthread_mutex_unlock(&one_job);
}
