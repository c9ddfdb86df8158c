/*
 * processes - living processes of a collection (konseki:
 * live/processes.NNNN.jsonl): one state each, and its start as an event.
 * Beside keys of events a row has `sockets' (inodes; the host's context
 * joins them), `fds' ("0 /dev/null") and `maps' (executable files).
 */
#include "../host/program.h"
#include "../util/json_in.h"
#include "konseki/archive.h"
#include "stream.h"

/* items of a list that an event carries; all of them stand in the member */
#define MAX_ARGS 64
#define MAX_ENV 64
#define MAX_FDS 24
#define MAX_LIST 16
#define MAX_MAPS 24
#define MAX_COMMAND (32u << 10)

static unsigned probe(const struct source *src)
{
	return stream_probe(src, STR(KONSEKI_LIVE "processes."));
}

static size_t cap_of(struct str key)
{
	if (str_is(key, "process.args"))
		return MAX_ARGS;
	if (str_is(key, "process.env_vars"))
		return MAX_ENV;
	return MAX_LIST;
}

static void args_join(struct parse *p, const struct jsonrow_value *list)
{
	struct str item, joined;
	size_t at = 0, n = 0;
	char *out;

	/* unescaped and decoded items are never longer than they stand */
	joined.n = list->text.n < MAX_COMMAND ? list->text.n : MAX_COMMAND;
	out = arena_alloc(p->scratch, joined.n + 1);
	while (jsonrow_item(list, &at, p->scratch, &item)) {
		if (list->yes && !b64_decode(p->scratch, item, &item))
			continue;
		if (item.n + 1 > joined.n - n)
			item.n = joined.n - n ? joined.n - n - 1 : 0;
		if (n && n < joined.n)
			out[n++] = ' ';
		memcpy(out + n, item.p ? item.p : "", item.n);
		n += item.n;
	}
	ev_str(p->ev, KEY_PROCESS_COMMAND_LINE, (struct str){ out, n });
}

/* What is executed from a memfd, and what makes code while it runs. */
static void mapped_what(struct parse *p, const struct jsonrow_value *list,
			struct str exe)
{
	const struct str memfd = STR("/memfd:");
	struct str path, last = STR_NONE;
	size_t at = 0, n = 0;

	while (jsonrow_item(list, &at, p->scratch, &path)) {
		const char *jit;

		if (list->yes && !b64_decode(p->scratch, path, &path))
			continue;
		/* the executable itself has a field of its own */
		if (str_starts(path, memfd) && n < MAX_MAPS &&
		    !(exe.n && str_starts(path, exe))) {
			ev_str(p->ev, KEY_K_PROCESS_MEMFD_EXEC, path);
			n++;
		}
		jit = program_jit(str_base(path));
		if (jit && !str_is(last, jit)) {
			last = str_of(jit);
			ev_str(p->ev, KEY_K_PROCESS_JIT, last);
		}
	}
}

/* What is mapped executable and belongs to no package. */
static void maps(struct parse *p, const struct context *c,
		 const struct jsonrow_value *list, struct str exe)
{
	const struct str deleted = STR(" (deleted)");
	struct str path;
	size_t at = 0, n = 0;

	if (!(c->have & CTX_PACKAGES))
		return;
	while (n < MAX_MAPS && jsonrow_item(list, &at, p->scratch, &path)) {
		struct str plain = path;

		if (list->yes && !b64_decode(p->scratch, path, &plain))
			continue;
		path = plain;
		/* an upgraded library is deleted, and still the package's */
		if (str_ends(plain, deleted))
			plain.n -= deleted.n;
		if (plain.n == 0 || plain.p[0] != '/' || str_eq(plain, exe) ||
		    ctx_owner(c, plain))
			continue;
		ev_str(p->ev, KEY_K_PROCESS_MAPS_UNPACKAGED, path);
		n++;
	}
}

static void fields(struct parse *p, const struct stream_pair *pair, size_t n)
{
	struct stream_pair fds;
	struct str exe = STR_NONE, cgroup = STR_NONE;
	uint64_t mnt_ns = 0;

	for (size_t i = 0; i < n; i++)
		if (str_is(pair[i].key, "process.executable"))
			exe = pair[i].v.text;
		else if (str_is(pair[i].key, "konseki.process.cgroup"))
			cgroup = pair[i].v.text;
		else if (str_is(pair[i].key, "konseki.process.namespace.mnt"))
			(void)jsonrow_u64(&pair[i].v, &mnt_ns); /* else 0 */
	for (size_t i = 0; i < n; i++) {
		if (str_is(pair[i].key, "sockets"))
			continue;
		if (str_is(pair[i].key, "maps")) {
			mapped_what(p, &pair[i].v, exe);
			maps(p, ctx_packages(p->ctx, mnt_ns, cgroup),
			     &pair[i].v, exe);
		} else if (str_is(pair[i].key, "fds")) {
			fds = pair[i];
			fds.key = key_info(KEY_K_PROCESS_FDS)->name;
			stream_field(p, &fds, MAX_FDS);
		} else if (str_is(pair[i].key, "tasks")) {
			fds = pair[i];
			fds.key = key_info(KEY_K_PROCESS_TASKS)->name;
			stream_field(p, &fds, MAX_LIST);
		} else if (str_is(pair[i].key, "image")) {
			ev_bool(p->ev, KEY_K_RECOVERED, true);
			stream_field(p, &pair[i], 1);
		} else {
			stream_field(p, &pair[i], cap_of(pair[i].key));
		}
		if (str_is(pair[i].key, "process.args"))
			args_join(p, &pair[i].v);
	}
}

/* What the start says: who and what, not what was seen later. */
static bool of_start(unsigned key)
{
	return key != KEY_PROCESS_ENV && key != KEY_K_PROCESS_FDS &&
	       key != KEY_K_PROCESS_MAPS_UNPACKAGED &&
	       key != KEY_K_PROCESS_STATE && key != KEY_K_PROCESS_THREADS &&
	       key != KEY_K_PROCESS_STACK && key != KEY_K_PROCESS_SYSCALL &&
	       key != KEY_K_PROCESS_WCHAN && key != KEY_K_PROCESS_TASKS &&
	       key != KEY_PROCESS_ARGS;
}

static enum outcome start(struct parse *p, const struct field *field,
			  size_t nfield, int64_t start_ns,
			  const struct stream_row *row)
{
	struct when w = when_stated(start_ns, UNIT_MS);
	size_t n = 0;

	ev_begin(p->ev, KIND_PROCESS_START, "processes", &w, row->off);
	p->ev->desc = TD_START;
	p->ev->sub = 1;
	p->ev->record = row->line;
	for (size_t i = 0; i < nfield; i++)
		if (of_start(field[i].key))
			p->ev->field[n++] = field[i];
	p->ev->nfield = n;
	return parse_emit(p);
}

static enum outcome process(struct parse *p, struct stream_pair *pair, size_t n,
			    const struct stream_row *row)
{
	const struct field *f;
	struct field *copy;
	size_t nfield;

	stream_state(p, KIND_PROCESS, STR("processes"), row->off);
	p->ev->record = row->line;
	fields(p, pair, n);
	nfield = p->ev->nfield;
	copy = arena_array(p->scratch, nfield, sizeof(*copy));
	if (nfield)
		memcpy(copy, p->ev->field, nfield * sizeof(*copy));
	if (parse_emit(p) == STOP)
		return STOP;
	for (f = copy; f < copy + nfield && f->key != KEY_PROCESS_START; f++)
		;
	if (f == copy + nfield)
		return WHOLE;
	return start(p, copy, nfield, f->v.i64, row);
}

static enum outcome parse(struct parse *p)
{
	return stream_rows(p, process);
}

static const char *const paths[] = { NULL };

const struct parser parser_processes = {
	.name = "processes",
	.title = "konseki's list of living processes",
	.title_ja = "konseki の動作中プロセス一覧",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
