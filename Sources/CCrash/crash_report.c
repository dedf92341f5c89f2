#define _GNU_SOURCE
#include "CCrash.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { most_bytes = 1000 };

static char text[most_bytes + 1];
static volatile sig_atomic_t is_armed, code;
static atomic_long current_step = -1;
static _Thread_local char reading[most_bytes + 1];
static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
static pthread_t watched;
static struct sigaction before[sizeof crashes / sizeof *crashes];

/// Nothing is told where nobody reads: a full pipe would hold the process.
static void tell(const char *words) {
    struct pollfd state = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&state, 1, 1000) == 0) return;
    const ssize_t ignored = write(STDERR_FILENO, words, strlen(words));
    (void)ignored;
}

static void tell_number(long number) {
    char digits[24], *first = digits + sizeof digits - 1;
    *first = 0;
    do *--first = (char)('0' + number % 10);
    while (number /= 10);
    tell(first);
}

/// Only calls that a signal handler may make. Without a code of its own the crash goes on to whoever was there before (Swift's
/// backtrace).
static void report(int number) {
    if (reading[0]) {
        tell("error: a thread crashed that was reading ");
        tell(reading);
        tell(":\n");
    } else if (!pthread_equal(pthread_self(), watched)) {
        tell("error: a thread beside the computing one crashed:\n");
    }
    tell(text);
    const long step = atomic_load(&current_step);
    if (step >= 0) {
        tell("; it was at step ");
        tell_number(step);
    }
    tell("\n");
    if (code > 0) _exit(code);
    for (unsigned i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &before[i], NULL);
    raise(number);
}

static void copy(char *to, const char *from) {
    const size_t length = strnlen(from, most_bytes);
    memcpy(to, from, length);
    to[length] = 0;
}

void crash_message(const char *message, int exit_code) {
    const int count = (int)(sizeof crashes / sizeof *crashes);
    const bool was_armed = is_armed;
    is_armed = message != NULL;
    if (!message) {
        for (int i = 0; was_armed && i < count; i++) sigaction(crashes[i], &before[i], NULL);
        return;
    }
    copy(text, message);
    code = exit_code;
    watched = pthread_self();
    for (int i = 0; !was_armed && i < count; i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = report;
        action.sa_flags = SA_ONSTACK | SA_NODEFER;
        sigemptyset(&action.sa_mask);
        sigaction(crashes[i], &action, &before[i]);
    }
}

void crash_step(long step) { atomic_store(&current_step, step); }

void crash_reading(const char *path) { copy(reading, path); }
