#include "media_source.h"
#include "media_library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 16 };

static int read_bytes(void *opaque, uint8_t *buffer, int count) {
    int descriptor = (int)(intptr_t)opaque;
    for (;;) {
        ssize_t got = read(descriptor, buffer, (size_t)count);
        if (got > 0) return (int)got;
        if (got == 0) return AVERROR_EOF;
        if (errno != EINTR) return AVERROR(errno);
    }
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
    int descriptor = (int)(intptr_t)opaque;
    if (whence & AVSEEK_SIZE) {
        struct stat status;
        return fstat(descriptor, &status) == 0 ? status.st_size : AVERROR(errno);
    }
    off_t position = lseek(descriptor, offset, whence & ~AVSEEK_FORCE);
    return position >= 0 ? position : AVERROR(errno);
}

enum media_status media_source_open(const char *path, struct AVIOContext **result, int *system_code) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer; for a regular file it means nothing.
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        *system_code = errno;
        if (errno == ENXIO) return MEDIA_NOT_A_FILE;
        return errno == ENOENT || errno == ENOTDIR ? MEDIA_MISSING : MEDIA_UNREADABLE;
    }
    struct stat status;
    enum media_status outcome = MEDIA_OK;
    if (fstat(descriptor, &status) != 0) {
        *system_code = errno;
        outcome = MEDIA_UNREADABLE;
    } else if (!S_ISREG(status.st_mode)) {
        outcome = MEDIA_NOT_A_FILE;
    } else if (status.st_size == 0) {
        outcome = MEDIA_EMPTY;
    }
    uint8_t *buffer = outcome == MEDIA_OK ? av_malloc(BUFFER_BYTES) : NULL;
    AVIOContext *source = buffer
        ? avio_alloc_context(buffer, BUFFER_BYTES, 0, (void *)(intptr_t)descriptor, read_bytes, NULL, seek_bytes)
        : NULL;
    if (!source) {
        av_free(buffer);
        close(descriptor);
        return outcome == MEDIA_OK ? MEDIA_NO_MEMORY : outcome;
    }
    *result = source;
    return MEDIA_OK;
}

void media_source_close(struct AVIOContext *source) {
    if (!source) return;
    close((int)(intptr_t)source->opaque);
    av_freep(&source->buffer);
    avio_context_free(&source);
}
