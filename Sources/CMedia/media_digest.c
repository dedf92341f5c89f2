#include "media_digest.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#include "media_library.h"

// libcrypto's SHA-256 is several times as fast as libavutil's, with the processor's own instructions where it has them.
static struct {
    void *(*context)(void);
    const void *(*sha256)(void);
    int (*begin)(void *context, const void *type, void *engine);
    int (*update)(void *context, const void *bytes, size_t count);
    int (*finish)(void *context, uint8_t *result, unsigned *length);
    void (*free)(void *context);
} crypto;
static bool has_crypto;

static void open_crypto(void) {
    void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    const struct {
        void *function;
        const char *name;
    } wanted[] = {
        {&crypto.context, "EVP_MD_CTX_new"},      {&crypto.sha256, "EVP_sha256"},
        {&crypto.begin, "EVP_DigestInit_ex"},     {&crypto.update, "EVP_DigestUpdate"},
        {&crypto.finish, "EVP_DigestFinal_ex"},   {&crypto.free, "EVP_MD_CTX_free"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *found = dlsym(library, wanted[i].name);
        if (!found) return;
        *(void **)wanted[i].function = found;
    }
    // Its clean-up at the end of the process would pull tables from under threads that still read videos.
    const uint64_t no_clean_up = 0x00080000;
    int (*initialize)(uint64_t, const void *) = (int (*)(uint64_t, const void *))dlsym(library, "OPENSSL_init_crypto");
    has_crypto = initialize && initialize(no_clean_up, NULL);
}

struct media_digest {
    /// One of the two.
    void *crypto;
    struct AVSHA *plain;
};

struct media_digest *media_digest_create(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_crypto);
    struct media_digest *digest = calloc(1, sizeof *digest);
    if (!digest) return NULL;
    if (has_crypto) {
        digest->crypto = crypto.context();
        if (digest->crypto && crypto.begin(digest->crypto, crypto.sha256(), NULL)) return digest;
        crypto.free(digest->crypto);
        digest->crypto = NULL;
    }
    digest->plain = media_library_open_utilities() ? av_sha_alloc() : NULL;
    if (digest->plain) {
        av_sha_init(digest->plain, 256);
        return digest;
    }
    free(digest);
    return NULL;
}

void media_digest_update(struct media_digest *digest, const void *bytes, size_t count) {
    if (digest->crypto) {
        crypto.update(digest->crypto, bytes, count);
    } else {
        av_sha_update(digest->plain, bytes, count);
    }
}

void media_digest_finish(struct media_digest *digest, uint8_t *result) {
    if (digest->crypto) {
        crypto.finish(digest->crypto, result, NULL);
        crypto.free(digest->crypto);
    } else {
        av_sha_final(digest->plain, result);
        av_free(digest->plain);
    }
    free(digest);
}
