#include "rank_tasks.h"

#include <string.h>

// A sum goes through the ranks in order, each of which adds its parts, and comes back the same way: as many bytes in all as a ring
// needs, and an order of addition that does not know where one rank ends and the next begins.
enum sum_stage { SUM_BEGIN, SUM_RECEIVING, SUM_SENDING, SUM_TOTAL_COMING, SUM_TOTAL_GOING, SUM_END };
enum { first_sum_tag = 16 };

static void add(float *total, const float *row, size_t count) {
    for (size_t i = 0; i < count; i++) total[i] += row[i];
}

/// Adds this rank's parts to what the ranks before came to, or begins with them.
static void add_parts(struct rank_task *task, bool is_first) {
    const size_t count = task->size / sizeof(float);
    const float *rows = task->own;
    float *total = task->all;
    for (int part = 0; part < task->parts; part++) {
        const float *row = rows + (size_t)part * task->stride;
        if (is_first && part == 0) {
            for (size_t i = 0; i < count; i++) total[i] = row[i];
        } else {
            add(total, row, count);
        }
    }
}

static uint16_t half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    // NaN stays one; else to the nearest, of two the even one.
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void to_halves(struct rank_task *task) {
    const float *total = task->all;
    for (size_t i = 0; i < task->size / sizeof(float); i++) task->halves[i] = half(total[i]);
}

static void from_halves(struct rank_task *task) {
    float *total = task->all;
    for (size_t i = 0; i < task->size / sizeof(float); i++) {
        const uint32_t bits = (uint32_t)task->halves[i] << 16;
        memcpy(&total[i], &bits, sizeof bits);
    }
}

static void *message(struct rank_task *task) { return task->halves ? task->halves : task->all; }
static size_t message_size(struct rank_task *task) { return task->halves ? task->size / 2 : task->size; }

static int sum_send(struct rank_task *task, struct rank_job *job, int to, int tag) {
    job->sent_bytes += message_size(task);
    return mpi.send(message(task), (int)message_size(task), mpi.bytes, to, tag, job->communicator, &task->request);
}

static int sum_receive(struct rank_task *task, struct rank_job *job, int from, int tag) {
    return mpi.receive(message(task), (int)message_size(task), mpi.bytes, from, tag, job->communicator, &task->request);
}

/// Begins what comes after `task->stage`, which is over.
static int sum_next(struct rank_task *task, struct rank_job *job) {
    const bool is_first = job->own == 0, is_last = job->own == job->count - 1;
    const int up = first_sum_tag + 2 * task->number, down = up + 1;
    switch (task->stage) {
    case SUM_BEGIN:
        if (!is_first) {
            task->stage = SUM_RECEIVING;
            return sum_receive(task, job, job->own - 1, up);
        }
        // fall through
    case SUM_RECEIVING:
        if (task->halves && !is_first) from_halves(task);
        add_parts(task, is_first);
        if (task->halves) to_halves(task);
        if (!is_last) {
            task->stage = SUM_SENDING;
            return sum_send(task, job, job->own + 1, up);
        }
        // fall through
    case SUM_SENDING:
        if (!is_last) {
            task->stage = SUM_TOTAL_COMING;
            return sum_receive(task, job, job->own + 1, down);
        }
        // fall through
    case SUM_TOTAL_COMING:
        if (!is_first) {
            task->stage = SUM_TOTAL_GOING;
            return sum_send(task, job, job->own - 1, down);
        }
        // fall through
    default:
        if (task->halves) from_halves(task);
        task->stage = SUM_END;
        return 0;
    }
}

static int sum_advance(struct rank_task *task, struct rank_job *job) {
    while (task->stage != SUM_END) {
        int is_over = 1, code = 0;
        if (task->stage != SUM_BEGIN) code = mpi.test(&task->request, &is_over, NULL);
        if (code || !is_over) return code;
        if ((code = sum_next(task, job))) return code;
    }
    task->is_done = true;
    return 0;
}

/// Adds this rank's parts to the first of them, for MPI to add the rest.
static void add_parts_in_place(struct rank_task *task) {
    const size_t count = task->size / sizeof(float);
    float *rows = (float *)task->own;
    for (int part = 1; part < task->parts; part++) add(rows, rows + (size_t)part * count, count);
}

static int begin(struct rank_task *task, struct rank_job *job) {
    switch (task->kind) {
    case TASK_GATHER:
        return mpi.gather(task->own, task->sizes[job->own], mpi.bytes, task->all, task->sizes, task->places, mpi.bytes,
                          job->communicator, &task->request);
    case TASK_BROADCAST:
        return mpi.broadcast(task->all, (int)task->size, mpi.bytes, task->root, job->communicator, &task->request);
    default:
        add_parts_in_place(task);
        job->sent_bytes += 2 * task->size * (size_t)(job->count - 1) / (size_t)job->count;
        return mpi.all_reduce(task->own, task->all, (int)(task->size / sizeof(float)), mpi.floats, mpi.sum, job->communicator,
                              &task->request);
    }
}

int task_advance(struct rank_task *task, struct rank_job *job) {
    if (task->kind == TASK_SUM) return sum_advance(task, job);
    int code = 0, is_over = 0;
    if (task->stage == 0) {
        task->stage = 1;
        if ((code = begin(task, job))) return code;
    }
    if ((code = mpi.test(&task->request, &is_over, NULL))) return code;
    task->is_done = is_over;
    return 0;
}
