#ifndef SEMISUP_COMPUTE_THREADS_H
#define SEMISUP_COMPUTE_THREADS_H

/// A pool for the kernels of this target, meant for one computing thread: a second caller at the same time works alone.

/// Sets the number of threads, the caller's included (at least 1). Call it while no kernel runs.
void compute_threads_set(int count);
int compute_threads_count(void);

/// Calls `body(context, part)` for every part in 0 ..< parts, on all threads, and returns when all are done.
/// Which thread runs a part is left open: a body must give the same result on any.
void parallel_for(int parts, void (*body)(void *context, int part), void *context);

#endif
