#ifndef SEMISUP_MEDIA_DIGEST_H
#define SEMISUP_MEDIA_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/// A SHA-256 in progress, by libcrypto where it is there, else by libavutil. `media_digest_create` returns NULL where neither can be
/// opened.
struct media_digest;
struct media_digest *media_digest_create(void);
void media_digest_update(struct media_digest *digest, const void *bytes, size_t count);
/// Writes 32 bytes and frees the digest.
void media_digest_finish(struct media_digest *digest, uint8_t *result);

#endif
