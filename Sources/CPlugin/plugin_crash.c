#define _GNU_SOURCE
#include "CPlugin.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static char text[1002];
static volatile sig_atomic_t text_length, code;
static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
static const char elsewhere[] = "error: a thread beside the computing one crashed, perhaps without the plugin's doing:\n";
static pthread_t watched;
static struct sigaction before[sizeof crashes / sizeof *crashes];

/// Only calls that a signal handler may make. Without a code of its own the crash goes on to whoever was there before (Swift's
/// backtrace).
static void report(int number) {
    ssize_t ignored = 0;
    if (!pthread_equal(pthread_self(), watched)) ignored = write(STDERR_FILENO, elsewhere, sizeof elsewhere - 1);
    ignored = write(STDERR_FILENO, text, (size_t)text_length);
    (void)ignored;
    if (code > 0) _exit(code);
    for (unsigned i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &before[i], NULL);
    raise(number);
}

void plugin_crash_message(const char *message, int exit_code) {
    int count = (int)(sizeof crashes / sizeof *crashes), was_armed = text_length > 0;
    if (!message) {
        for (int i = 0; was_armed && i < count; i++) sigaction(crashes[i], &before[i], NULL);
        text_length = 0;
        return;
    }
    size_t length = strnlen(message, sizeof text - 2);
    memcpy(text, message, length);
    text[length++] = '\n';
    text_length = (sig_atomic_t)length;
    code = exit_code;
    watched = pthread_self();
    if (was_armed) return;
    for (int i = 0; i < count; i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = report;
        action.sa_flags = SA_ONSTACK | SA_NODEFER;
        sigemptyset(&action.sa_mask);
        sigaction(crashes[i], &action, &before[i]);
    }
}
