/*
 * journal_test.h - what the tests of the journal reader share.
 */
#ifndef PARSE_JOURNAL_TEST_H
#define PARSE_JOURNAL_TEST_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "../util/buf.h"
#include "../util/io.h"
#include "parser.h"

#define SEED UINT64_C(0x6b6f6e73656b69)

struct pair {
	struct str name, value;
};
struct seen {
	uint64_t off, seqnum, realtime;
	struct pair *pair;
	size_t npair;
};
struct list {
	struct seen *e;
	size_t n, cap;
	size_t notes, recovered;
	uint64_t bytes; /* of all string values */
	bool size;      /* count them */
	bool keep;      /* names and values too */
	struct arena *arena;
};
struct catcher {
	struct sink sink;
	struct list *list;
};

/* which field of the journal an ECS key carries */
static const struct {
	unsigned key;
	const char *name;
} names[] = {
	{ KEY_K_MESSAGE, "MESSAGE" },
	{ KEY_LOG_SYSLOG_APPNAME, "SYSLOG_IDENTIFIER" },
	{ KEY_PROCESS_NAME, "_COMM" },
	{ KEY_PROCESS_EXECUTABLE, "_EXE" },
	{ KEY_PROCESS_COMMAND_LINE, "_CMDLINE" },
	{ KEY_PROCESS_PID, "_PID" },
	{ KEY_PROCESS_PARENT_NAME, "_COMM" },
	{ KEY_PROCESS_PARENT_EXECUTABLE, "_EXE" },
	{ KEY_PROCESS_PARENT_COMMAND_LINE, "_CMDLINE" },
	{ KEY_PROCESS_PARENT_PID, "_PID" },
	{ KEY_USER_ID, "_UID" },
	{ KEY_GROUP_ID, "_GID" },
	{ KEY_LOG_SYSLOG_HOSTNAME, "_HOSTNAME" },
	{ KEY_SERVICE_NAME, "_SYSTEMD_UNIT" },
	{ KEY_K_PROCESS_CGROUP, "_SYSTEMD_CGROUP" },
	{ KEY_K_PROCESS_LOGINUID, "_AUDIT_LOGINUID" },
	{ KEY_HOST_BOOT_ID, "_BOOT_ID" },
	{ KEY_LOG_SYSLOG_SEVERITY, "PRIORITY" },
	{ KEY_LOG_SYSLOG_FACILITY, "SYSLOG_FACILITY" },
	{ KEY_LOG_SYSLOG_PROCID, "SYSLOG_PID" },
	{ KEY_EVENT_CODE, "MESSAGE_ID" },
	{ KEY_CONTAINER_ID, "CONTAINER_ID_FULL" },
};

static inline struct str value_of(const struct field *f, struct arena *a)
{
	if (f->type == V_STR)
		return arena_dup(a, f->v.str);
	return arena_fmt(a, "%llu", (unsigned long long)f->v.u64);
}

static inline void keep_pair(struct list *l, struct seen *s, struct str name,
			     struct str value)
{
	s->pair[s->npair++] = (struct pair){ arena_dup(l->arena, name), value };
}

static inline void keep_pairs(struct list *l, struct seen *s,
			      const struct event *ev)
{
	s->pair = arena_array(l->arena, ev->nfield + 1, sizeof(*s->pair));
	for (size_t i = 0; i < ev->nfield; i++) {
		const struct field *f = &ev->field[i];

		if (f->key == KEY_K_JOURNAL)
			keep_pair(l, s, f->name, value_of(f, l->arena));
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (f->key == names[k].key)
				keep_pair(l, s, str_of(names[k].name),
					  value_of(f, l->arena));
	}
}

static inline struct seen *add(struct list *l)
{
	vec_grow(&l->e, &l->cap, l->n + 1, sizeof(*l->e));
	l->e[l->n] = (struct seen){ 0 };
	return &l->e[l->n++];
}

static inline int catch (struct sink *sink, struct event *ev)
{
	struct list *l = ((struct catcher *)sink)->list;
	struct seen *s = add(l);

	s->off = ev->off;
	s->realtime = (uint64_t)(ev->when.ts_ns / 1000);
	s->seqnum = ev_get(ev, KEY_EVENT_SEQUENCE)->v.u64;
	l->recovered += ev_get(ev, KEY_K_RECOVERED) != NULL;
	assert_true(ev->record.n >= 64);
	assert_int_equal(ev->when.unit, UNIT_US);
	for (size_t i = 0; l->size && i < ev->nfield; i++)
		if (ev->field[i].type == V_STR)
			l->bytes += ev->field[i].v.str.n;
	if (l->keep)
		keep_pairs(l, s, ev);
	return 0;
}

static inline void catch_note(struct sink *sink, const struct note *n)
{
	((struct catcher *)sink)->list->notes++;
	assert_true(n->what.n > 0);
}

static inline enum outcome run(struct str data, struct list *l)
{
	static const struct sink_ops ops = { .event = catch,
					     .note = catch_note };
	struct catcher c = { { &ops }, l };
	struct source src = { .path = STR("/var/log/journal/x.journal"),
			      .data = data,
			      .size = data.n,
			      .short_at = UINT64_MAX };
	struct context *ctx = xmalloc(sizeof(*ctx));
	struct event *ev = xmalloc(sizeof(*ev));
	struct arena keep, scratch;
	enum outcome result;

	arena_init(&keep, 1u << 20);
	arena_init(&scratch, 4u << 20);
	struct parse p = { .src = &src,
			   .ctx = ctx,
			   .keep = &keep,
			   .scratch = &scratch,
			   .out = &c.sink,
			   .ev = ev };
	l->n = l->notes = l->recovered = 0;
	result = parser_journal.parse(&p);
	arena_free(&keep);
	arena_free(&scratch);
	free(ev);
	free(ctx);
	return result;
}

static inline bool slurp(const char *path, struct buf *b)
{
	struct err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	assert_int_equal(io_slurp(fd, 256u << 20, b, &err), 0);
	(void)close(fd);
	return true;
}

/* testdata/: every layout and compression, whole ones */
static const char *const samples[] = {
	"testdata/journal/plain/input",
	"testdata/journal/xz/input",
	"testdata/journal/lz4_keyed/input",
	"testdata/journal/zstd_keyed/input",
	"testdata/journal/compact/input",
	"testdata/journal/xz_compact/input",
	"testdata/journal/lz4_compact_keyed/input",
	"testdata/journal/zstd_compact_keyed/input",
	"testdata/journal/sealed/input",
	"testdata/journal/old_header/input",
	"testdata/journal/online/input",
};
#define NSAMPLE (sizeof(samples) / sizeof(samples[0]))

static inline uint64_t rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

#endif
