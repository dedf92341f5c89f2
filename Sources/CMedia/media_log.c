#include "media_log.h"
#include "media_library.h"

#include <pthread.h>
#include <stdarg.h>

#include "media_reader.h"

// Decoding is single-threaded, so the thread of an error is the thread of the reader that met it.
static _Thread_local unsigned long reported_errors;

static void count_errors(void *context, int level, const char *format, va_list arguments) {
    (void)context, (void)format, (void)arguments;
    if ((level & 0xff) <= AV_LOG_ERROR) reported_errors++;
}

static void install(void) { av_log_set_callback(count_errors); }

bool media_begin(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!media_library_open()) return false;
    pthread_once(&once, install);
    return true;
}

void media_report_error(void) { reported_errors++; }

unsigned long media_reported_errors(void) { return reported_errors; }
