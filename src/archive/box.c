/*
 * box.c - decodes in a sandbox: archives by konread, the rest by libarchive.
 */
#include "box.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/child.h"
#include "../util/io.h"
#include "../util/sandbox.h"
#include "../util/timefmt.h"
#include "konread.h"
#include "initrd.h"
#include "nest.h"
#include "konseki/archive.h"

#define MAX_DATA (208u << 20) /* a 128 MiB window of zstd, and the rest */
#define HEAD 512u

struct kon { /* an archive being read */
	struct work *w;
	struct konread read;
	bool wanted; /* the member at hand */
};

static void kon_begin(void *arg, const struct tarin_member *m)
{
	struct kon *k = arg;

	k->wanted = nest_wanted(k->w, m->facts.name);
}

static void kon_data(void *arg, uint64_t off, const void *p, size_t n)
{
	struct kon *k = arg;

	nest_progress(k->w, n);
	if (k->wanted)
		(void)spool_write(&k->w->spool, off, p, n); /* it remembers */
}

/* A member that was cut is as long as what came of it. */
static uint64_t came(const struct tarin_member *m, uint64_t got)
{
	const struct seal_facts *f = &m->facts;

	if (got == m->stored)
		return f->size;
	for (size_t i = 0; f->extent && i < f->nextent; i++) {
		if (got < f->extent[i].len)
			return f->extent[i].off + got;
		got -= f->extent[i].len;
	}
	return got;
}

static void kon_end(void *arg, const struct tarin_member *m, uint64_t got)
{
	struct kon *k = arg;
	struct work *w = k->w;
	struct meta meta = { .name = m->facts.name,
			     .size = came(m, got),
			     .origin = k->read.nmember,
			     .short_at = UINT64_MAX,
			     .mtime_ns = m->mtime_ns,
			     .ctime_ns = m->ctime_ns,
			     .btime_ns = m->btime_ns,
			     .mode = m->mode,
			     .uid = m->uid,
			     .gid = m->gid };
	bool own = str_is(meta.name, KONSEKI_MANIFEST) ||
		   str_starts(meta.name, STR(KONSEKI_SEAL));

	if (!k->wanted || w->spool.failed)
		return;
	if (got < m->stored) {
		if (own || got == 0) { /* half a manifest tells nothing */
			spool_abandon(&w->spool);
			return;
		}
		meta.short_at = meta.size;
	}
	nest_settle(w, &meta, 0);
}

static void kon_short(void *arg, uint64_t origin, uint64_t at)
{
	struct kon *k = arg;
	union wire_body b = { 0 };

	b.shrt = (struct wire_short){ origin, at };
	wire_put(&k->w->out, WIRE_SHORT, &b, STR_NONE);
}

static void kon_problem(void *arg, struct str text)
{
	struct kon *k = arg;

	wire_put(&k->w->out, WIRE_PROBLEM, NULL, text);
}

static void tell_kind(struct work *w, enum input_kind kind)
{
	union wire_body b = { 0 };

	b.kind.kind = kind;
	wire_put(&w->out, WIRE_KIND, &b, STR_NONE);
}

static void end(struct work *w, union wire_body *b)
{
	initrd_release(w);
	buf_free(&w->held.name);
	b->end.nrefused = w->nrefused;
	b->end.bytes = w->bytes;
	if (w->spool.failed)
		wire_put(&w->out, WIRE_FAIL, NULL, str_of(w->spool.err.msg));
	wire_put(&w->out, WIRE_END, b, buf_view(&w->why));
	wire_flush(&w->out);
}

/* What the sealed file itself lacks. */
static void age_damage(const struct work *w, struct proof *p, bool *cut)
{
	if (w->in.age->nbad)
		proof_problem(p, "%llu pieces of the sealed file are damaged",
			      (unsigned long long)w->in.age->nbad);
	if (w->in.age->cut)
		*cut = true;
}

static int archive(struct work *w, bool plain)
{
	struct kon kon = { .w = w };
	struct konread *k = &kon.read;
	union wire_body b = { 0 };
	struct err err = { 0 };

	tell_kind(w, INPUT_ARCHIVE);
	k->member = (struct tarin_sink){ &kon, kon_begin, kon_data, kon_end };
	k->proof.arg = &kon;
	k->proof.on_short = kon_short;
	k->proof.on_problem = kon_problem;
	if (konread(k, &w->in, plain, &err) < 0)
		wire_put(&w->out, WIRE_FAIL, NULL, str_of(err.msg));
	if (w->in.age)
		age_damage(w, &k->proof, &k->cut);
	b.end.whole = proof_end(&k->proof, k->cut, &w->why);
	for (uint32_t i = 0; i < 4; i++)
		if (strcmp(k->proof.state, wire_state[i]) == 0)
			b.end.state = i;
	b.end.nmember = k->proof.nmember;
	b.end.nsealed = k->proof.nsealed;
	b.end.nproblem = k->proof.nproblem;
	memcpy(b.end.chain, k->proof.chain, SHA256_LEN);
	w->nrefused += k->nodd;
	end(w, &b);
	konread_free(k);
	return 0;
}

/* Nobody knows it: the input itself is the only member. */
static void as_it_is(struct work *w, uint64_t size, int64_t mtime_ns)
{
	struct meta m = { .name = str_of(w->box->name),
			  .size = size,
			  .short_at = UINT64_MAX,
			  .mtime_ns = mtime_ns };
	char buf[16384];
	uint64_t off = 0;
	ssize_t n;

	while ((n = infile_read(&w->in, buf, sizeof(buf), off)) > 0 &&
	       spool_write(&w->spool, off, buf, (size_t)n))
		off += (uint64_t)n;
	m.size = off;
	nest_settle(w, &m, UNPACK_MAX_DEPTH);
}

/* What the sealed file itself lacks, of an input that proves nothing. */
static void age_why(struct work *w, struct foreign_result *res)
{
	const struct age_reader *age = w->in.age;

	if (!age || (!age->cut && age->nbad == 0))
		return;
	if (!res->damaged && age->nbad)
		(void)snprintf(res->why, sizeof(res->why),
			       "%llu pieces of the sealed file are damaged",
			       (unsigned long long)age->nbad);
	else if (!res->damaged)
		(void)snprintf(res->why, sizeof(res->why),
			       "the sealed file is cut");
	res->damaged = true;
}

/* A sealed file that holds no container: a log, say. */
static int sealed_file(struct work *w)
{
	struct foreign_result res = { .damaged = false };
	union wire_body b = { 0 };
	int64_t mtime_ns = INT64_MIN;
	struct stat st;

	if (fstat(w->box->in, &st) == 0 && S_ISREG(st.st_mode))
		mtime_ns = ts_of(st.st_mtim.tv_sec, st.st_mtim.tv_nsec, NULL);
	as_it_is(w, infile_size(&w->in), mtime_ns);
	age_why(w, &res);
	tell_kind(w, INPUT_FILE);
	buf_puts(&w->why, res.why);
	b.end.whole = res.damaged ? ARCHIVE_CUT : ARCHIVE_WHOLE;
	end(w, &b);
	return 0;
}

static int foreign(struct work *w, uint64_t size, bool frames)
{
	struct foreign_result res;
	union wire_body b = { 0 };
	struct err err = { 0 };
	struct str stem = str_of(w->box->name);
	char head[HEAD];
	ssize_t n = infile_read(&w->in, head, HEAD, 0);

	if (n > 0)
		(void)foreign_looks(str_mem(head, (size_t)n), stem, &stem);
	if (nest_input(w, size, stem, &res, &err) < 0) {
		if (frames)
			wire_put(&w->out, WIRE_FAIL, NULL, str_of(err.msg));
		else
			as_it_is(w, size, INT64_MIN);
		res.damaged = true;
		(void)snprintf(res.why, sizeof(res.why), "%s", err.msg);
	}
	age_why(w, &res);
	tell_kind(w, res.kind);
	if (res.damaged)
		buf_puts(&w->why, res.why[0] ? res.why : "it breaks off");
	w->nrefused += res.nrefused;
	b.end.whole = res.damaged ? ARCHIVE_CUT : ARCHIVE_WHOLE;
	end(w, &b);
	return 0;
}

static int regions(struct work *w)
{
	union wire_body b = { 0 };

	tell_kind(w, INPUT_DIR);
	for (size_t i = 0; i < w->box->nregion && !w->spool.failed; i++) {
		const struct box_region *r = &w->box->region[i];
		const struct meta m = { .name = r->name,
					.size = r->size,
					.origin = r->origin,
					.short_at = UINT64_MAX,
					.mtime_ns = r->mtime_ns,
					.mode = r->mode,
					.uid = r->uid,
					.gid = r->gid };

		if (nest_expand(w, w->box->spool, r->off, &m, 0))
			spool_forget(&w->spool, r->off, r->size);
	}
	end(w, &b);
	return 0;
}

void box_utc(void)
{
	(void)setenv("TZ", "UTC0", 1); /* fails for want of memory only */
	tzset();
}

static void shut_in(const struct box *b)
{
	int keep[] = { b->pipe, b->in >= 0 ? b->in : b->pipe,
		       b->spool >= 0 ? b->spool : b->pipe };
	struct sandbox_options o = { .max_data = MAX_DATA };
	struct sandbox s;

	box_utc();
	child_keep_fds(keep, 3);
	sandbox_enter(&o, &s);
}

/* Nothing that we know, or that may be looked into. */
static int nothing(struct work *w, const char *why)
{
	union wire_body none = { 0 };

	if (why)
		wire_put(&w->out, WIRE_FAIL, NULL, str_of(why));
	tell_kind(w, INPUT_FILE);
	end(w, &none);
	return 0;
}

static int contents(struct work *w)
{
	const struct box *b = w->box;
	char head[HEAD] = "";
	struct str stem;
	bool plain, frames;

	if (infile_read(&w->in, head, HEAD, 0) < 0)
		return 4;
	plain = foreign_looks(str_mem(head, HEAD), STR("x.tar"), &stem);
	frames = foreign_looks(str_mem(head, HEAD), STR("x.zst"), &stem) ||
		 b->spool < 0 || b->force;
	if ((plain || frames) && konread_probe(&w->in, plain))
		return archive(w, plain);
	if (b->spool < 0)
		return nothing(w, NULL);
	if (w->in.age && !foreign_looks(str_mem(head, HEAD), STR_NONE, &stem))
		return sealed_file(w);
	return foreign(w, infile_size(&w->in), frames);
}

/* A sealed input is opened here, where its header can do no harm. */
static int sealed(struct work *w)
{
	const struct box *b = w->box;
	struct age_reader age;
	struct err err = { 0 };
	int rc;

	if (age_open(&age, b->in, b->identity, b->nidentity, &err) != AGE_OPEN)
		return nothing(w, err.msg);
	w->in.age = &age;
	rc = contents(w);
	age_reader_free(&age);
	return rc;
}

int box_main(void *arg)
{
	const struct box *b = arg;
	struct work w = { .box = b, .in.fd = b->in, .out.fd = b->pipe };
	char head[HEAD] = "";
	ssize_t n;

	if (b->spool >= 0)
		spool_init(&w.spool, b->spool, b->spool_end);
	shut_in(b);
	if (b->in < 0)
		return regions(&w);
	n = io_pread(b->in, head, HEAD, 0);
	if (n < 0)
		return 4;
	return infile_sealed(str_mem(head, (size_t)n)) ? sealed(&w)
						       : contents(&w);
}
