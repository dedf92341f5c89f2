#ifndef SEMISUP_RANK_TASKS_H
#define SEMISUP_RANK_TASKS_H

#include "CMPI.h"
#include "mpi_library.h"

// How far a task has come. Only the thread of MPI calls what is declared here.

enum task_kind { TASK_GATHER, TASK_BROADCAST, TASK_SUM, TASK_UNORDERED_SUM };

struct rank_task {
    enum task_kind kind;
    int stage;
    bool is_done;
    struct rank_task *next;

    const void *own;
    void *all;
    size_t size, stride;
    int *sizes, *places;
    int root, parts, number;
    /// What messages hold in place of `all`, where they are of bf16.
    uint16_t *halves;
    mpi_handle request;
};

/// The job that tasks belong to.
struct rank_job {
    int own, count;
    mpi_handle communicator;
    uint64_t sent_bytes;
};

/// Goes on with `task` as far as it can without waiting. Returns the code of MPI, 0 for success.
int task_advance(struct rank_task *task, struct rank_job *job);

#endif
