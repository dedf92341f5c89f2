#include "media_digest.h"
#include "media_library.h"

struct media_digest *media_digest_create(void) {
    struct AVSHA *context = media_library_open_utilities() ? av_sha_alloc() : NULL;
    if (context) av_sha_init(context, 256);
    return (struct media_digest *)context;
}

void media_digest_update(struct media_digest *digest, const void *bytes, size_t count) {
    av_sha_update((struct AVSHA *)digest, bytes, count);
}

void media_digest_finish(struct media_digest *digest, uint8_t *result) {
    av_sha_final((struct AVSHA *)digest, result);
    av_free(digest);
}
