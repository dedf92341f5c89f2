#ifndef SEMISUP_CMPI_H
#define SEMISUP_CMPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The processes of an Open MPI job. A thread of its own makes all calls of MPI: it goes on with what was begun while others compute,
// and listens for the heartbeats of the rank before this one.

/// Opens the library at `path`. On failure returns false with the reason in `message`.
bool ranks_open(const char *path, char *message, size_t capacity);

/// Joins the job, with the library that was opened. On failure returns false with the reason in `message`. May be called once.
bool ranks_join(char *message, size_t capacity);

/// This process among how many.
int ranks_own(void);
int ranks_count(void);

/// What the library that was opened says it is.
const char *ranks_library(void);

/// Something that was begun. It is done by all ranks together, which begin the same in the same order.
typedef struct rank_task rank_task;

/// `all[r]` becomes what rank r gives as `own`, of `sizes[r]` bytes.
rank_task *ranks_gather(const void *own, const size_t *sizes, void *all);

/// `bytes` becomes what it is on rank `root`.
rank_task *ranks_broadcast(void *bytes, size_t size, int root);

/// The sum of `count` numbers over the parts of all ranks, one part after the other: `total` becomes ((a + b) + c) + ..., whatever the
/// number of ranks. `own` holds the numbers of this rank's parts, from row to row `stride` numbers. `number` tells sums apart that are under
/// way together.
///
/// With `is_half` messages are of bf16: half as long, what they hold is rounded, and so is the total.
rank_task *ranks_sum(const float *own, int parts, size_t stride, size_t count, float *total, int number, bool is_half);

/// The same in an order that the library chooses; `own` is overwritten.
rank_task *ranks_sum_unordered(float *own, int parts, size_t count, float *total);

/// Waits for `task` and frees it. Returns false where the job has failed; see `ranks_failure`.
bool ranks_wait(rank_task *task);

/// The same for at most `seconds`; true where it is done by then, and freed.
bool ranks_wait_for(rank_task *task, double seconds);

/// Whether `task` is done.
bool ranks_is_done(rank_task *task);

/// Why the job has failed: the rank that no longer answers, or -1, and what MPI says.
int ranks_failed_rank(void);
const char *ranks_failure(void);

/// Bytes that sums have sent so far, and the seconds in which some were under way.
uint64_t ranks_sent_bytes(void);

/// Leaves the job, when all ranks do.
void ranks_leave(void);

/// Ends all processes of the job with `code`.
void ranks_abort(int code);

#endif
