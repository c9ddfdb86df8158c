/* piece.c - a piece of xz, lzma or zstd, to its exact end. */
#include "piece.h"

#include <lzma.h>
#include <zstd.h>

#include "../util/buf.h"
#include "../util/io.h"
#include "foreign.h"

#define IN_SIZE (128u << 10)
#define OUT_SIZE (256u << 10)
#define MEMORY (96u << 20) /* a dictionary of 64 MiB and some */
#define WINDOW_LOG 26      /* 64 MiB */

struct piece {
	int fd;
	uint64_t at, end, out;
	size_t n, used; /* of in */
	char *in, *to;
	lzma_stream xz;
	ZSTD_DStream *z;
};

enum turn { TURN_MORE, TURN_END, TURN_BAD };

static const struct str xz_magic = { "\xfd\x37zXZ\0", 6 };
static const struct str lzma_magic = { "\x5d\0\0", 3 };
static const struct str zstd_magic = { "\x28\xb5\x2f\xfd", 4 };

bool piece_looks(struct str head)
{
	return str_starts(head, xz_magic) || str_starts(head, lzma_magic) ||
	       str_starts(head, zstd_magic);
}

static enum turn turn_zstd(struct piece *p, size_t *made)
{
	ZSTD_inBuffer in = { p->in, p->n, p->used };
	ZSTD_outBuffer out = { p->to, OUT_SIZE, 0 };
	size_t left = ZSTD_decompressStream(p->z, &out, &in);

	p->used = in.pos;
	*made = out.pos;
	return ZSTD_isError(left) ? TURN_BAD : left == 0 ? TURN_END : TURN_MORE;
}

static enum turn turn_xz(struct piece *p, size_t *made)
{
	lzma_ret rc;

	p->xz.next_in = (const uint8_t *)p->in + p->used;
	p->xz.avail_in = p->n - p->used;
	p->xz.next_out = (uint8_t *)p->to;
	p->xz.avail_out = OUT_SIZE;
	rc = lzma_code(&p->xz, LZMA_RUN);
	p->used = p->n - p->xz.avail_in;
	*made = OUT_SIZE - p->xz.avail_out;
	return rc == LZMA_OK           ? TURN_MORE
	       : rc == LZMA_STREAM_END ? TURN_END
				       : TURN_BAD;
}

static bool start(struct piece *p)
{
	struct str head = str_mem(p->in, p->n);

	if (str_starts(head, zstd_magic)) {
		p->z = ZSTD_createDStream();
		return p->z && !ZSTD_isError(ZSTD_DCtx_setParameter(
				       p->z, ZSTD_d_windowLogMax, WINDOW_LOG));
	}
	if (str_starts(head, xz_magic))
		return lzma_stream_decoder(&p->xz, MEMORY, 0) == LZMA_OK;
	return lzma_alone_decoder(&p->xz, MEMORY) == LZMA_OK;
}

static bool fill(struct piece *p)
{
	uint64_t left = p->end - p->at;
	ssize_t n =
		io_pread(p->fd, p->in, left < IN_SIZE ? (size_t)left : IN_SIZE,
			 (off_t)p->at);

	p->used = 0;
	p->n = n > 0 ? (size_t)n : 0;
	return p->n > 0;
}

/* A turn that neither takes nor gives anything is the last. */
static bool run(struct piece *p, const struct piece_sink *s)
{
	enum turn t = TURN_MORE;

	while (t == TURN_MORE) {
		size_t was = p->used, made;

		if (p->used == p->n) {
			p->at += p->n;
			if (!fill(p))
				return false;
			was = 0;
		}
		t = p->z ? turn_zstd(p, &made) : turn_xz(p, &made);
		p->out += made;
		if (made > 0 && !s->data(s->arg, p->to, made))
			return false;
		if ((made == 0 && p->used == was && t == TURN_MORE) ||
		    (p->out > FOREIGN_FREE_BYTES &&
		     p->out / UNPACK_MAX_RATIO > p->at + p->used))
			return false;
	}
	p->at += p->used;
	return t == TURN_END;
}

uint64_t piece_read(int fd, uint64_t at, uint64_t end,
		    const struct piece_sink *s)
{
	struct piece p = { .fd = fd, .at = at, .end = end };

	p.in = xmalloc(IN_SIZE);
	p.to = xmalloc(OUT_SIZE);
	if (!fill(&p) || !start(&p) || !run(&p, s))
		p.at = at;
	lzma_end(&p.xz);
	ZSTD_freeDStream(p.z);
	free(p.in);
	free(p.to);
	return p.at;
}
