/* csv.c - RFC 4180: CRLF, quotes doubled; bytes as they are. */
#include "export.h"

#include "../util/timefmt.h"

static const uint16_t column[] = {
	KEY_EVENT_OUTCOME, KEY_USER_NAME,    KEY_SOURCE_IP,
	KEY_PROCESS_PID,   KEY_PROCESS_NAME, KEY_PROCESS_COMMAND_LINE,
	KEY_FILE_PATH,     KEY_FILE_SIZE,    KEY_FILE_MODE,
	KEY_FILE_UID,      KEY_FILE_GID,     KEY_FILE_INODE,
};
#define NCOLUMN (sizeof(column) / sizeof(column[0]))

/* bytes that make a cell need quotes: `"' `,' CR LF */
static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ',' &&
		    (c == '"' || c == ',' || c == '\n' || c == '\r'))
			return false;
	}
	return true;
}

static void cell(struct buf *b, struct str s)
{
	if (plain(s)) {
		buf_str(b, s);
		return;
	}
	buf_c(b, '"');
	while (s.n) {
		size_t k = str_chr(s, '"');

		if (k == (size_t)-1) {
			buf_str(b, s);
			break;
		}
		buf_add(b, s.p, k + 1);
		buf_c(b, '"');
		s = str_skip(s, k + 1);
	}
	buf_c(b, '"');
}

static void head(struct buf *b)
{
	buf_puts(b, "@timestamp,timestamp_desc,message,host.name,event.dataset,"
		    "event.action");
	for (size_t i = 0; i < NCOLUMN; i++) {
		buf_c(b, ',');
		buf_str(b, key_info(column[i])->name);
	}
	buf_puts(b,
		 ",konseki.source,konseki.offset,event.original,event.id\r\n");
}

static void field(struct buf *b, const struct event *e, unsigned key)
{
	const struct field *f = ev_get(e, key);

	buf_c(b, ',');
	if (!f)
		return;
	if (f->type == V_STR)
		cell(b, f->v.str);
	else
		field_text(b, f);
}

static void next(struct buf *b, struct str s)
{
	buf_c(b, ',');
	cell(b, s);
}

static void csv_event(struct buf *b, const struct event *e,
		      const struct export_names *names, struct messages *m,
		      unsigned flags)
{
	const struct export_source *src = export_source(names, e->source);
	struct str action = ev_get_str(e, KEY_EVENT_ACTION);
	char t[TS_TEXT + 1];

	(void)flags;
	buf_add(b, t, ts_text(e->when.ts_ns, t));
	next(b, str_of(time_desc_text(e->desc)));
	next(b, message_of(m, e));
	next(b, export_host(names, src->host)->name);
	next(b, e->dataset);
	next(b, action.n ? action : str_of(kind_info(e->kind)->action));
	for (size_t i = 0; i < NCOLUMN; i++)
		field(b, e, column[i]);
	next(b, src->path);
	buf_c(b, ',');
	buf_u64(b, e->off);
	next(b, e->original);
	buf_c(b, ',');
	buf_hex(b, e->id, EV_ID_LEN);
	buf_puts(b, "\r\n");
}

static void finding_head(struct buf *b)
{
	buf_puts(b, "id,tier,score,rule.id,rule.name,rule.kind,rule.level,"
		    "host.name,first_seen,last_seen,observed,count,subject,"
		    "message,attack,why,suppressed_by\r\n");
}

static void when(struct buf *b, int64_t ts, int64_t none)
{
	char t[TS_TEXT + 1];

	buf_c(b, ',');
	if (ts != none)
		buf_add(b, t, ts_text(ts, t));
}

static void csv_finding(struct buf *b, const struct finding *f,
			const struct export_names *names)
{
	struct buf why = { 0 };

	for (size_t i = 0; i < f->nwhy; i++) {
		if (i)
			buf_puts(&why, "; ");
		buf_str(&why, f->why[i]);
	}
	cell(b, f->id);
	next(b, str_of(tier_name(f->tier)));
	buf_c(b, ',');
	buf_u64(b, f->score);
	next(b, f->rule_id);
	next(b, f->rule_name);
	next(b, str_of(rule_kind_name(f->rule_kind)));
	next(b, str_of(rule_level_name(f->level)));
	next(b, export_host(names, f->host)->name);
	when(b, f->first_ns, INT64_MAX);
	when(b, f->last_ns, INT64_MIN);
	when(b, f->observed_ns, INT64_MIN);
	buf_c(b, ',');
	buf_u64(b, f->count);
	next(b, f->subject);
	next(b, f->message);
	next(b, f->attack);
	next(b, buf_view(&why));
	next(b, f->suppressed_by);
	buf_puts(b, "\r\n");
	buf_free(&why);
}

const struct export export_csv = {
	.name = "csv",
	.en = "comma-separated (RFC 4180), exact",
	.ja = "カンマ区切り（RFC 4180）。正確",
	.head = head,
	.event = csv_event,
	.finding = csv_finding,
	.finding_head = finding_head,
};
