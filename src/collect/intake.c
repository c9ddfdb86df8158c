/* intake.c - frames in, archive out. */
#include "intake.h"

#include "content.h"
#include "hook.h"
#include "account.h"
#include "status.h"

#include "konseki/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool broke(struct intake *in)
{
	in->failed = true;
	return false;
}

/* What a judgement may need of what passes by. */
static void show_rows(const struct intake *in, struct str member,
		      struct str lines)
{
	const struct collect_hook *h = in->scene->env.options->hook;
	bool walk = str_starts(member, STR(KONSEKI_STATE "files."));

	if (h &&
	    (walk ? h->files
		  : str_starts(member, STR(KONSEKI_LIVE "processes.")) ||
			     str_starts(member, STR(KONSEKI_LIVE "sockets."))))
		h->rows(h->arg, member, lines);
}

static bool write_stream(struct intake *in, struct stream *s)
{
	char name[128];
	struct member m = { .mode = 0600 };

	if (s->rows.n == 0)
		return true;
	/* streams of the walk and of secrets say `state/…' themselves */
	(void)snprintf(name, sizeof(name), "%s%s.%04u.jsonl",
		       strchr(s->name, '/') ? "" : KONSEKI_LIVE, s->name,
		       s->nmember++);
	m.name = str_of(name);
	m.size = s->rows.n;
	m.mtime_ns = sys_realtime_ns();
	m.atime_ns = m.ctime_ns = INT64_MIN;
	if (writer_add(in->w, &m, buf_view(&s->rows), &in->err) < 0)
		return broke(in);
	in->res->nmember++;
	show_rows(in, m.name, buf_view(&s->rows));
	buf_clear(&s->rows);
	return true;
}

bool intake_flush(struct intake *in)
{
	for (size_t i = 0; i < in->nstream; i++) {
		if (!write_stream(in, &in->stream[i]))
			return false;
		buf_free(&in->stream[i].rows);
	}
	return true;
}

static struct stream *stream_of(struct intake *in, struct str name)
{
	struct stream *s;

	for (size_t i = 0; i < in->nstream; i++)
		if (str_is(name, in->stream[i].name))
			return &in->stream[i];
	if (in->nstream == INTAKE_STREAMS || name.n > 64)
		return NULL;
	s = &in->stream[in->nstream++];
	memcpy(s->name, name.p, name.n);
	return s;
}

static bool rows(struct intake *in, struct str p)
{
	struct str name, lines;
	struct stream *s;

	if (p.n < 1 || (unsigned char)p.p[0] > p.n - 1)
		return false;
	name = str_head(str_skip(p, 1), (unsigned char)p.p[0]);
	lines = str_skip(p, 1 + name.n);
	s = stream_of(in, name);
	if (!s)
		return false;
	if (!in->open && s->rows.n + lines.n > INTAKE_STREAM &&
	    !write_stream(in, s))
		return false;
	buf_str(&s->rows, lines);
	return true;
}

static bool begin(struct intake *in, struct str p)
{
	struct member m;

	if (in->open || !frame_member_read(p, &m, in->extent, in->xattr))
		return false;
	if (writer_begin(in->w, &m, &in->err) < 0)
		return broke(in);
	in->open = true;
	buf_clear(&in->name);
	buf_str(&in->name, m.name);
	return true;
}

/* files/var/log/x.part0003 -> /var/log/x; x.partial stays what it is */
static struct str host_path(struct str member)
{
	member.n -= content_part_suffix(member);
	if (str_starts(member, STR("files/")))
		return str_skip(member, 5);
	return member;
}

static bool end(struct intake *in)
{
	unsigned char digest[SHA256_LEN];
	uint64_t short_at = UINT64_MAX;

	if (!in->open)
		return false;
	in->open = false;
	if (writer_end(in->w, &short_at, digest, &in->err) < 0)
		return broke(in);
	in->res->nmember++;
	(void)map_put(&in->scene->done, host_path(buf_view(&in->name)), NULL);
	if (short_at != UINT64_MAX)
		intake_status(in, "member", NULL, buf_view(&in->name),
			      PROBE_TRUNCATED, 0, 1, short_at, 0);
	return true;
}

bool intake_cut(struct intake *in)
{
	return in->open && !in->failed ? end(in) : true;
}

/* Room for what is said of a group; NULL: something was said already. */
static struct collect_gap *new_gap(struct collect_result *r, const char *group)
{
	struct collect_gap *g;

	for (size_t i = 0; i < r->ngap; i++)
		if (strcmp(r->gap[i].group, group) == 0)
			return NULL;
	if (r->ngap == COLLECT_MAX_GAPS)
		return NULL;
	g = &r->gap[r->ngap++];
	(void)snprintf(g->group, sizeof(g->group), "%s", group);
	return g;
}

void intake_not_begun(struct intake *in, const char *group)
{
	struct collect_gap *g = new_gap(in->res, group);

	if (!g)
		return;
	(void)snprintf(g->why, sizeof(g->why), "%s", NOT_BEGUN);
	intake_status(in, group, group, STR(NOT_BEGUN), PROBE_SKIPPED, EINTR, 0,
		      0, 0);
}

void intake_gap(struct intake *in, const char *group, enum probe_state state,
		struct str what)
{
	struct collect_gap *g = new_gap(in->res, group);

	if (!g)
		return;
	(void)snprintf(g->why, sizeof(g->why), "%s%s" STR_FMT,
		       status_name(state), what.n ? ": " : "", STR_ARG(what));
}

static bool incomplete(enum probe_state s)
{
	return s == PROBE_DENIED || s == PROBE_TIMEOUT ||
	       s == PROBE_TRUNCATED || s == PROBE_FAILED;
}

void intake_status(struct intake *in, const char *probe, const char *core,
		   struct str what, enum probe_state state, int errnum,
		   uint64_t count, uint64_t bytes, int64_t duration_ns)
{
	struct status_line s = { probe,  core,  what,  state,
				 errnum, count, bytes, duration_ns };

	buf_clear(&in->line);
	status_render(&in->line, &s);
	writer_status(in->w, buf_view(&in->line));
	in->res->state[state]++;
	account_line(in->res, &s);
	if (core && *core && incomplete(state))
		intake_gap(in, core, state, what);
	/* ECANCELED: left out because the user said so */
	if (core && *core &&
	    (state == PROBE_COLLECTED ||
	     (state == PROBE_SKIPPED && errnum == ECANCELED)) &&
	    !str_has(buf_view(&in->had), str_of(core))) {
		buf_puts(&in->had, core);
		buf_c(&in->had, '\n');
	}
}

static bool cstr_field(struct str *s, size_t n, char out[64])
{
	if (s->n < n || n > 63)
		return false;
	memcpy(out, s->p, n);
	out[n] = '\0';
	*s = str_skip(*s, n);
	return true;
}

static bool status(struct intake *in, struct str p)
{
	struct frame_status h;
	char probe[64], core[64];

	if (p.n < sizeof(h))
		return false;
	memcpy(&h, p.p, sizeof(h));
	p = str_skip(p, sizeof(h));
	if (h.state >= PROBE_STATES || !cstr_field(&p, h.nprobe, probe) ||
	    !cstr_field(&p, h.ncore, core) || p.n != h.nwhat)
		return false;
	intake_status(in, probe, core, p, (enum probe_state)h.state, h.errnum,
		      h.count, h.bytes, h.duration_ns);
	return true;
}

#define MAX_PROGRAMS 200000u /* 30 MB of paths at worst on a busy host */

static bool program(struct intake *in, struct str p)
{
	struct scene *sc = in->scene;
	struct frame_program f;

	if (p.n < sizeof(f))
		return false;
	memcpy(&f, p.p, sizeof(f));
	if (sc->nprogram == MAX_PROGRAMS) {
		intake_status(in, "programs", NULL, str_skip(p, sizeof(f)),
			      PROBE_SKIPPED, ENOSPC, 0, f.size, 0);
		return true;
	}
	vec_grow(&sc->program, &sc->capprogram, sc->nprogram + 1,
		 sizeof(*sc->program));
	sc->program[sc->nprogram++] = (struct program){
		.path = arena_dup(&sc->arena, str_skip(p, sizeof(f))),
		.ctime_ns = f.ctime_ns,
		.size = f.size,
		.hit = f.hit != 0,
		.web = f.web != 0,
		.pointed = f.pointed != 0,
	};
	return true;
}

#define MAX_POINTED 65536u

static bool pointed(struct intake *in, struct str p)
{
	if (in->scene->pointed.nitem < MAX_POINTED)
		(void)map_put(&in->scene->pointed, p, NULL);
	return true;
}

static bool count(struct intake *in, struct str p)
{
	uint64_t n;

	if (p.n != sizeof(n))
		return false;
	memcpy(&n, p.p, sizeof(n));
	in->nobject += n;
	return true;
}

static bool data(struct intake *in, struct str p)
{
	if (!in->open)
		return false;
	return writer_data(in->w, p, &in->err) == 0 || broke(in);
}

bool intake_frame(struct intake *in, const struct frame *f, struct str p)
{
	switch (f->type) {
	case FRAME_ROWS:
		return rows(in, p);
	case FRAME_BEGIN:
		return begin(in, p);
	case FRAME_DATA:
		return data(in, p);
	case FRAME_END:
		return end(in);
	case FRAME_STATUS:
		return status(in, p);
	case FRAME_PROGRAM:
		return program(in, p);
	case FRAME_POINTED:
		return pointed(in, p);
	case FRAME_COUNT:
		return count(in, p);
	case FRAME_DONE:
		in->done = true;
		return true;
	default:
		return false;
	}
}

void intake_free(struct intake *in)
{
	for (size_t i = 0; i < in->nstream; i++)
		buf_free(&in->stream[i].rows);
	buf_free(&in->name);
	buf_free(&in->line);
	buf_free(&in->had);
}
