#include "media_log.h"
#include "media_library.h"

#include <pthread.h>
#include <stdarg.h>
#include <string.h>

#include "media_reader.h"

// Decoding is single-threaded, so the thread of an error is the thread of the reader that met it.
static _Thread_local unsigned long reported_errors, dangling_references;

static void count_errors(void *context, int level, const char *format, va_list arguments) {
    (void)context, (void)arguments;
    if ((level & 0xff) > AV_LOG_ERROR) return;
    reported_errors++;
    // H.264's memory management control operations: a picture is to be forgotten that was never decoded.
    if (strncmp(format, "mmco:", 5) == 0) dangling_references++;
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

unsigned long media_dangling_references(void) { return dangling_references; }
