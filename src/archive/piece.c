/*
 * piece.c - a piece of xz, lzma, zstd or lz4, to its exact end.
 *
 * lz4 as the kernel has it (`lz4 -l'): 02 21 4c 18, then blocks of u32le size
 * and data, each 8 MiB when unpacked but for the last.
 */
#include "piece.h"

#include <lzma.h>
#include <zstd.h>

#include "../util/buf.h"
#include "../util/io.h"
#include "../util/lz4.h"
#include "foreign.h"

#define IN_SIZE (128u << 10)
#define OUT_SIZE (256u << 10)
#define MEMORY (96u << 20) /* a dictionary of 64 MiB and some */
#define WINDOW_LOG 26      /* 64 MiB */
#define LZ4_OUT (8u << 20)
#define LZ4_IN (LZ4_OUT + LZ4_OUT / 255 + 16) /* what cannot be packed */

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
static const struct str lz4_magic = { "\x02\x21\x4c\x18", 4 };

bool piece_looks(struct str head)
{
	return str_starts(head, xz_magic) || str_starts(head, lzma_magic) ||
	       str_starts(head, zstd_magic) || str_starts(head, lz4_magic);
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

/* The size of the block at p->at; 0 behind the last. */
static uint32_t lz4_next(struct piece *p)
{
	unsigned char b[4];
	uint32_t n;

	if (p->end - p->at < 4 ||
	    io_pread(p->fd, b, sizeof(b), (off_t)p->at) != (ssize_t)sizeof(b))
		return 0;
	n = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	    (uint32_t)b[3] << 24;
	return n <= LZ4_IN && n <= p->end - p->at - 4 ? n : 0;
}

static bool run_lz4(struct piece *p, const struct piece_sink *s)
{
	unsigned char *out = xmalloc(LZ4_OUT);
	char *in = xmalloc(LZ4_IN);
	size_t made = LZ4_OUT;
	uint32_t n;

	p->at += lz4_magic.n;
	while (made == LZ4_OUT && (n = lz4_next(p)) != 0) {
		if (io_pread(p->fd, in, n, (off_t)p->at + 4) != (ssize_t)n)
			made = LZ4_BAD;
		else
			made = lz4_block(str_mem(in, n), out, LZ4_OUT);
		if (made == LZ4_BAD || !s->data(s->arg, (char *)out, made)) {
			made = LZ4_BAD;
			break;
		}
		p->at += 4 + (uint64_t)n;
	}
	free(in);
	free(out);
	return made != LZ4_BAD;
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
	if (!fill(&p))
		p.at = at;
	else if (str_starts(str_mem(p.in, p.n), lz4_magic)
			 ? !run_lz4(&p, s)
			 : !start(&p) || !run(&p, s))
		p.at = at;
	lzma_end(&p.xz);
	ZSTD_freeDStream(p.z);
	free(p.in);
	free(p.to);
	return p.at;
}
