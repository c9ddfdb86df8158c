/*
 * frames.c - zstd frames, one at a time, by offset.
 *
 * After a damaged frame the search for the next magic number starts 4 bytes
 * into it; a number that stands there by chance gives an error within a few
 * bytes.  FRAMES_MAX_RESYNC keeps an input made of such numbers from costing
 * more than a few seconds.
 */
#include "frames.h"

#include <unistd.h>
#include <zstd.h>

#include "../util/buf.h"

#define IN_SIZE (256u << 10)
#define MAGIC 0xfd2fb528u
#define SKIPPABLE 0x184d2a50u
#define SKIPPABLE_MASK 0xfffffff0u
#define WINDOW_LOG_MAX 27 /* 128 MiB: what zstd itself takes unasked */

struct reader {
	const struct infile *in_file;
	const struct frames_sink *sink;
	ZSTD_DCtx *z;
	char *in, *out;
	uint64_t pos; /* in the input, of the next byte to decode */
	bool stop;
};

static uint32_t le32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

static int fill(struct reader *r, size_t *n, struct err *err)
{
	ssize_t k = infile_read(r->in_file, r->in, IN_SIZE, r->pos);

	*n = 0;
	if (k < 0)
		return err_sys(err, "cannot read the input", NULL);
	*n = (size_t)k;
	return 0;
}

/* Decodes n bytes at r->in; r->pos moves past what was used. */
static size_t decode(struct reader *r, size_t n)
{
	ZSTD_inBuffer in = { r->in, n, 0 };
	size_t left = 1;

	while (!r->stop && left != 0) {
		ZSTD_outBuffer out = { r->out, ZSTD_DStreamOutSize(), 0 };
		size_t was = in.pos;

		left = ZSTD_decompressStream(r->z, &out, &in);
		if (ZSTD_isError(left))
			return left;
		if (out.pos > 0)
			r->stop = r->sink->data(r->sink->arg, r->out, out.pos);
		/* all taken, and nothing more waits inside */
		if (in.pos == in.size && out.pos < out.size)
			break;
		if (in.pos == was && out.pos == 0)
			break;
	}
	r->pos += in.pos;
	return left;
}

static int one_frame(struct reader *r, struct err *err)
{
	uint64_t at = r->pos;
	enum frame_end how = FRAME_CUT;
	size_t n, left = 1;

	(void)ZSTD_DCtx_reset(r->z, ZSTD_reset_session_only);
	while (!r->stop && left != 0) {
		if (fill(r, &n, err) < 0)
			return -1;
		if (n == 0)
			break;
		left = decode(r, n);
		if (ZSTD_isError(left)) {
			how = FRAME_DAMAGED;
			r->pos = at + 4;
			break;
		}
	}
	if (left == 0)
		how = FRAME_WHOLE;
	if (!r->stop)
		r->stop = r->sink->end(r->sink->arg, at, how);
	return how == FRAME_DAMAGED ? 1 : 0;
}

/* r->pos goes to the next magic number, or to the end of the input. */
static int search(struct reader *r, struct err *err)
{
	size_t n;

	for (;;) {
		if (fill(r, &n, err) < 0)
			return -1;
		if (n < 4) {
			r->pos += n;
			return 0;
		}
		for (size_t i = 0; i + 4 <= n; i++) {
			const char *p = memchr(r->in + i, 0x28, n - 3 - i);

			if (!p)
				break;
			i = (size_t)(p - r->in);
			if (le32(p) == MAGIC) {
				r->pos += i;
				return 0;
			}
		}
		r->pos += n - 3;
	}
}

/* Fewer bytes than a magic number, but the first ones of one. */
static bool begins_frame(const char *p, size_t n)
{
	static const char magic[4] = { 0x28, (char)0xb5, 0x2f, (char)0xfd };

	return n < sizeof(magic) && memcmp(p, magic, n) == 0;
}

static int frames(struct reader *r, struct err *err)
{
	unsigned nresync = 0;
	int damaged = 0;
	size_t n;

	while (!r->stop) {
		uint64_t at = r->pos;

		if (damaged && search(r, err) < 0)
			return -1;
		if (fill(r, &n, err) < 0)
			return -1;
		if (n == 0)
			return 0;
		if (begins_frame(r->in, n)) {
			r->pos += n;
			r->stop = r->sink->end(r->sink->arg, at, FRAME_CUT);
			continue;
		}
		if (n >= 8 && (le32(r->in) & SKIPPABLE_MASK) == SKIPPABLE) {
			r->pos += 8 + (uint64_t)le32(r->in + 4);
			damaged = 0;
			continue;
		}
		if (n < 4 || le32(r->in) != MAGIC) {
			if (search(r, err) < 0)
				return -1;
			r->sink->garbage(r->sink->arg, at, r->pos - at);
			damaged = 1;
		}
		if (damaged && nresync++ >= FRAMES_MAX_RESYNC)
			return 0;
		damaged = one_frame(r, err);
		if (damaged < 0)
			return -1;
	}
	return 0;
}

static int plain_bytes(struct reader *r, struct err *err)
{
	size_t n;

	while (!r->stop) {
		if (fill(r, &n, err) < 0)
			return -1;
		if (n == 0)
			break;
		r->pos += n;
		r->stop = r->sink->data(r->sink->arg, r->in, n);
	}
	if (!r->stop)
		(void)r->sink->end(r->sink->arg, 0, FRAME_WHOLE);
	return 0;
}

int frames_read(const struct infile *in, bool plain,
		const struct frames_sink *sink, struct err *err)
{
	struct reader r = { .in_file = in, .sink = sink };
	int rc;

	r.in = xmalloc(IN_SIZE);
	r.out = xmalloc(ZSTD_DStreamOutSize());
	r.z = ZSTD_createDCtx();
	if (!r.z)
		rc = err_set(err, "out of memory for the decompressor");
	else if (plain)
		rc = plain_bytes(&r, err);
	else {
		(void)ZSTD_DCtx_setParameter(r.z, ZSTD_d_windowLogMax,
					     WINDOW_LOG_MAX);
		rc = frames(&r, err);
	}
	ZSTD_freeDCtx(r.z);
	free(r.in);
	free(r.out);
	return rc;
}
