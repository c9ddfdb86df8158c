/* parse.c - what every parser does with a record: emit it, or note it. */
#include "parser.h"

#include "../event/execgroup.h"

enum outcome parse_emit(struct parse *p)
{
	p->ev->source = p->src->id;
	return sink_event(p->out, p->ev) < 0 ? STOP : WHOLE;
}

void parse_note(struct parse *p, enum note_kind kind, const char *what,
		uint64_t off, uint64_t need, uint64_t have)
{
	struct note n = { .kind = (uint8_t)kind,
			  .source = p->src->id,
			  .off = off,
			  .need = need,
			  .have = have,
			  .what = str_head(str_of(what), NOTE_WHAT_MAX) };

	sink_note(p->out, &n);
}

void parse_lost(struct parse *p, const struct rd *r, uint64_t base)
{
	if (rd_ok(r))
		return;
	parse_note(p, NOTE_DAMAGED, r->lost, base + r->at, r->need,
		   r->len > r->at ? r->len - r->at : 0);
}

void parse_exec(struct parse *p, const char *grade, struct str command)
{
	ev_cstr(p->ev, KEY_K_EXEC_GRADE, grade);
	ev_str(p->ev, KEY_K_EXEC_GROUP,
	       exec_group(p->ev->when.ts_ns, command, p->scratch));
}
