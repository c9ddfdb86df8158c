/*
 * status - what a collection could and could not read (konseki:
 * status/NNNN.jsonl): a state for every probe and path rule.
 */
#include "konseki/archive.h"
#include "stream.h"

#define MAX_ITEM 512

static unsigned probe(const struct source *src)
{
	return stream_probe(src, STR(KONSEKI_STATUS));
}

static const struct status_key {
	struct str row;
	enum key key;
} keys[] = {
	{ { "bytes", 5 }, KEY_K_STATUS_BYTES },
	{ { "core", 4 }, KEY_K_STATUS_CORE },
	{ { "count", 5 }, KEY_K_STATUS_COUNT },
	{ { "duration_ns", 11 }, KEY_K_STATUS_DURATION },
	{ { "errno", 5 }, KEY_K_STATUS_ERRNO },
	{ { "error", 5 }, KEY_K_STATUS_ERROR },
	{ { "item", 4 }, KEY_K_STATUS_ITEM },
	{ { "probe", 5 }, KEY_K_STATUS_PROBE },
	{ { "status", 6 }, KEY_K_STATUS_STATE },
};

static void pair_renamed(struct parse *p, struct stream_pair *pair)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (str_eq(pair->key, keys[i].row)) {
			pair->key = key_info(keys[i].key)->name;
			break;
		}
	stream_field(p, pair, 1);
}

/* `files /etc/shadow: denied (Permission denied)' */
static struct str sentence(struct parse *p)
{
	struct str item =
		str_head(ev_get_str(p->ev, KEY_K_STATUS_ITEM), MAX_ITEM);
	struct str error = ev_get_str(p->ev, KEY_K_STATUS_ERROR);
	struct str name = ev_get_str(p->ev, KEY_K_STATUS_PROBE);
	struct str state = ev_get_str(p->ev, KEY_K_STATUS_STATE);

	return arena_fmt(
		p->scratch, STR_FMT "%s" STR_FMT ": " STR_FMT "%s" STR_FMT "%s",
		STR_ARG(name), item.n ? " " : "", STR_ARG(item), STR_ARG(state),
		error.n ? " (" : "", STR_ARG(error), error.n ? ")" : "");
}

/* A comparison that was not made: nothing follows from its silence. */
static void not_checked(struct event *e)
{
	struct str state = ev_get_str(e, KEY_K_STATUS_STATE);
	struct str item = ev_get_str(e, KEY_K_STATUS_ITEM);

	if (str_is(ev_get_str(e, KEY_K_STATUS_PROBE), "cross") && item.n &&
	    !str_is(state, "collected"))
		ev_str(e, KEY_K_STATUS_NOT_CHECKED, item);
}

static enum outcome row_event(struct parse *p, struct stream_pair *pair,
			      size_t n, const struct stream_row *row)
{
	stream_state(p, KIND_SOURCE_STATUS, STR("status"), row->off);
	p->ev->record = row->line;
	for (size_t i = 0; i < n; i++)
		pair_renamed(p, &pair[i]);
	not_checked(p->ev);
	ev_str(p->ev, KEY_K_MESSAGE, sentence(p));
	return parse_emit(p);
}

static enum outcome parse(struct parse *p)
{
	return stream_rows(p, row_event);
}

static const char *const paths[] = { NULL };

const struct parser parser_status = {
	.name = "status",
	.title = "konseki's account of what could be collected",
	.title_ja = "konseki の収集状況（取得・欠落・拒否）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
