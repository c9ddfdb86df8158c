/* jsonl_finding.c - one finding a line (konseki-findings(1)). */
#include "jsonl.h"

#include "../util/json_out.h"

static void finding_events(struct buf *b, const struct finding *f,
			   const struct export_names *names)
{
	json_key(b, "events");
	buf_c(b, '[');
	for (size_t i = 0; i < f->nevent; i++) {
		buf_puts(b, i ? ",\"" : "\"");
		buf_hex(b, f->event[i].id, EV_ID_LEN);
		buf_c(b, '"');
	}
	buf_puts(b, "],\"evidence\":[");
	for (size_t i = 0; i < f->nevent; i++) {
		const struct export_source *s =
			export_source(names, f->event[i].source);

		buf_puts(b, i ? ",{" : "{");
		json_kv_str(b, "member", s->member);
		json_kv_str(b, "source", s->path);
		json_kv_u64(b, "offset", f->event[i].off);
		buf_c(b, '}');
	}
	buf_c(b, ']');
}

static void list(struct buf *b, const char *key, struct str rest, char sep)
{
	json_key(b, key);
	buf_c(b, '[');
	while (rest.n) {
		(void)json_str(b, str_cut(&rest, sep));
		if (rest.n)
			buf_c(b, ',');
	}
	buf_c(b, ']');
}

static void finding_rule(struct buf *b, const struct finding *f)
{
	json_key(b, "rule");
	buf_c(b, '{');
	json_kv_str(b, "id", f->rule_id);
	json_kv_str(b, "name", f->rule_name);
	json_kv_str(b, "kind", str_of(rule_kind_name(f->rule_kind)));
	json_kv_str(b, "level", str_of(rule_level_name(f->level)));
	json_kv_str(b, "file", f->rule_file);
	buf_c(b, '}');
}

void jsonl_finding(struct buf *b, const struct finding *f,
		   const struct export_names *names)
{
	json_open(b);
	json_kv_str(b, "id", f->id);
	finding_rule(b, f);
	json_kv_str(b, "tier", str_of(tier_name(f->tier)));
	json_kv_u64(b, "score", f->score);
	json_kv_str(b, "score_terms", f->score_terms);
	json_key(b, "host");
	buf_c(b, '{');
	json_kv_str(b, "name", export_host(names, f->host)->name);
	buf_c(b, '}');
	if (f->first_ns != INT64_MAX)
		jsonl_stamp(b, "first_seen", f->first_ns);
	if (f->last_ns != INT64_MIN)
		jsonl_stamp(b, "last_seen", f->last_ns);
	if (f->observed_ns != INT64_MIN)
		jsonl_stamp(b, "observed", f->observed_ns);
	json_kv_u64(b, "count", f->count);
	if (f->active)
		json_kv_str(b, "active", str_of(active_name(f->active)));
	json_kv_str(b, "subject", f->subject);
	json_kv_str(b, "message", f->message);
	finding_events(b, f, names);
	list(b, "attack", f->attack, ' ');
	json_key(b, "why");
	buf_c(b, '[');
	for (size_t i = 0; i < f->nwhy; i++) {
		if (i)
			buf_c(b, ',');
		(void)json_str(b, f->why[i]);
	}
	buf_c(b, ']');
	list(b, "response", f->response, '\n'); /* steps, or their name */
	if (f->suppressed_by.n)
		json_kv_str(b, "suppressed_by", f->suppressed_by);
	json_close(b);
}
