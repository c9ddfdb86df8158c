/*
 * embedded.h - data that the build packs into the binary (src/util/embed),
 * zstd frames.
 */
#ifndef UTIL_EMBEDDED_H
#define UTIL_EMBEDDED_H

#include <stddef.h>

/*
 * signatures/ whole: records `path\n<decimal length>\n<bytes>' sorted by
 * path, each path beginning with "signatures/".
 */
extern const unsigned char signatures_zst[];
extern const size_t signatures_zst_len;

/* The database of the libmagic that is linked. */
extern const unsigned char magic_mgc_zst[];
extern const size_t magic_mgc_zst_len;

/* Two-byte rows of EUC-JP and CP932 as UTF-16LE (src/util/jis.gen). */
extern const unsigned char jis_zst[];
extern const size_t jis_zst_len;

#endif
