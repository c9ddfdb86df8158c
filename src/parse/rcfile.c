/*
 * rcfile - shell scripts that something runs by itself: rc.local, init.d,
 * profiles, shells' rc files, cron.daily, motd, network hooks.  One autorun
 * a logical line that does something; past MAX_LINES lines are joined, so
 * that nothing hides behind a long script.
 */
#include "../host/kept.h"
#include "../util/buf.h"
#include "atjob.h"
#include "autorun.h"

#define MAX_LINES 200 /* of one file, an event each */
#define MAX_JOINED (16u << 10)

static const struct start *place(struct str path)
{
	const struct start *s = start_of(path);

	return s && s->rule < START_FLAG ? s : NULL;
}

static unsigned probe(const struct source *src)
{
	/* the table is the path's half; PATH_BITS come on top of it */
	return place(src->path) ? AUTORUN_BITS : CANNOT;
}

/* Lines of a shell's grammar alone run nothing. */
static bool runs_nothing(struct str line)
{
	static const char *const syntax[] = {
		"fi", "then", "else", "do",    "done", "esac", "{",      "}",
		";;", "(",    ")",    "done;", "fi;",  "};",   "return", "end",
	};

	if (line.n == 0 || line.p[0] == '#')
		return true;
	for (size_t i = 0; i < sizeof(syntax) / sizeof(*syntax); i++)
		if (str_is(line, syntax[i]))
			return true;
	return false;
}

struct script {
	struct autorun a;
	struct buf joined; /* what comes after MAX_LINES */
	uint64_t joined_off;
	size_t n;
	bool at; /* of at(1) */
};

static enum outcome flush(struct parse *p, struct script *s)
{
	enum outcome got;

	if (s->joined.n == 0)
		return WHOLE;
	s->a.command = s->a.original = buf_view(&s->joined);
	s->a.off = s->joined_off;
	got = autorun_emit(p, &s->a);
	buf_clear(&s->joined);
	return got;
}

static enum outcome line_take(struct parse *p, struct script *s,
			      const struct text_line *l)
{
	struct str line = str_trim(l->line);

	if (runs_nothing(line) || (s->at && atjob_frame(line)))
		return WHOLE;
	if (s->n++ < MAX_LINES) {
		s->a.command = s->a.original = line;
		s->a.off = l->off;
		return autorun_emit(p, &s->a);
	}
	if (s->joined.n == 0)
		s->joined_off = l->off;
	else
		buf_c(&s->joined, '\n');
	buf_str(&s->joined, line);
	return s->joined.n >= MAX_JOINED ? flush(p, s) : WHOLE;
}

/* The program itself, whatever it holds; the walk has told it if there is one.
 */
static enum outcome entry(struct parse *p, const struct autorun *lines)
{
	struct autorun a = *lines;

	if (p->ctx->have & CTX_FILES)
		return WHOLE;
	a.command = a.target = p->src->path;
	a.sub = 1;
	return autorun_emit(p, &a);
}

static enum outcome script(struct parse *p, struct script *s)
{
	enum outcome got = WHOLE;
	struct text_line l;
	bool more = true;
	size_t at = 0;

	while (more && got != STOP) {
		struct arena_mark mark = arena_mark(p->scratch);

		more = text_next_logical(p->src->data, &at, &l, STR_NONE,
					 p->scratch);
		if (more)
			got = line_take(p, s, &l);
		arena_rewind(p->scratch, mark);
	}
	if (got != STOP)
		got = flush(p, s);
	buf_free(&s->joined);
	return got;
}

static enum outcome parse(struct parse *p)
{
	const struct start *st = place(p->src->path);
	struct script s = { .a = { .dataset = "rcfile" } };
	enum outcome got;

	if (!st)
		return REFUSED;
	if (!start_applies(st, p->ctx, p->src->path))
		return WHOLE; /* a copy in nobody's home */
	s.a.mechanism = st->mechanism;
	s.a.name = str_base(p->src->path);
	s.a.user = start_user(st, p->ctx, p->src->path);
	s.a.schedule = str_of(st->when);
	s.a.enabled = (uint8_t)start_enabled(st, p->ctx, p->src->path,
					     p->src->mode & 07777);
	s.at = strcmp(st->mechanism, "cron_at") == 0;
	if (s.at) {
		s.a.user = atjob_user(p);
		s.a.schedule = atjob_when(p);
	}
	got = entry(p, &s.a);
	return got == WHOLE && text_looks(p->src->data) ? script(p, &s) : got;
}

/* starts.def without what other parsers read */
#define PICK_PROGRAMS(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_rcfile = {
	.name = "rcfile",
	.title = "programs and scripts that run by themselves: cron.daily, "
		 "init.d, rc.local, profiles, generators, hooks",
	.title_ja = "自動実行のプログラムとスクリプト（cron.daily、init.d、"
		    "rc.local、プロファイル、ジェネレーター、各種フック）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
