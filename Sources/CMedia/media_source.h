#ifndef SEMISUP_MEDIA_SOURCE_H
#define SEMISUP_MEDIA_SOURCE_H

#include "media_status.h"

struct AVIOContext;

/// Opens a regular file for libav. Anything that could block or lead elsewhere (a FIFO, a folder, a device, a URL) is refused.
enum media_status media_source_open(const char *path, struct AVIOContext **result, int *system_code);
void media_source_close(struct AVIOContext *source);

#endif
