/*
 * containerlog - what containers print: Docker's json-file driver and the
 * files of the Container Runtime Interface (containerd, CRI-O, Podman).
 *   {"log":"text\n","stream":"stdout","time":"2026-11-20T03:15:08.5Z"}
 *   2026-11-20T03:15:08.123456789+00:00 stdout F text
 * The path names the container, or the pod.
 */
#include "../util/timefmt.h"
#include "stream.h"

#define BITS 40

struct entry {
	struct str text, stream;
	int64_t ts_ns;
	bool timed;
};

static bool time_of(struct str s, struct entry *e)
{
	unsigned digits;
	int32_t offset;
	bool zone;

	e->timed = ts_parse_iso(s, &e->ts_ns, &digits, &zone, &offset) == s.n &&
		   s.n > 0 && zone;
	return e->timed;
}

static bool docker_line(struct str line, struct arena *a, struct entry *e)
{
	struct jsonrow_value v;
	struct jsonrow r;
	struct str key;

	if (!jsonrow_open(&r, line, a))
		return false;
	while (jsonrow_next(&r, &key, &v))
		if (str_is(key, "log"))
			e->text = v.text;
		else if (str_is(key, "stream"))
			e->stream = v.text;
		else if (str_is(key, "time"))
			(void)time_of(v.text, e);
	return !r.bad && e->timed;
}

static bool cri_line(struct str line, struct entry *e)
{
	struct str t = str_cut(&line, ' '), tag;

	e->stream = str_cut(&line, ' ');
	tag = str_cut(&line, ' ');
	e->text = line;
	return (str_is(e->stream, "stdout") || str_is(e->stream, "stderr")) &&
	       (str_is(tag, "F") || str_is(tag, "P")) && time_of(t, e);
}

static bool line_read(struct str line, struct arena *a, struct entry *e)
{
	*e = (struct entry){ .timed = false };
	return line.n && line.p[0] == '{' ? docker_line(line, a, e)
					  : cri_line(line, e);
}

static unsigned probe(const struct source *src)
{
	struct str line = str_head(src->data, str_chr(src->data, '\n'));
	struct entry e;

	/* no arena for a probe: the beginning is enough */
	if (str_starts(line, STR("{\"log\":\"")))
		return str_has(line, STR("\"stream\":\"std")) ? BITS : CANNOT;
	return cri_line(line, &e) ? BITS : CANNOT;
}

/* …/containers/ID/ID-json.log; NAMESPACE_POD_UID/CONTAINER/0.log;
 * POD_NAMESPACE_CONTAINER-ID.log */
static void whose(struct parse *p)
{
	struct str path = p->src->path, dir = str_dir(path);
	struct str pods = str_base(str_dir(dir)), base = str_base(path), pod,
		   space;
	size_t dash = str_rchr(base, '-');

	if (str_has(path, STR("/docker/containers/"))) {
		ev_str(p->ev, KEY_CONTAINER_ID, str_base(dir));
		return;
	}
	if (str_has(path, STR("/overlay-containers/"))) {
		ev_str(p->ev, KEY_CONTAINER_ID, pods);
		return;
	}
	if (str_has(path, STR("/log/pods/"))) {
		ev_str(p->ev, KEY_CONTAINER_NAME, str_base(dir));
		space = str_cut(&pods, '_');
		pod = str_cut(&pods, '_');
		ev_str(p->ev, KEY_K_CONTAINER_POD,
		       arena_fmt(p->scratch, STR_FMT "/" STR_FMT,
				 STR_ARG(space), STR_ARG(pod)));
		return;
	}
	if (str_has(path, STR("/log/containers/")) && dash != (size_t)-1) {
		base = str_skip(base, dash + 1);
		ev_str(p->ev, KEY_CONTAINER_ID,
		       str_head(base, str_chr(base, '.')));
	}
}

static enum outcome emit(struct parse *p, const struct entry *e,
			 struct str line, uint64_t off)
{
	struct when w = when_stated(e->ts_ns, UNIT_NS);

	ev_begin(p->ev, KIND_LOG, "containerlog", &w, off);
	p->ev->desc = TD_LOGGED;
	p->ev->original = str_head(line, EV_MAX_ORIGINAL);
	whose(p);
	ev_named(p->ev, KEY_K_FIELD, STR("stream"), e->stream);
	ev_str(p->ev, KEY_K_MESSAGE, str_trim(e->text));
	return parse_emit(p);
}

static enum outcome parse(struct parse *p)
{
	enum outcome worst = WHOLE;
	struct str rest = p->src->data;

	while (rest.p && rest.n) {
		struct arena_mark mark = arena_mark(p->scratch);
		uint64_t off = (uint64_t)(rest.p - p->src->data.p);
		struct str line = str_cut(&rest, '\n');
		enum outcome got = WHOLE;
		struct entry e;

		if (line.n == 0)
			continue;
		if (line_read(line, p->scratch, &e)) {
			got = emit(p, &e, line, p->src->base + off);
		} else {
			parse_note(p, NOTE_DAMAGED, "line of a container's log",
				   p->src->base + off, 0, line.n);
			got = PARTLY;
		}
		arena_rewind(p->scratch, mark);
		if (got == STOP)
			return STOP;
		if (got > worst)
			worst = got;
	}
	return worst;
}

static uint64_t split(const struct source *src, uint64_t off)
{
	size_t end = str_chr(str_skip(src->data, off), '\n');

	return end == (size_t)-1 ? src->size : off + end + 1;
}

static const char *const paths[] = {
	"/**/docker/containers/*/*-json.log*",
	"/**/overlay-containers/*/userdata/ctr.log", "/var/log/pods/*/*/*",
	"/var/log/containers/*", NULL
};

const struct parser parser_containerlog = {
	.name = "containerlog",
	.title = "what containers print (Docker json-file, CRI)",
	.title_ja = "コンテナの出力ログ（Docker json-file、CRI）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
	.split = split,
};
