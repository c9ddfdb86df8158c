/*
 * journal_data.c - DATA objects: the payload, plain or compressed.
 *   16 u64 hash, next_hash, next_field, entry, entry_array, n_entries
 *   64 payload; in the compact layout 64 u32 tail array, 68 u32 its items,
 *   72 payload
 * XZ: a .xz stream; LZ4: u64 plain size, one block; ZSTD: one frame.
 */
#include "journal.h"
#include "../util/lz4.h"

#include <lzma.h>
#include <zstd.h>

#define XZ_MEMORY (16u << 20) /* journald writes with a 1 MiB dictionary */
#define ZSTD_WINDOW_LOG 22    /* level 3 of any size needs 21 */

struct inflate {
	ZSTD_DCtx *zstd;
	lzma_stream xz;
	unsigned char plain[MAX_PLAIN];
};

static struct inflate *inflate_of(struct journal *j)
{
	static const lzma_stream fresh = LZMA_STREAM_INIT;

	if (!j->inflate) {
		j->inflate = ARENA_NEW(j->p->keep, struct inflate);
		j->inflate->xz = fresh;
	}
	return j->inflate;
}

void journal_inflate_end(struct journal *j)
{
	if (!j->inflate)
		return;
	(void)ZSTD_freeDCtx(j->inflate->zstd); /* never fails, takes NULL */
	lzma_end(&j->inflate->xz);
	j->inflate = NULL;
}

static const char *plain_lz4(struct inflate *z, struct str in, size_t *n)
{
	uint64_t size = le64_at(in, 0);

	if (in.n < 8)
		return "lz4 size";
	*n = lz4_block(str_skip(in, 8), z->plain, sizeof(z->plain));
	if (*n == LZ4_BAD || (*n < sizeof(z->plain) && *n != size))
		return "lz4 block";
	return NULL;
}

static const char *plain_xz(struct inflate *z, struct str in, size_t *n)
{
	lzma_ret ret;

	/* a stream that was used before is used again, with its memory */
	if (lzma_stream_decoder(&z->xz, XZ_MEMORY, 0) != LZMA_OK)
		return "xz decoder";
	z->xz.next_in = (const uint8_t *)in.p;
	z->xz.avail_in = in.n;
	z->xz.next_out = z->plain;
	z->xz.avail_out = sizeof(z->plain);
	do {
		ret = lzma_code(&z->xz, LZMA_FINISH);
	} while (ret == LZMA_OK && z->xz.avail_out);
	*n = sizeof(z->plain) - z->xz.avail_out;
	if (ret != LZMA_STREAM_END && z->xz.avail_out)
		return "xz stream";
	return NULL;
}

static const char *plain_zstd(struct inflate *z, struct str in, size_t *n)
{
	ZSTD_inBuffer src = { in.p, in.n, 0 };
	ZSTD_outBuffer dst = { z->plain, sizeof(z->plain), 0 };
	unsigned long long size = ZSTD_getFrameContentSize(in.p, in.n);
	size_t ret;

	if (!z->zstd) {
		z->zstd = ZSTD_createDCtx();
		if (!z->zstd)
			return "zstd decoder";
		(void)ZSTD_DCtx_setParameter(z->zstd, ZSTD_d_windowLogMax,
					     ZSTD_WINDOW_LOG);
	}
	if (size == ZSTD_CONTENTSIZE_ERROR)
		return "zstd frame";
	if (size <= sizeof(z->plain)) { /* the usual one, without a window */
		*n = ZSTD_decompressDCtx(z->zstd, z->plain, sizeof(z->plain),
					 in.p, in.n);
		return ZSTD_isError(*n) ? "zstd frame" : NULL;
	}
	(void)ZSTD_DCtx_reset(z->zstd, ZSTD_reset_session_only);
	do {
		size_t before = src.pos + dst.pos;

		ret = ZSTD_decompressStream(z->zstd, &dst, &src);
		if (ZSTD_isError(ret) || src.pos + dst.pos == before)
			return "zstd frame";
	} while (ret > 0 && dst.pos < dst.size);
	*n = dst.pos;
	return NULL;
}

const char *journal_payload(struct journal *j, const struct object *o,
			    struct str *payload)
{
	struct str in =
		str_skip(o->bytes, j->compact ? PAYLOAD_COMPACT : PAYLOAD);
	struct inflate *z;
	const char *wrong;
	size_t n = 0;

	*payload = in;
	if (in.n == 0)
		return "payload";
	if (o->flags == 0)
		return NULL;
	in = str_head(in, MAX_PACKED);
	z = inflate_of(j);
	switch (o->flags) {
	case COMPRESSED_XZ:
		wrong = plain_xz(z, in, &n);
		break;
	case COMPRESSED_LZ4:
		wrong = plain_lz4(z, in, &n);
		break;
	case COMPRESSED_ZSTD:
		wrong = plain_zstd(z, in, &n);
		break;
	default:
		return "object flags";
	}
	if (wrong)
		return wrong;
	j->bytes += in.n; /* the work that they make */
	*payload = arena_dup(j->p->scratch, str_mem(z->plain, n));
	return NULL;
}
