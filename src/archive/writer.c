/*
 * writer.c - members into tar into frames, sealed as they pass.
 *
 * A member costs two hashes of its header and data and one pass through the
 * compressor; nothing is copied in between.  When may_write says no, data
 * are no longer taken but padding, status and seal still are: the archive
 * ends whole, and says that it was interrupted.
 */
#include "writer.h"

#include <errno.h>

#include "konseki/archive.h"
#include "../util/io.h"
#include "../util/json_out.h"
#include "../util/timefmt.h"
#include "holes.h"
#include "seal.h"
#include "tarout.h"
#include "zframe.h"

#define FRAME_BYTES (1u << 20)
#define CHECKPOINT_BYTES (64u << 20)
#define CHECKPOINT_S 10
#define FRAME_S 1
#define LEVEL 1 /* rows of text: 380 MB/s, and smaller than level 3 */
/* lines that wait for their checkpoint: one .jsonl member each */
#define PENDING_MAX (KONSEKI_STREAM_MAX / 2)

struct writer {
	struct writer_options opt;
	struct zframe z;
	struct buf header, status, seal;
	unsigned nseal, nstatus;
	unsigned char chain[SHA256_LEN];
	uint64_t bytes_in, since_checkpoint;
	int64_t frame_t, checkpoint_t; /* monotonic ns at which they began */
	bool in_member, failed, sealing, finished, begun;
	/* the member that is open */
	struct buf name;
	struct holes holes;
	struct seal_facts facts;
	struct sha256 sha;
	uint64_t stored; /* bytes of data, those of widened extents */
	unsigned char file_sha[SHA256_LEN];
};

static int64_t now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct writer *writer_new(const struct writer_options *o, struct err *err)
{
	struct writer *w = xmalloc(sizeof(*w));

	w->opt = *o;
	if (w->opt.level == 0)
		w->opt.level = LEVEL;
	if (w->opt.checkpoint_bytes == 0)
		w->opt.checkpoint_bytes = CHECKPOINT_BYTES;
	if (w->opt.checkpoint_ns == 0)
		w->opt.checkpoint_ns = CHECKPOINT_S * NS_PER_S;
	if (w->opt.frame_bytes == 0)
		w->opt.frame_bytes = FRAME_BYTES;
	if (w->opt.frame_ns == 0)
		w->opt.frame_ns = FRAME_S * NS_PER_S;
	w->z.may_write = o->may_write;
	w->z.arg = o->arg;
	w->frame_t = w->checkpoint_t = now();
	if (zframe_init(&w->z, o->fd, w->opt.level, err) < 0 ||
	    (o->nrecipient &&
	     zframe_seal(&w->z, o->recipient, o->nrecipient, err) < 0)) {
		writer_free(w);
		return NULL;
	}
	return w;
}

/* Everything goes through here: the first failure is for good. */
static int put(struct writer *w, const void *p, size_t n, struct err *err)
{
	if (zframe_add(&w->z, p, n, err) < 0) {
		w->failed = true;
		return -1;
	}
	return 0;
}

static int put_zeros(struct writer *w, uint64_t n, bool data, struct err *err)
{
	static const char zero[32768];

	while (n > 0) {
		size_t k = n < sizeof(zero) ? (size_t)n : sizeof(zero);

		if (data)
			sha256_add(&w->sha, zero, k);
		if (put(w, zero, k, err) < 0)
			return -1;
		n -= k;
	}
	return 0;
}

/* May the evidence go on? */
static int may_go_on(struct writer *w, struct err *err)
{
	if (w->failed || w->finished)
		return err_set(err, "the archive is %s already",
			       w->failed ? "broken" : "finished");
	if (w->opt.max_output && w->z.bytes_out >= w->opt.max_output)
		w->z.stop = true;
	if (!w->z.stop || w->sealing)
		return 0;
	errno = ENOSPC;
	return err_sys(err, "the archive has reached its limit", NULL);
}

static int check_member(const struct member *m, struct err *err)
{
	uint64_t end = 0;

	if (m->name.n == 0 || memchr(m->name.p, 0, m->name.n))
		return err_set(err, "a member needs a name without NUL");
	for (size_t i = 0; m->extent && i < m->nextent; i++) {
		const struct extent *x = &m->extent[i];

		if (x->off < end || x->off > m->size ||
		    x->len > m->size - x->off)
			return err_set(err, "extents out of order");
		end = x->off + x->len;
	}
	return 0;
}

/* The member as it is stored: its extents are whole blocks. */
static struct member remember(struct writer *w, const struct member *in)
{
	struct member m = *in;

	buf_clear(&w->name);
	buf_str(&w->name, m.name);
	m.name = buf_view(&w->name);
	holes_set(&w->holes, in);
	if (m.extent) {
		m.extent = w->holes.stored;
		m.nextent = w->holes.nstored;
	}
	w->facts = (struct seal_facts){ .name = m.name,
					.size = m.size,
					.extent = m.extent,
					.nextent = m.nextent };
	w->stored = tar_data_size(&m);
	sha256_init(&w->sha);
	return m;
}

int writer_begin(struct writer *w, const struct member *in, struct err *err)
{
	struct member m;

	if (w->in_member)
		return err_set(err, "a member is open already");
	if (may_go_on(w, err) < 0 || check_member(in, err) < 0)
		return -1;
	m = remember(w, in);
	buf_clear(&w->header);
	tar_header(&w->header, &m);
	sha256_of(w->header.p, w->header.n, w->facts.header);
	if (put(w, w->header.p, w->header.n, err) < 0)
		return -1;
	w->in_member = true;
	return 0;
}

int writer_data(struct writer *w, struct str s, struct err *err)
{
	if (!w->in_member || s.n > w->holes.left)
		return err_set(err, "more data than the member has room for");
	if (may_go_on(w, err) < 0)
		return -1;
	while (s.n > 0) {
		struct str run;

		if (put_zeros(w, holes_gap(&w->holes), true, err) < 0)
			return -1;
		run = str_head(s, holes_run(&w->holes));
		sha256_add(&w->sha, run.p, run.n);
		if (put(w, run.p, run.n, err) < 0)
			return -1;
		holes_stored(&w->holes, run.n);
		w->bytes_in += run.n;
		s = str_skip(s, run.n);
	}
	return 0;
}

static int end_frame_when_due(struct writer *w, bool now_please,
			      struct err *err)
{
	if (!now_please && w->z.frame_in < w->opt.frame_bytes &&
	    now() - w->frame_t < w->opt.frame_ns)
		return 0;
	if (zframe_end(&w->z, err) < 0) {
		w->failed = true;
		return -1;
	}
	w->frame_t = now();
	return 0;
}

static bool checkpoint_due(const struct writer *w)
{
	return w->since_checkpoint >= w->opt.checkpoint_bytes ||
	       w->seal.n >= PENDING_MAX || w->status.n >= PENDING_MAX ||
	       now() - w->checkpoint_t >= w->opt.checkpoint_ns;
}

int writer_end(struct writer *w, uint64_t *short_at,
	       unsigned char sha256[SHA256_LEN], struct err *err)
{
	if (!w->in_member)
		return err_set(err, "no member is open");
	w->in_member = false;
	if (w->failed)
		return err_set(err, "the archive is broken already");
	w->facts.short_at = holes_short(&w->holes);
	if (put_zeros(w, holes_rest(&w->holes), true, err) < 0 ||
	    put_zeros(w, tar_padding(w->stored), false, err) < 0)
		return -1;
	sha256_end(&w->sha, w->facts.data);
	seal_line(&w->seal, &w->facts);
	w->since_checkpoint += w->stored;
	if (short_at)
		*short_at = w->facts.short_at;
	if (sha256)
		memcpy(sha256, w->facts.data, SHA256_LEN);
	if (w->sealing)
		return 0;
	/* the first member has a frame of its own: it says what this is, and
	 * whatever is cut later, that much is whole */
	if (end_frame_when_due(w, !w->begun, err) < 0)
		return -1;
	w->begun = true;
	return checkpoint_due(w) ? writer_checkpoint(w, err) : 0;
}

int writer_add(struct writer *w, const struct member *m, struct str data,
	       struct err *err)
{
	if (writer_begin(w, m, err) < 0)
		return -1;
	if (data.n && writer_data(w, data, err) < 0) {
		(void)writer_end(w, NULL, NULL, NULL); /* err has the cause */
		return -1;
	}
	return writer_end(w, NULL, NULL, err);
}

void writer_status(struct writer *w, struct str json_line)
{
	buf_str(&w->status, json_line);
}

/* One of the archive's own members: PREFIX0007.jsonl */
static int own_member(struct writer *w, const char *prefix, unsigned n,
		      struct str text, struct err *err)
{
	struct timespec t = { 0 };
	char name[32];
	int k = snprintf(name, sizeof(name), "%s%04u.jsonl", prefix, n);

	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail */
	return writer_add(
		w,
		&(struct member){ .name = { name, (size_t)k },
				  .size = text.n,
				  .mode = 0600,
				  .mtime_ns = ts_of(t.tv_sec, t.tv_nsec, NULL),
				  .atime_ns = INT64_MIN,
				  .ctime_ns = INT64_MIN },
		text, err);
}

static int checkpoint(struct writer *w, const char *state, struct str json,
		      struct err *err)
{
	struct buf text = { 0 }, last = { 0 };
	int rc = 0;

	w->sealing = true;
	if (w->status.n > 0) {
		rc = own_member(w, KONSEKI_STATUS, w->nstatus++,
				buf_view(&w->status), err);
		buf_clear(&w->status);
	}
	seal_last(&last, w->nseal, state, json);
	seal_chain(w->chain, buf_view(&w->seal), buf_view(&last));
	buf_str(&text, buf_view(&w->seal));
	buf_str(&text, buf_view(&last));
	buf_puts(&text, ",\"chain\":\"");
	buf_hex(&text, w->chain, SHA256_LEN);
	buf_puts(&text, "\"}\n");
	buf_clear(&w->seal);
	/* its own line will stand in the next seal */
	if (rc == 0)
		rc = own_member(w, KONSEKI_SEAL, w->nseal++, buf_view(&text),
				err);
	buf_free(&text);
	buf_free(&last);
	w->sealing = false;
	w->since_checkpoint = 0;
	w->checkpoint_t = now();
	return rc;
}

int writer_checkpoint(struct writer *w, struct err *err)
{
	if (w->in_member || w->failed || w->finished)
		return err_set(err, "no checkpoint can be made now");
	if (checkpoint(w, "open", STR_NONE, err) < 0)
		return -1;
	return end_frame_when_due(w, true, err);
}

int writer_finish(struct writer *w, bool complete, struct str json,
		  struct err *err)
{
	if (w->failed || w->finished)
		return err_set(err, "the archive is %s already",
			       w->failed ? "broken" : "finished");
	if (w->in_member && writer_end(w, NULL, NULL, err) < 0)
		return -1;
	complete = complete && !w->z.stop;
	if (checkpoint(w, complete ? "complete" : "interrupted", json, err) <
		    0 ||
	    put_zeros(w, 2 * TAR_BLOCK, false, err) < 0 ||
	    end_frame_when_due(w, true, err) < 0)
		return -1;
	if (zframe_finish(&w->z, err) < 0) {
		w->failed = true;
		return -1;
	}
	w->finished = true;
	sha256_end(&w->z.sha, w->file_sha);
	return 0;
}

uint64_t writer_bytes_in(const struct writer *w)
{
	return w->bytes_in;
}

uint64_t writer_bytes_out(const struct writer *w)
{
	return w->z.bytes_out;
}

void writer_digest(const struct writer *w, unsigned char file[SHA256_LEN],
		   unsigned char seal[SHA256_LEN])
{
	memcpy(file, w->file_sha, SHA256_LEN);
	memcpy(seal, w->chain, SHA256_LEN);
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	zframe_free(&w->z);
	buf_free(&w->header);
	buf_free(&w->status);
	buf_free(&w->seal);
	buf_free(&w->name);
	holes_free(&w->holes);
	free(w);
}
