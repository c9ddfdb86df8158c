/*
 * live - every other stream of a collection (konseki: live/NAME.NNNN.jsonl
 * and state/NAME.NNNN.jsonl): one state a row, its keys as they are named;
 * a key that is no event's goes below konseki.field.
 */
#include "konseki/archive.h"
#include "kernel_helper.h"

#define MAX_LIST 64
#define MAX_MESSAGE 240
#define MAX_WORDS 6

static const struct stream_kind {
	const char *stream;
	enum kind kind;
} kinds[] = {
	{ "bpf", KIND_BPF },        { "containers", KIND_CONTAINER },
	{ "cross", KIND_CROSS },    { "mapped", KIND_LIBRARY },
	{ "modules", KIND_MODULE }, { "mounts", KIND_MOUNT },
	{ "sockets", KIND_SOCKET }, { "tracing", KIND_TRACE },
};

static enum kind kind_of(struct str stream)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_is(stream, kinds[i].stream))
			return kinds[i].kind;
	return KIND_STATE;
}

static unsigned probe(const struct source *src)
{
	unsigned bits = stream_probe(src, STR(KONSEKI_LIVE));

	/* raw texts of /proc lie below live/proc/ */
	if (!str_ends(src->member, STR(".jsonl")))
		return CANNOT;
	return bits ? bits : stream_probe(src, STR(KONSEKI_STATE));
}

/* `neighbours: 10.0.0.1 aa:bb:… reachable': the first scalar values. */
static void message(struct parse *p, struct str stream,
		    const struct stream_pair *pair, size_t n)
{
	char *text = arena_alloc(p->scratch, MAX_MESSAGE);
	size_t len = 0, words = 0;

	if (ev_get(p->ev, KEY_K_MESSAGE))
		return;
	stream = str_head(stream, MAX_MESSAGE / 2);
	memcpy(text, stream.p, stream.n);
	len = stream.n;
	text[len++] = ':';
	for (size_t i = 0; i < n && words < MAX_WORDS; i++) {
		struct str v = pair[i].v.text;

		if ((pair[i].v.type != ROW_STR && pair[i].v.type != ROW_NUM) ||
		    v.n == 0 || v.n + 1 > MAX_MESSAGE - len)
			continue;
		text[len++] = ' ';
		memcpy(text + len, v.p, v.n);
		len += v.n;
		words++;
	}
	ev_str(p->ev, KEY_K_MESSAGE, (struct str){ text, len });
}

static enum outcome row_event(struct parse *p, struct stream_pair *pair,
			      size_t n, const struct stream_row *row)
{
	struct str stream = stream_name(p->src);
	enum kind kind = kind_of(stream);
	enum outcome got;

	stream_state(p, kind, stream, row->off);
	p->ev->record = row->line;
	for (size_t i = 0; i < n; i++)
		stream_field(p, &pair[i], MAX_LIST);
	if (kind == KIND_STATE)
		message(p, stream, pair, n);
	got = parse_emit(p);
	if (got == WHOLE && str_is(stream, "kernel"))
		got = kernel_helper(p, pair, n, row);
	return got;
}

static enum outcome parse(struct parse *p)
{
	return stream_rows(p, row_event);
}

static const char *const paths[] = { NULL };

const struct parser parser_live = {
	.name = "live",
	.title = "konseki's other live streams: sockets, modules, mounts …",
	.title_ja = "konseki "
		    "のその他の揮発情報（ソケット、モジュール、マウント等）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
