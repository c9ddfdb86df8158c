/*
 * case/hook_judge.c - the judging process: rows become events by the same
 * parsers, joins and rules as in an analysis.  Which packages own a program
 * is not known yet: rules that ask for it do not fire here.
 */
#include "hook_judge.h"

#include <stdlib.h>
#include <unistd.h>

#include "../derive/derive.h"
#include "../host/build.h"
#include "../parse/parser.h"
#include "../util/sandbox.h"

#define MAX_ROWS (48u << 20) /* of processes and sockets */
#define MAX_MEMBERS 256u
#define MAX_SEEN 4096u /* hits in rows */
#define SCRATCH_CAP (16u << 20)

void hook_answer(struct judge_state *s, enum hook_type type, struct str p)
{
	struct hook_head head = { type, 0, s->id };

	buf_clear(&s->out);
	buf_add(&s->out, &head, sizeof(head));
	buf_str(&s->out, p);
	if (write(s->fd, s->out.p, s->out.n) < 0)
		_exit(0); /* nobody is listening */
}

static void put(struct buf *b, struct str s)
{
	uint16_t n;

	s = str_head(s, HOOK_TEXT * 4);
	n = (uint16_t)s.n;
	buf_add(b, &n, sizeof(n));
	buf_str(b, s);
}

/* A hit in rows waits for the question; one in a file is an answer. */
static void tell(struct judge_state *s, const struct hook_hit *h)
{
	struct buf b = { 0 };
	uint32_t n;
	bool added;

	buf_add(&b, &h->pid, sizeof(h->pid));
	put(&b, h->kind);
	put(&b, h->rule_id);
	put(&b, h->rule_name);
	put(&b, str_head(h->why, HOOK_TEXT));
	put(&b, h->path);
	if (s->scanning) {
		hook_answer(s, HOOK_HIT, buf_view(&b));
	} else if (s->nseen < MAX_SEEN) {
		(void)map_put(&s->told, buf_view(&b), &added);
		if (added) {
			n = (uint32_t)b.n;
			buf_add(&s->seen, &n, sizeof(n));
			buf_str(&s->seen, buf_view(&b));
			s->nseen++;
		}
	}
	buf_free(&b);
}

static uint32_t pid_of(const struct event *e)
{
	const struct field *f = ev_get(e, KEY_PROCESS_PID);

	return f && f->type == V_U64 && f->v.u64 <= UINT32_MAX
		       ? (uint32_t)f->v.u64
		       : 0;
}

static struct str path_of(const struct event *e)
{
	struct str p = ev_get_str(e, KEY_FILE_PATH);

	return p.n ? p : ev_get_str(e, KEY_PROCESS_EXECUTABLE);
}

static void want_memory(struct judge_state *s, const struct event *e)
{
	const struct proc *p = ctx_pid(&s->ctx, pid_of(e));
	struct hook_proc w;

	if (!p || p->start_ns == INT64_MIN || s->nproc == HOOK_MAX_PROCS)
		return;
	w = (struct hook_proc){ p->pid, p->start_ns };
	for (size_t i = 0; i < s->nproc; i++)
		if (s->proc[i].pid == w.pid)
			return;
	vec_grow(&s->proc, &s->capproc, s->nproc + 1, sizeof(*s->proc));
	s->proc[s->nproc++] = w;
}

/* What the rules say of one event, be it a row's or a match in a file. */
void hook_event(struct judge_state *s, const struct event *e)
{
	struct hook_hit h = { .pid = pid_of(e),
			      .path = s->scanning ? buf_view(&s->path)
						  : path_of(e) };

	for (size_t i = 0; i < e->nfield; i++) {
		const struct field *f = &e->field[i];
		const struct rule_info *r;

		if (f->key != KEY_K_HITS || f->type != V_U64)
			continue;
		if (ruleset_memory(s->rs, f->v.u64) && !s->scanning)
			want_memory(s, e);
		r = ruleset_info(s->rs, f->v.u64);
		if (!r || (r->kind != RULE_YARA && r->kind != RULE_IOC))
			continue;
		h.kind = str_of(rule_kind_name(r->kind));
		h.rule_id = r->id;
		h.rule_name = r->name;
		h.why = ev_get_str(e, r->kind == RULE_YARA ? KEY_K_YARA_STRINGS
							   : KEY_K_IOC);
		tell(s, &h);
	}
}

static int take_event(struct sink *sink, struct event *e)
{
	struct judge_state *s = (struct judge_state *)(void *)sink;
	struct arena_mark m = arena_mark(&s->enrich);

	if (e->kind != KIND_YARA) {
		enrich(e, s->src, &s->ctx, &s->enrich);
		matcher_event(s->matcher, e);
	}
	hook_event(s, e);
	arena_rewind(&s->enrich, m);
	return 0;
}

static const struct sink_ops ops = { .event = take_event };

static void parse_rows(struct judge_state *s, const char *member,
		       struct str text)
{
	struct source src = { .member = str_of(member),
			      .data = text,
			      .size = text.n,
			      .mtime_ns = INT64_MIN,
			      .flags = SRC_STREAM,
			      .short_at = UINT64_MAX };
	struct parse run = { .src = &src,
			     .ctx = &s->ctx,
			     .keep = &s->keep,
			     .scratch = &s->scratch,
			     .out = &s->sink,
			     .ev = &s->ev };
	const struct parser *p = parser_pick(&src);

	s->src = &src;
	if (p)
		(void)parser_run(p, &run); /* damage is the analysis' to note */
	arena_free(&s->keep);
	arena_free(&s->scratch);
}

/* ---- rows ---- */

static struct rows *rows_of(struct judge_state *s, struct str name)
{
	struct rows *r;

	for (size_t i = 0; i < s->nrows; i++)
		if (str_is(name, s->rows[i].name))
			return &s->rows[i];
	if (s->nrows == MAX_MEMBERS)
		return NULL;
	vec_grow(&s->rows, &s->caprows, s->nrows + 1, sizeof(*s->rows));
	r = &s->rows[s->nrows++];
	*r = (struct rows){ 0 };
	memcpy(r->name, name.p, name.n);
	return r;
}

static void judge_rows(struct judge_state *s)
{
	if (s->judged)
		return;
	s->judged = true;
	s->scanning = false;
	for (size_t i = 0; i < s->nrows; i++)
		context_take(&s->ctx, str_of(s->rows[i].name), STR_NONE,
			     buf_view(&s->rows[i].text));
	context_finish(&s->ctx);
	for (size_t i = 0; i < s->nrows; i++) {
		parse_rows(s, s->rows[i].name, buf_view(&s->rows[i].text));
		buf_free(&s->rows[i].text);
	}
}

/* Rows of the walk are looked at as they come, and not kept. */
static void walk_rows(struct judge_state *s, struct str lines)
{
	size_t whole;
	struct str text;

	judge_rows(s); /* the tables of the living are complete by now */
	buf_str(&s->files.text, lines);
	text = buf_view(&s->files.text);
	whole = str_rchr(text, '\n');
	if (whole == (size_t)-1)
		return;
	parse_rows(s, "state/files.0000.jsonl", str_head(text, whole + 1));
	memmove(s->files.text.p, text.p + whole + 1, text.n - whole - 1);
	s->files.text.n -= whole + 1;
}

static void take_rows(struct judge_state *s, struct str p)
{
	struct str name, lines;
	struct rows *r;

	if (p.n == 0 || (unsigned char)p.p[0] > p.n - 1)
		return;
	name = str_head(str_skip(p, 1), (unsigned char)p.p[0]);
	lines = str_skip(p, 1 + name.n);
	if (str_starts(name, STR("state/files"))) {
		if (s->o->ioc && s->files.text.n < MAX_ROWS)
			walk_rows(s, lines);
		return;
	}
	r = rows_of(s, name);
	if (!r || lines.n > MAX_ROWS - s->nbytes)
		return;
	buf_str(&r->text, lines);
	s->nbytes += lines.n;
}

static void answer_memory(struct judge_state *s)
{
	const size_t step = HOOK_PIECE / sizeof(*s->proc);

	judge_rows(s);
	for (size_t i = 0; i < s->nproc; i += step) {
		size_t n = s->nproc - i < step ? s->nproc - i : step;

		hook_answer(s, HOOK_PROCS,
			    str_mem(&s->proc[i], n * sizeof(*s->proc)));
	}
	hook_answer(s, HOOK_OVER, STR_NONE);
}

/* Rules that are wrong, once. */
static void tell_invalid(struct judge_state *s)
{
	s->scanning = false;
	for (size_t i = 0; i < ruleset_count(s->rs); i++) {
		const struct rule_info *r = ruleset_info(s->rs, i);
		struct hook_hit h = { .kind = STR("invalid"),
				      .rule_id = r->id,
				      .rule_name = r->name,
				      .why = r->why };

		if (r->state == RULE_INVALID)
			tell(s, &h);
	}
}

static void answer_seen(struct judge_state *s)
{
	struct str rest;
	uint32_t n;

	judge_rows(s);
	tell_invalid(s);
	for (rest = buf_view(&s->seen); rest.n >= sizeof(n);
	     rest = str_skip(rest, n)) {
		memcpy(&n, rest.p, sizeof(n));
		rest = str_skip(rest, sizeof(n));
		hook_answer(s, HOOK_HIT, str_head(rest, n));
	}
	hook_answer(s, HOOK_OVER, STR_NONE);
}

/* ---- the process ---- */

static void compile(struct judge_state *s)
{
	s->rs = ruleset_compile(s->o->rule, s->o->nrule);
	sandbox_tighten(false, &(struct sandbox){ 0 });
	s->matcher = matcher_new(s->rs);
	if (s->o->scan)
		s->scanner = scanner_new(s->rs);
}

static void out_of_memory(struct arena *a)
{
	(void)a;
	_exit(3); /* the collector hears no answer, and says so */
}

int hook_judge(int fd, const struct hook_options *o)
{
	const struct sandbox_options box = { .may_exec_pages = true };
	struct judge_state *s = xmalloc(sizeof(*s));
	size_t max = sizeof(struct hook_head) + HOOK_PIECE;
	char *in = xmalloc(max);
	struct sandbox sb;
	ssize_t n;

	sandbox_enter(&box, &sb);
	s->sink.ops = &ops;
	s->fd = fd;
	s->o = o;
	arena_init(&s->keep, SCRATCH_CAP);
	arena_init(&s->scratch, SCRATCH_CAP);
	arena_init(&s->enrich, SCRATCH_CAP);
	s->keep.on_full = s->scratch.on_full = out_of_memory;
	s->enrich.on_full = out_of_memory;
	context_init(&s->ctx);
	compile(s);
	while ((n = read(fd, in, max)) >= (ssize_t)sizeof(struct hook_head)) {
		struct hook_head head;
		struct str p =
			str_mem(in + sizeof(head), (size_t)n - sizeof(head));

		memcpy(&head, in, sizeof(head));
		s->id = head.id;
		switch (head.type) {
		case HOOK_ROWS:
			take_rows(s, p);
			break;
		case HOOK_MEMORY:
			answer_memory(s);
			break;
		case HOOK_SEEN:
			answer_seen(s);
			break;
		case HOOK_BEGIN:
			hook_file(s, p);
			break;
		case HOOK_DATA:
			hook_file_data(s, p);
			break;
		case HOOK_END:
			hook_file_end(s);
			break;
		default:
			return 1;
		}
	}
	return 0;
}
