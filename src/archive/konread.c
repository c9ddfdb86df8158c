/*
 * konread.c - frames -> tar -> members, and the proof beside them.
 */
#include "konread.h"

#include "konseki/archive.h"

static bool is_seal(struct str name)
{
	return str_starts(name, STR(KONSEKI_SEAL));
}

static void on_begin(void *arg, const struct tarin_member *m)
{
	struct konread *k = arg;

	if (m->type != '0') {
		struct buf b = { 0 };

		k->nodd++;
		proof_name(&b, m->facts.name);
		proof_problem(&k->proof, "%.*s: is no plain file", (int)b.n,
			      b.n ? b.p : "");
		buf_free(&b);
		return;
	}
	k->in_seal = is_seal(m->facts.name) && m->facts.size <= PROOF_MAX_SEAL;
	buf_clear(&k->seal);
	k->member.begin(k->member.arg, m);
}

static void on_data(void *arg, uint64_t off, const void *p, size_t n)
{
	struct konread *k = arg;

	if (k->tar.m.type != '0') /* begin did not hand it on */
		return;
	if (k->in_seal)
		buf_add(&k->seal, p, n);
	k->member.data(k->member.arg, off, p, n);
}

static void on_end(void *arg, const struct tarin_member *m, uint64_t got)
{
	struct konread *k = arg;

	if (m->type != '0')
		return;
	if (got == m->stored) {
		if (k->in_seal)
			proof_seal(&k->proof, buf_view(&k->seal));
		proof_member(&k->proof, &m->facts, k->nmember);
	}
	k->member.end(k->member.arg, m, got);
	k->nmember++;
	k->in_seal = false;
}

static bool on_bytes(void *arg, const void *p, size_t n)
{
	struct konread *k = arg;

	tarin_add(&k->tar, p, n);
	k->decoded += n;
	if (k->decoded <= KONREAD_FREE_BYTES ||
	    k->decoded / KONREAD_MAX_RATIO <= k->size)
		return false;
	proof_problem(&k->proof, "it expands beyond %u to 1",
		      KONREAD_MAX_RATIO);
	return true;
}

static bool on_frame(void *arg, uint64_t at, enum frame_end how)
{
	struct konread *k = arg;
	bool lost = k->tar.state == TARIN_LOST;

	if (how == FRAME_DAMAGED && !k->damaged)
		proof_problem(&k->proof, "the frame at byte %llu is damaged",
			      (unsigned long long)at);
	else if (lost && !k->damaged && how == FRAME_WHOLE)
		proof_problem(&k->proof,
			      "the frame at byte %llu holds no tar headers",
			      (unsigned long long)at);
	if (how == FRAME_CUT)
		k->cut = true;
	k->damaged = how == FRAME_DAMAGED;
	if (how != FRAME_WHOLE || lost)
		tarin_break(&k->tar);
	return false;
}

static void on_garbage(void *arg, uint64_t at, uint64_t n)
{
	struct konread *k = arg;

	if (!k->damaged)
		proof_problem(&k->proof, "%llu bytes at byte %llu are no frame",
			      (unsigned long long)n, (unsigned long long)at);
}

int konread(struct konread *k, const struct infile *in, bool plain,
	    struct err *err)
{
	const struct tarin_sink tar = { k, on_begin, on_data, on_end };
	const struct frames_sink frames = { k, on_bytes, on_frame, on_garbage };
	int rc;

	k->size = infile_size(in);
	tarin_init(&k->tar, &tar);
	proof_init(&k->proof);
	rc = frames_read(in, plain, &frames, err);
	if (k->tar.state == TARIN_DATA || k->tar.state == TARIN_MAP ||
	    k->tar.state == TARIN_PAX || k->tar.block.n > 0)
		k->cut = true;
	if (k->tar.state != TARIN_OVER)
		k->cut = true;
	if (k->tar.extra > 0)
		proof_problem(&k->proof,
			      "%llu bytes stand behind the end of the archive",
			      (unsigned long long)k->tar.extra);
	tarin_break(&k->tar);
	tarin_free(&k->tar);
	return rc;
}

void konread_free(struct konread *k)
{
	proof_free(&k->proof);
	buf_free(&k->seal);
}

struct probe {
	struct tarin tar;
	bool seen, yes, damaged;
	uint64_t n;
};

#define PROBE_MAX (1u << 20)

static void probe_begin(void *arg, const struct tarin_member *m)
{
	static const char *const own[] = { KONSEKI_LIVE,   KONSEKI_STATE,
					   KONSEKI_STATUS, KONSEKI_SEAL,
					   KONSEKI_FILES,  KONSEKI_ROOTS };
	struct probe *p = arg;
	struct str name = m->facts.name;

	if (p->seen)
		return;
	p->seen = true;
	p->yes = str_is(name, KONSEKI_MANIFEST);
	/* the first frame is lost: the others have our names too */
	for (size_t i = 0; p->damaged && i < sizeof(own) / sizeof(own[0]); i++)
		p->yes |= str_starts(name, str_of(own[i]));
}

static void probe_data(void *arg, uint64_t off, const void *p, size_t n)
{
	(void)arg;
	(void)off;
	(void)p;
	(void)n;
}

static void probe_end(void *arg, const struct tarin_member *m, uint64_t got)
{
	(void)arg;
	(void)m;
	(void)got;
}

static bool probe_bytes(void *arg, const void *data, size_t n)
{
	struct probe *p = arg;

	tarin_add(&p->tar, data, n);
	p->n += n;
	return p->seen || p->n > PROBE_MAX || p->tar.state == TARIN_LOST;
}

static bool probe_frame(void *arg, uint64_t at, enum frame_end how)
{
	struct probe *p = arg;

	(void)at;
	p->damaged |= how == FRAME_DAMAGED;
	tarin_break(&p->tar);
	return p->seen || how == FRAME_WHOLE;
}

static void probe_garbage(void *arg, uint64_t at, uint64_t n)
{
	struct probe *p = arg;

	(void)at;
	(void)n;
	p->damaged = true;
}

bool konread_probe(const struct infile *in, bool plain)
{
	struct probe p = { 0 };
	const struct tarin_sink tar = { &p, probe_begin, probe_data,
					probe_end };
	const struct frames_sink frames = { &p, probe_bytes, probe_frame,
					    probe_garbage };

	tarin_init(&p.tar, &tar);
	if (frames_read(in, plain, &frames, NULL) < 0)
		p.yes = false;
	tarin_free(&p.tar);
	return p.yes;
}
