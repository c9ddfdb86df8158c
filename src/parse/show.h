/*
 * show.h - for tests: runs a parser over bytes and shows what it emitted,
 * an event a line: `KIND ts desc key=value key=value …'; notes as `! what'.
 */
#ifndef PARSE_SHOW_H
#define PARSE_SHOW_H

#include "../util/buf.h"
#include "parser.h"

struct show {
	struct sink sink;
	struct buf text;
	size_t nevent;
	bool fields; /* or KIND ts desc only */
};

static inline void show_value(struct buf *b, const struct field *f)
{
	switch (f->type) {
	case V_STR:
		buf_str(b, f->v.str);
		break;
	case V_U64:
		buf_u64(b, f->v.u64);
		break;
	case V_BOOL:
		buf_puts(b, f->v.b ? "true" : "false");
		break;
	case V_IP:
		if (memcmp(f->v.ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0)
			buf_fmt(b, "%u.%u.%u.%u", f->v.ip[12], f->v.ip[13],
				f->v.ip[14], f->v.ip[15]);
		else
			buf_hex(b, f->v.ip, 16);
		break;
	default:
		buf_i64(b, f->v.i64);
	}
}

static inline int show_event(struct sink *s, struct event *e)
{
	struct show *sh = (struct show *)(void *)s;
	struct buf *b = &sh->text;

	sh->nevent++;
	buf_fmt(b, "%s %lld %u", kind_info(e->kind)->name,
		(long long)e->when.ts_ns, e->desc);
	for (size_t i = 0; sh->fields && i < e->nfield; i++) {
		const struct field *f = &e->field[i];

		buf_c(b, ' ');
		buf_str(b, key_info(f->key)->name);
		if (f->name.n) {
			buf_c(b, '.');
			buf_str(b, f->name);
		}
		buf_c(b, '=');
		show_value(b, f);
	}
	buf_c(b, '\n');
	/* as the real chain does: it adds to the event */
	ev_cstr(e, KEY_RULE_NAME, "added by a sink");
	return 0;
}

static inline void show_note(struct sink *s, const struct note *n)
{
	struct show *sh = (struct show *)(void *)s;

	buf_fmt(&sh->text, "! " STR_FMT "\n", STR_ARG(n->what));
}

static const struct sink_ops show_ops = { .event = show_event,
					  .note = show_note };

/* The text is NUL-terminated in sh->text.p; buf_free it. */
static inline enum outcome show_parse(struct show *sh, const struct parser *ps,
				      const struct context *ctx,
				      const struct source *src)
{
	static struct event ev;
	struct arena keep = { 0 }, scratch = { 0 };
	struct parse p = { .src = src,
			   .ctx = ctx,
			   .keep = &keep,
			   .scratch = &scratch,
			   .out = &sh->sink,
			   .ev = &ev };
	enum outcome got;

	sh->sink.ops = &show_ops;
	got = ps->parse(&p);
	buf_c(&sh->text, '\0');
	sh->text.n--;
	arena_free(&keep);
	arena_free(&scratch);
	return got;
}

#endif
