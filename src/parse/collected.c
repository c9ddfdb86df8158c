/*
 * collected - konseki.json, the collection itself: who, with what, when.
 */
#include "../host/manifest_in.h"
#include "konseki/archive.h"
#include "stream.h"

static unsigned probe(const struct source *src)
{
	if (!str_is(src->member, KONSEKI_MANIFEST) ||
	    !str_starts(src->data, STR("{")))
		return CANNOT;
	return 64;
}

static void named(struct event *e, struct str name, struct str v)
{
	if (v.n)
		ev_named(e, KEY_K_FIELD, name, v);
}

static enum outcome parse(struct parse *p)
{
	struct manifest m;
	struct when w;

	if (!manifest_read(p->src->data, p->keep, &m)) {
		parse_note(p, NOTE_DAMAGED, "manifest", 0, 0, p->src->data.n);
		return REFUSED;
	}
	w = stream_observed(p);
	if (m.realtime_ns != INT64_MIN)
		w = when_stated(m.realtime_ns, UNIT_NS);
	ev_begin(p->ev, KIND_COLLECTED, "collected", &w, 0);
	p->ev->desc = TD_START;
	p->ev->record = p->src->data;
	ev_str(p->ev, KEY_HOST_BOOT_ID, m.boot_id);
	ev_str(p->ev, KEY_HOST_HOSTNAME, m.hostname);
	ev_str(p->ev, KEY_PROCESS_COMMAND_LINE, m.command_line);
	ev_str(p->ev, KEY_PROCESS_HASH_SHA256, m.self_sha256);
	if (!m.root && m.pid)
		ev_u64(p->ev, KEY_PROCESS_PID, m.pid);
	ev_str(p->ev, KEY_USER_ID, arena_fmt(p->keep, "%u", m.uid));
	named(p->ev, STR("case"), m.case_name);
	named(p->ev, STR("examiner"), m.examiner);
	named(p->ev, STR("note"), m.note);
	ev_str(p->ev, KEY_K_MESSAGE,
	       arena_fmt(p->keep, STR_FMT " " STR_FMT ": " STR_FMT,
			 STR_ARG(m.tool), STR_ARG(m.version),
			 STR_ARG(m.command_line)));
	return parse_emit(p);
}

static const char *const paths[] = { NULL };

const struct parser parser_collected = {
	.name = "collected",
	.title = "konseki's manifest: the collection itself",
	.title_ja = "konseki の収集記録（konseki.json）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
