#define _GNU_SOURCE
#include "CMPI.h"

#include "rank_tasks.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { heartbeat_tag = 1 };
/// Seconds between heartbeats, and after which a rank that sends none is given up.
static const double heartbeat_seconds = 1, patience_seconds = 15;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_came, task_ended;
static pthread_t thread;
// Guarded by the mutex.
static struct rank_task *waiting_first, *waiting_last;
static enum { JOINING, JOINED, LEAVING, LEFT, FAILED } state;
static int failed_rank = -1;
static char failure[512];
static uint64_t sent_bytes;
// The thread's own.
static struct rank_job job;
static char library[256];
static struct {
    mpi_handle sending, receiving;
    char sent, received;
    double last_sent, last_heard;
    bool is_receiving, is_sending;
} heart;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int fail(int code, int rank, const char *doing) {
    char text[256] = "";
    int length = 0;
    if (code) mpi.error_text(code, text, &length);
    pthread_mutex_lock(&mutex);
    if (state != FAILED) {
        state = FAILED;
        failed_rank = rank;
        snprintf(failure, sizeof failure, "%s%s%s", doing, code ? ": " : "", text);
    }
    pthread_cond_broadcast(&task_ended);
    pthread_mutex_unlock(&mutex);
    return code ? code : -1;
}

/// Tells the next rank that this one lives, and listens to the one before.
static int beat(void) {
    const int next = (job.own + 1) % job.count, before = (job.own + job.count - 1) % job.count;
    const double time = now();
    int code = 0, is_over = 0;
    if (!heart.is_receiving) {
        if ((code = mpi.receive(&heart.received, 1, mpi.bytes, before, heartbeat_tag, job.communicator, &heart.receiving))) return code;
        heart.is_receiving = true;
    }
    if ((code = mpi.test(&heart.receiving, &is_over, NULL))) return code;
    if (is_over) {
        heart.is_receiving = false;
        heart.last_heard = time;
    }
    if (heart.is_sending) {
        if ((code = mpi.test(&heart.sending, &is_over, NULL))) return code;
        if (is_over) heart.is_sending = false;
    }
    // Where this process itself was stopped, nobody else is to blame.
    if (time - heart.last_sent > patience_seconds / 2) heart.last_heard = time;
    if (!heart.is_sending && time - heart.last_sent >= heartbeat_seconds) {
        if ((code = mpi.send(&heart.sent, 1, mpi.bytes, next, heartbeat_tag, job.communicator, &heart.sending))) return code;
        heart.is_sending = true;
        heart.last_sent = time;
    }
    if (time - heart.last_heard > patience_seconds) return fail(0, before, "it has not answered for 15 seconds");
    return 0;
}

/// Begins new tasks and goes on with those that are under way; returns whether there are any.
static bool advance(struct rank_task **active) {
    pthread_mutex_lock(&mutex);
    struct rank_task **end = active;
    while (*end) end = &(*end)->next;
    *end = waiting_first;
    waiting_first = waiting_last = NULL;
    pthread_mutex_unlock(&mutex);
    struct rank_task **place = active;
    while (*place) {
        struct rank_task *task = *place;
        const bool was_done = task->is_done;
        const int code = task_advance(task, &job);
        if (code) {
            fail(code, -1, "MPI could not go on");
            return false;
        }
        if (task->is_done && !was_done) {
            *place = task->next;
            pthread_mutex_lock(&mutex);
            sent_bytes = job.sent_bytes;
            task->stage = -1;
            pthread_cond_broadcast(&task_ended);
            pthread_mutex_unlock(&mutex);
        } else {
            place = &task->next;
        }
    }
    return *active;
}

static bool join(char *message, size_t capacity) {
    int provided = 0;
    if (mpi.initialize(NULL, NULL, mpi_thread_funneled, &provided)) {
        snprintf(message, capacity, "MPI_Init_thread failed");
        return false;
    }
    mpi.set_error_handler(mpi.world, mpi.return_errors);
    if (mpi.duplicate(mpi.world, &job.communicator)) {
        snprintf(message, capacity, "MPI_Comm_dup failed");
        return false;
    }
    mpi.set_error_handler(job.communicator, mpi.return_errors);
    mpi.own_rank(job.communicator, &job.own);
    mpi.count(job.communicator, &job.count);
    heart.last_heard = heart.last_sent = now();
    return true;
}

/// Where all ranks part.
static struct {
    mpi_handle request;
    bool is_begun;
} parting;

/// Whether all ranks have come to where they part; MPI is over then. What is still under way is given up: a rank that fails leaves sums behind.
static bool has_parted(void) {
    int is_over = 0;
    if (!parting.is_begun && mpi.barrier(job.communicator, &parting.request)) return true;
    parting.is_begun = true;
    if (!mpi.test(&parting.request, &is_over, NULL) && !is_over) return false;
    mpi.finalize();
    return true;
}

static void wait_for_work(void) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&mutex);
    if (!waiting_first && state == JOINED) pthread_cond_timedwait(&work_came, &mutex, &until);
    pthread_mutex_unlock(&mutex);
}

struct joining {
    char *message;
    size_t capacity;
};

static void *run(void *argument) {
    struct joining *joining = argument;
    const bool has_joined = join(joining->message, joining->capacity);
    pthread_mutex_lock(&mutex);
    state = has_joined ? JOINED : FAILED;
    pthread_cond_broadcast(&task_ended);
    pthread_mutex_unlock(&mutex);
    struct rank_task *active = NULL;
    while (has_joined) {
        const bool is_busy = advance(&active);
        pthread_mutex_lock(&mutex);
        const int seen = state;
        pthread_mutex_unlock(&mutex);
        if (seen == FAILED) break;
        if (seen == LEAVING && has_parted()) {
            pthread_mutex_lock(&mutex);
            state = LEFT;
            pthread_cond_broadcast(&task_ended);
            pthread_mutex_unlock(&mutex);
            break;
        }
        if (job.count > 1) {
            const int code = beat();
            if (code > 0) fail(code, -1, "MPI could not go on");
        }
        if (seen == LEAVING) usleep(1000); else if (is_busy) usleep(50); else wait_for_work();
    }
    return NULL;
}

bool ranks_open(const char *path, char *message, size_t capacity) {
    int length = 0;
    return mpi_open(path, message, capacity) && !mpi.version(library, &length);
}

bool ranks_join(char *message, size_t capacity) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&work_came, &attributes);
    pthread_cond_init(&task_ended, &attributes);
    struct joining joining = {message, capacity};
    if (pthread_create(&thread, NULL, run, &joining)) {
        snprintf(message, capacity, "no thread could be started");
        return false;
    }
    pthread_mutex_lock(&mutex);
    while (state == JOINING) pthread_cond_wait(&task_ended, &mutex);
    const bool has_joined = state == JOINED;
    pthread_mutex_unlock(&mutex);
    return has_joined;
}

int ranks_own(void) { return job.own; }
int ranks_count(void) { return job.count; }
const char *ranks_library(void) { return library; }

static rank_task *begin_task(rank_task task) {
    rank_task *place = malloc(sizeof *place);
    if (!place) return NULL;
    *place = task;
    pthread_mutex_lock(&mutex);
    if (waiting_last) waiting_last->next = place; else waiting_first = place;
    waiting_last = place;
    pthread_cond_signal(&work_came);
    pthread_mutex_unlock(&mutex);
    return place;
}

rank_task *ranks_gather(const void *own, const size_t *sizes, void *all) {
    const int count = job.count;
    int *numbers = malloc(2 * (size_t)count * sizeof(int)), *places = numbers + count, place = 0;
    if (!numbers) return NULL;
    for (int rank = 0; rank < count; rank++) {
        numbers[rank] = (int)sizes[rank];
        places[rank] = place;
        place += numbers[rank];
    }
    return begin_task((rank_task){.kind = TASK_GATHER, .own = own, .all = all, .sizes = numbers, .places = places});
}

rank_task *ranks_broadcast(void *bytes, size_t size, int root) {
    return begin_task((rank_task){.kind = TASK_BROADCAST, .all = bytes, .size = size, .root = root});
}

rank_task *ranks_sum(const float *own, int parts, size_t stride, size_t count, float *total, int number, bool is_half) {
    uint16_t *halves = is_half ? malloc(count * sizeof *halves) : NULL;
    if (is_half && !halves) return NULL;
    return begin_task((rank_task){
        .kind = TASK_SUM,
        .own = own,
        .all = total,
        .size = count * sizeof(float),
        .stride = stride,
        .parts = parts,
        .number = number,
        .halves = halves});
}

rank_task *ranks_sum_unordered(float *own, int parts, size_t count, float *total) {
    return begin_task((rank_task){
        .kind = TASK_UNORDERED_SUM, .own = own, .all = total, .size = count * sizeof(float), .parts = parts});
}

bool ranks_is_done(rank_task *task) {
    pthread_mutex_lock(&mutex);
    const bool is_done = task->stage == -1;
    pthread_mutex_unlock(&mutex);
    return is_done;
}

bool ranks_wait(rank_task *task) { return ranks_wait_for(task, 1e9); }

bool ranks_wait_for(rank_task *task, double seconds) {
    if (!task) return false;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    int code = 0;
    pthread_mutex_lock(&mutex);
    while (task->stage != -1 && state != FAILED && !code) code = pthread_cond_timedwait(&task_ended, &mutex, &until);
    const bool is_done = task->stage == -1;
    pthread_mutex_unlock(&mutex);
    // A task that was not done may still be read from or written to: the process is about to end.
    if (is_done) {
        free(task->sizes);
        free(task->halves);
        free(task);
    }
    return is_done;
}

int ranks_failed_rank(void) {
    pthread_mutex_lock(&mutex);
    const int rank = failed_rank;
    pthread_mutex_unlock(&mutex);
    return rank;
}

const char *ranks_failure(void) { return failure; }

uint64_t ranks_sent_bytes(void) {
    pthread_mutex_lock(&mutex);
    const uint64_t bytes = sent_bytes;
    pthread_mutex_unlock(&mutex);
    return bytes;
}

void ranks_leave(void) {
    pthread_mutex_lock(&mutex);
    if (state == JOINED) state = LEAVING;
    pthread_cond_signal(&work_came);
    while (state == LEAVING) pthread_cond_wait(&task_ended, &mutex);
    pthread_mutex_unlock(&mutex);
}

void ranks_abort(int code) { mpi.abort(mpi.world, code); }
