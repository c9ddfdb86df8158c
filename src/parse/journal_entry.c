/*
 * journal_entry.c - ENTRY objects of a systemd journal as events.
 *   16 u64 seqnum   24 u64 realtime (us)   32 u64 monotonic (us)
 *   40 boot_id[16]  56 u64 xor_hash        64 items
 *   item: u64 offset of a DATA object, u64 its hash; compact: u32 offset
 * Fields with a name in ECS get it; the rest are konseki.journal.<NAME>,
 * as is a second value of a field that can stand once.
 */
#include "journal.h"
#include "syslog.h"

#include "../util/hash.h"
#include "../util/timefmt.h"

#define MAX_REALTIME (UINT64_C(1) << 55) /* journald's own limit: year 3111 */

enum field_as { AS_STR, AS_U64, AS_SEVERITY, AS_BOOT, AS_MESSAGE };

/*
 * parent: where a field of the logging process goes when the message tells
 * of a command that it ran (sudo, cron).
 */
static const struct known {
	const char *name;
	uint16_t key, parent;
	uint8_t as;
} table[] = {
	{ "MESSAGE", KEY_K_MESSAGE, 0, AS_MESSAGE },
	{ "SYSLOG_IDENTIFIER", KEY_LOG_SYSLOG_APPNAME, 0, AS_STR },
	{ "_COMM", KEY_PROCESS_NAME, KEY_PROCESS_PARENT_NAME, AS_STR },
	{ "_PID", KEY_PROCESS_PID, KEY_PROCESS_PARENT_PID, AS_U64 },
	{ "_HOSTNAME", KEY_LOG_SYSLOG_HOSTNAME, 0, AS_STR },
	{ "_EXE", KEY_PROCESS_EXECUTABLE, KEY_PROCESS_PARENT_EXECUTABLE,
	  AS_STR },
	{ "_CMDLINE", KEY_PROCESS_COMMAND_LINE, KEY_PROCESS_PARENT_COMMAND_LINE,
	  AS_STR },
	{ "_UID", KEY_USER_ID, 0, AS_STR },
	{ "_GID", KEY_GROUP_ID, 0, AS_STR },
	{ "_SYSTEMD_UNIT", KEY_SERVICE_NAME, 0, AS_STR },
	{ "_SYSTEMD_CGROUP", KEY_K_PROCESS_CGROUP, 0, AS_STR },
	{ "_AUDIT_LOGINUID", KEY_K_PROCESS_LOGINUID, 0, AS_U64 },
	{ "_BOOT_ID", KEY_HOST_BOOT_ID, 0, AS_BOOT },
	{ "PRIORITY", KEY_LOG_SYSLOG_SEVERITY, 0, AS_SEVERITY },
	{ "SYSLOG_FACILITY", KEY_LOG_SYSLOG_FACILITY, 0, AS_U64 },
	{ "SYSLOG_PID", KEY_LOG_SYSLOG_PROCID, 0, AS_STR },
	{ "MESSAGE_ID", KEY_EVENT_CODE, 0, AS_STR },
	{ "CONTAINER_ID_FULL", KEY_CONTAINER_ID, 0, AS_STR },
};
#define KNOWN (sizeof(table) / sizeof(table[0]))
/* rows of the table that the message needs */
enum { AT_MESSAGE, AT_IDENTIFIER, AT_COMM, AT_PID, AT_HOSTNAME };

static const char *const severity[] = { "emerg",   "alert",  "crit", "err",
					"warning", "notice", "info", "debug" };

struct entry {
	const struct object *o;
	uint64_t seqnum, realtime, monotonic;
	struct str boot;         /* 32 hex digits */
	struct str value[KNOWN]; /* what the table knows, n 0: absent */
};

static size_t slot_of(struct str name)
{
	return (name.n * 7u + (unsigned char)name.p[name.n - 1] * 3u +
		(unsigned char)name.p[name.n / 2]) %
	       KNOWN_SLOTS;
}

void journal_entry_init(struct journal *j)
{
	for (size_t i = 0; i < KNOWN; i++) {
		size_t s = slot_of(str_of(table[i].name));

		while (j->known[s])
			s = (s + 1) % KNOWN_SLOTS;
		j->known[s] = (uint8_t)(i + 1);
	}
}

/* Row of the table, or KNOWN. */
static size_t known_of(const struct journal *j, struct str name)
{
	size_t s = slot_of(name);

	while (j->known[s]) {
		if (str_is(name, table[j->known[s] - 1u].name))
			return j->known[s] - 1u;
		s = (s + 1) % KNOWN_SLOTS;
	}
	return KNOWN;
}

bool journal_name(struct str payload, struct str *name)
{
	size_t n = str_chr(str_head(payload, MAX_NAME + 1), '=');

	if (n == 0 || n == (size_t)-1)
		return false;
	*name = str_head(payload, n);
	for (size_t i = 0; i < n; i++) {
		char c = payload.p[i];

		if ((c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_')
			return false;
	}
	return true;
}

/* One DATA payload: kept for its row, or added under its own name. */
static const char *keep_field(struct journal *j, struct entry *e,
			      struct str payload)
{
	struct str name, value;
	size_t i;

	if (!journal_name(payload, &name))
		return "field name";
	value = str_skip(payload, name.n + 1);
	i = known_of(j, name);
	if (i < KNOWN && e->value[i].n == 0)
		e->value[i] = value;
	else
		ev_named(j->p->ev, KEY_K_JOURNAL, name, value);
	return NULL;
}

static struct str decimal(struct arena *a, uint64_t v)
{
	char text[20];
	size_t i = sizeof(text);

	do {
		text[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return arena_dup(a, str_mem(text + i, sizeof(text) - i));
}

static uint64_t item_of(const struct journal *j, const struct object *o,
			size_t i)
{
	return j->compact ? le32_at(o->bytes, ENTRY_FIXED + i * 4)
			  : le64_at(o->bytes, ENTRY_FIXED + i * 16);
}

/* DATA objects are written before the entry that needs them. */
static const char *data_of(const struct journal *j, const struct object *entry,
			   uint64_t item, struct object *data)
{
	if (item >= entry->off)
		return "entry item";
	return journal_object_of(j, item, OBJECT_DATA, data);
}

static size_t nitem_of(const struct journal *j, const struct object *o)
{
	return (o->bytes.n - ENTRY_FIXED) / (j->compact ? 4 : 16);
}

/* Would an entry that nothing points to pass for a real one? */
static bool sound(const struct journal *j, const struct object *o,
		  const struct entry *e)
{
	size_t n = nitem_of(j, o);
	struct object data;

	if ((o->bytes.n - ENTRY_FIXED) % (j->compact ? 4 : 16) || n == 0 ||
	    n > MAX_ITEMS || e->seqnum == 0 || e->realtime == 0 ||
	    e->realtime >= MAX_REALTIME)
		return false;
	for (size_t i = 0; i < n; i++)
		if (data_of(j, o, item_of(j, o, i), &data))
			return false;
	return true;
}

/* Bytes of fields that the entry at hand may still have. */
static uint64_t room(const struct journal *j)
{
	uint64_t most = MAX_JOURNAL_BYTES + MAX_JOURNAL_TIMES * j->data.n;
	uint64_t limit = j->bytes < most ? MAX_ENTRY_BYTES : SHORT_ENTRY_BYTES;

	return j->entry_bytes < limit ? limit - j->entry_bytes : 0;
}

enum item { ITEM_ADDED, ITEM_NO_ROOM, ITEM_WRONG };

static enum item add_item(struct journal *j, struct entry *e, uint64_t item)
{
	struct object data;
	struct str payload = STR_NONE;
	const char *wrong = data_of(j, e->o, item, &data);
	uint64_t n;

	if (!wrong && data.flags && room(j) < MAX_PLAIN)
		return ITEM_NO_ROOM;
	if (!wrong)
		wrong = journal_payload(j, &data, &payload);
	n = payload.n < MAX_PLAIN ? payload.n : MAX_PLAIN;
	if (!wrong && n > room(j))
		return ITEM_NO_ROOM;
	j->entry_bytes += n;
	j->bytes += n;
	if (!wrong)
		wrong = keep_field(j, e, payload);
	if (!wrong)
		return ITEM_ADDED;
	journal_note(j, NOTE_DAMAGED, wrong, item, 0, 0);
	return ITEM_WRONG;
}

/* False when no item leads to a field: then this is no entry. */
static bool items(struct journal *j, struct entry *e)
{
	size_t n = nitem_of(j, e->o), count[ITEM_WRONG + 1] = { 0 };

	if (n > MAX_ITEMS) {
		journal_note(j, NOTE_LIMIT, "items of an entry", e->o->off, n,
			     MAX_ITEMS);
		n = MAX_ITEMS;
	}
	j->entry_bytes = 0;
	for (size_t i = 0; i < n; i++)
		count[add_item(j, e, item_of(j, e->o, i))]++;
	if (count[ITEM_NO_ROOM])
		journal_note(j, NOTE_LIMIT, "bytes of an entry's fields",
			     e->o->off, 0, j->entry_bytes);
	if (j->p->ev->nfield >= EV_MAX_FIELDS)
		journal_note(j, NOTE_LIMIT, "fields of an entry", e->o->off, n,
			     EV_MAX_FIELDS);
	if (count[ITEM_WRONG] < n)
		return true;
	journal_note(j, NOTE_DAMAGED, "fields of an entry", e->o->off, 0, 0);
	return false;
}

static void place_severity(struct event *ev, uint64_t v)
{
	ev_u64(ev, KEY_LOG_SYSLOG_SEVERITY, v);
	if (!ev_get(ev, KEY_LOG_LEVEL) &&
	    v < sizeof(severity) / sizeof(severity[0]))
		ev_cstr(ev, KEY_LOG_LEVEL, severity[v]);
}

/* The id of the logging process is not that of a user in its message. */
static bool user_named(const struct event *ev)
{
	return ev_get(ev, KEY_USER_NAME) || ev_get(ev, KEY_USER_TARGET_NAME);
}

/* Under its ECS key, or under its own name when that is taken. */
static void place(struct event *ev, const struct known *k, struct str v,
		  bool ran)
{
	unsigned key = ran && k->parent ? k->parent : k->key;
	const struct field *there = ev_get(ev, key);
	uint64_t number;
	bool taken;

	if (there && there->type == V_STR && str_eq(there->v.str, v))
		return;
	if (there && there->type == V_U64 && str_u64(v, &number) &&
	    there->v.u64 == number)
		return;
	taken = there || (key == KEY_USER_ID && user_named(ev));
	if (!taken && k->as == AS_SEVERITY && str_u64(v, &number))
		place_severity(ev, number);
	else if (!taken && k->as == AS_U64 && str_u64(v, &number))
		ev_u64(ev, key, number);
	else if (!taken && (k->as == AS_STR || k->as == AS_BOOT))
		ev_str(ev, key, v);
	else
		ev_named(ev, KEY_K_JOURNAL, str_of(k->name), v);
}

/* The message as the decoders of syslog read it: one rule judges both. */
static void decode_message(struct journal *j, const struct entry *e)
{
	struct sysmsg m = { .host = e->value[AT_HOSTNAME],
			    .app = e->value[AT_IDENTIFIER],
			    .pid = e->value[AT_PID],
			    .msg = e->value[AT_MESSAGE] };
	const char *dataset;

	if (m.app.n == 0)
		m.app = e->value[AT_COMM];
	while (m.msg.n && (m.msg.p[0] == ' ' || m.msg.p[0] == '\t'))
		m.msg = str_skip(m.msg, 1);
	if (m.app.n == 0 || m.msg.n == 0)
		return;
	dataset = syslog_decode(j->p, &m);
	if (dataset)
		j->p->ev->dataset = str_of(dataset);
}

static void finish(struct journal *j, struct entry *e)
{
	struct event *ev = j->p->ev;
	bool ran;

	decode_message(j, e);
	ran = ev->kind == KIND_EXEC && ev_get(ev, KEY_PROCESS_COMMAND_LINE);
	ev_str(ev, KEY_K_MESSAGE, e->value[AT_MESSAGE]);
	/* the text of the record: keywords search it as they do a log's line */
	ev->original = str_head(e->value[AT_MESSAGE], EV_MAX_ORIGINAL);
	ev_str(ev, KEY_HOST_BOOT_ID, e->boot);
	ev_u64(ev, KEY_EVENT_SEQUENCE, e->seqnum);
	ev_named(ev, KEY_K_JOURNAL, STR("__MONOTONIC_TIMESTAMP"),
		 decimal(j->p->scratch, e->monotonic));
	for (size_t i = AT_MESSAGE + 1; i < KNOWN; i++)
		if (e->value[i].n)
			place(ev, &table[i], e->value[i], ran);
}

static struct when when_of(uint64_t realtime)
{
	struct when w = when_stated(0, UNIT_US);
	bool clipped;

	w.ts_ns = ts_of((int64_t)(realtime / 1000000),
			(int64_t)(realtime % 1000000) * 1000, &clipped);
	if (clipped) {
		w.flags = WHEN_RAW;
		w.raw = (int64_t)realtime;
	}
	return w;
}

static struct str hex(struct arena *a, struct str id)
{
	static const char digit[] = "0123456789abcdef";
	char text[32];

	for (size_t i = 0; i < 16; i++) {
		text[2 * i] = digit[(unsigned char)id.p[i] >> 4];
		text[2 * i + 1] = digit[(unsigned char)id.p[i] & 15];
	}
	return arena_dup(a, str_mem(text, sizeof(text)));
}

void journal_entry(struct journal *j, const struct object *o, bool linked)
{
	struct entry e = { .o = o,
			   .seqnum = le64_at(o->bytes, 16),
			   .realtime = le64_at(o->bytes, 24),
			   .monotonic = le64_at(o->bytes, 32) };
	struct arena_mark mark = arena_mark(j->p->scratch);
	struct event *ev = j->p->ev;
	struct when w;

	if (!linked && !sound(j, o, &e)) {
		journal_note(j, NOTE_DAMAGED, "entry that no array lists",
			     o->off, 0, 0);
		return;
	}
	w = when_of(e.realtime);
	ev_begin(ev, KIND_LOG, "journal", &w, o->off);
	ev->record = o->bytes;
	if (!items(j, &e)) {
		arena_rewind(j->p->scratch, mark);
		return;
	}
	e.boot = hex(j->p->scratch, str_skip(o->bytes, 40));
	finish(j, &e);
	if (!linked)
		ev_bool(ev, KEY_K_RECOVERED, true);
	if (parse_emit(j->p) == STOP)
		j->outcome = STOP;
	arena_rewind(j->p->scratch, mark);
}
