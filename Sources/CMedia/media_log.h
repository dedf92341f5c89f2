#ifndef SEMISUP_MEDIA_LOG_H
#define SEMISUP_MEDIA_LOG_H

#include <stdbool.h>

/// Opens libav and keeps it from printing; its errors are counted for each thread (`media_reported_errors`).
/// Precedes every use of libav; false where it cannot be opened.
bool media_begin(void);
/// Counts an error that libav did not report.
void media_report_error(void);

#endif
