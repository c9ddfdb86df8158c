/*
 * zframe.c - zstd frames with a content checksum, written as they come.
 * Output is gathered to 256 KiB, so that a pipe or a stick sees few writes.
 */
#include "zframe.h"

#include <stdlib.h>
#include <zstd.h>

#include "../util/buf.h"
#include "../util/io.h"

#define OUT_GATHER (256u << 10)

int zframe_init(struct zframe *f, int fd, int level, struct err *err)
{
	f->fd = fd;
	sha256_init(&f->sha);
	f->z = ZSTD_createCCtx();
	if (!f->z)
		return err_set(err, "out of memory for the compressor");
	if (ZSTD_isError(ZSTD_CCtx_setParameter(f->z, ZSTD_c_compressionLevel,
						level)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(f->z, ZSTD_c_checksumFlag, 1)))
		return err_set(err, "zstd refuses level %d", level);
	f->capout = OUT_GATHER + ZSTD_CStreamOutSize();
	f->out = xmalloc(f->capout);
	return 0;
}

int zframe_seal(struct zframe *f, const struct age_recipient *r, size_t n,
		struct err *err)
{
	f->age = xmalloc(sizeof(*f->age));
	return age_seal_begin(f->age, r, n, &f->sealed, err);
}

static int put(struct zframe *f, const char *p, size_t n, struct err *err)
{
	if (n == 0)
		return 0;
	if (f->may_write && !f->stop)
		f->stop = !f->may_write(f->arg, n);
	if (io_write(f->fd, p, n) < 0)
		return err_sys(err, "cannot write the archive", NULL);
	sha256_add(&f->sha, p, n);
	f->bytes_out += n;
	return 0;
}

static int put_sealed(struct zframe *f, struct err *err)
{
	int rc = put(f, f->sealed.p, f->sealed.n, err);

	buf_clear(&f->sealed);
	return rc;
}

static int flush(struct zframe *f, struct err *err)
{
	size_t n = f->nout;

	f->nout = 0;
	if (!f->age)
		return put(f, f->out, n, err);
	if (age_seal_add(f->age, f->out, n, &f->sealed, err) < 0)
		return -1;
	return put_sealed(f, err);
}

static int turn(struct zframe *f, ZSTD_inBuffer *in, ZSTD_EndDirective how,
		size_t *left, struct err *err)
{
	ZSTD_outBuffer out = { f->out, f->capout, f->nout };

	*left = ZSTD_compressStream2(f->z, &out, in, how);
	f->nout = out.pos;
	if (ZSTD_isError(*left))
		return err_set(err, "compression: %s",
			       ZSTD_getErrorName(*left));
	return f->nout >= OUT_GATHER ? flush(f, err) : 0;
}

int zframe_add(struct zframe *f, const void *p, size_t n, struct err *err)
{
	ZSTD_inBuffer in = { p, n, 0 };
	size_t left;

	f->frame_in += n;
	while (in.pos < in.size)
		if (turn(f, &in, ZSTD_e_continue, &left, err) < 0)
			return -1;
	return 0;
}

int zframe_end(struct zframe *f, struct err *err)
{
	ZSTD_inBuffer in = { NULL, 0, 0 };
	size_t left;

	if (f->frame_in == 0)
		return 0;
	do
		if (turn(f, &in, ZSTD_e_end, &left, err) < 0)
			return -1;
	while (left != 0);
	f->frame_in = 0;
	return flush(f, err);
}

int zframe_finish(struct zframe *f, struct err *err)
{
	if (zframe_end(f, err) < 0)
		return -1;
	if (!f->age)
		return 0;
	if (age_seal_end(f->age, &f->sealed, err) < 0)
		return -1;
	return put_sealed(f, err);
}

void zframe_free(struct zframe *f)
{
	if (f->age)
		age_seal_free(f->age);
	free(f->age);
	buf_free(&f->sealed);
	ZSTD_freeCCtx(f->z);
	free(f->out);
	*f = (struct zframe){ 0 };
}
