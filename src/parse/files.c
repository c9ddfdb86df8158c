/*
 * files - the walk of a collection (konseki: state/files.NNNN.jsonl).
 * One compact row per file system object (include/konseki/archive.h): up to
 * four times, equal ones merged, and one state for files that have something
 * a rule could ask for.
 */
#include "files_start.h"

#include "konseki/archive.h"
#include "stream.h"

#define MAX_FIELDS 64 /* of a file's events: what every one of them carries */

struct template
{
	struct field field[MAX_FIELDS];
	size_t nfield;
};

static unsigned probe(const struct source *src)
{
	unsigned bits = stream_probe(src, STR(KONSEKI_STATE "files."));

	return bits ? bits : stream_probe(src, STR(KONSEKI_STATE "roots."));
}

static void identity(struct event *e, const struct context *c,
		     const struct file_row *f)
{
	const struct account *owner = ctx_uid(c, f->uid);

	ev_str(e, KEY_FILE_DEVICE, f->device);
	ev_u64(e, KEY_FILE_GID, f->gid);
	ev_str(e, KEY_FILE_GROUP, ctx_group(c, f->gid));
	file_row_digests(e, f);
	ev_str(e, KEY_FILE_INODE, f->inode);
	ev_str(e, KEY_FILE_MIME, f->mime);
	ev_str(e, KEY_FILE_MODE, str_mem(f->mode_text, 4));
	if (owner)
		ev_str(e, KEY_FILE_OWNER, owner->name);
	ev_str(e, KEY_FILE_PATH, f->path);
	if (f->type == 'f')
		ev_u64(e, KEY_FILE_SIZE, f->size);
	ev_str(e, KEY_FILE_TARGET, f->target);
	ev_cstr(e, KEY_FILE_TYPE, file_row_type(f));
	ev_u64(e, KEY_FILE_UID, f->uid);
	if (f->package)
		ev_str(e, KEY_PACKAGE_NAME, f->package->name);
}

static void facts(struct parse *p, const struct file_row *f)
{
	struct event *e = p->ev;

	ev_str(e, KEY_K_FILE_CONTENT, f->content);
	if (f->type != 'f')
		return;
	if (f->nlink > 1)
		ev_u64(e, KEY_K_FILE_LINKS, f->nlink);
	ev_cstr(e, KEY_K_FILE_PACKAGE_STATE, package_state_name(f->state));
	if (f->mode & 02000)
		ev_bool(e, KEY_K_FILE_SETGID, true);
	if (f->mode & 04000)
		ev_bool(e, KEY_K_FILE_SETUID, true);
	if (f->interpreter)
		ev_bool(e, KEY_K_FILE_INTERPRETER, true);
}

static void template_keep(struct template *t, const struct event *e)
{
	t->nfield = e->nfield < MAX_FIELDS ? e->nfield : MAX_FIELDS;
	memcpy(t->field, e->field, t->nfield * sizeof(*t->field));
}

/* Sinks may have added to the event: every one starts from the template. */
static void begin(struct parse *p, const struct template *t,
		  const struct when *w, unsigned kind,
		  const struct stream_row *row, uint32_t sub)
{
	ev_begin(p->ev, kind, "files", w, row->off);
	p->ev->sub = sub;
	p->ev->record = row->line;
	memcpy(p->ev->field, t->field, t->nfield * sizeof(*t->field));
	p->ev->nfield = t->nfield;
}

static const char *macb_text(unsigned desc, char out[5])
{
	static const char letter[] = "MACB";

	for (unsigned i = 0; i < 4; i++)
		out[i] = desc >> i & 1 ? letter[i] : '.';
	out[4] = '\0';
	return out;
}

static enum outcome times(struct parse *p, const struct template *t,
			  const struct file_row *f,
			  const struct stream_row *row)
{
	unsigned done = 0;
	char text[5];
	uint32_t sub = 0;

	for (unsigned i = 0; i < 4; i++) {
		struct when w = when_stated(f->time[i], UNIT_NS);
		unsigned desc = 0;

		if (done >> i & 1 || !f->has_time[i])
			continue;
		for (unsigned k = i; k < 4; k++)
			if (f->has_time[k] && f->time[k] == f->time[i])
				desc |= 1u << k;
		done |= desc;
		begin(p, t, &w, KIND_FILE, row, sub++);
		p->ev->desc = (uint8_t)desc;
		ev_cstr(p->ev, KEY_K_MACB, macb_text(desc, text));
		if (parse_emit(p) == STOP)
			return STOP;
	}
	return WHOLE;
}

static enum outcome state(struct parse *p, const struct template *t,
			  const struct file_row *f,
			  const struct stream_row *row)
{
	struct when w = stream_observed(p);

	begin(p, t, &w, KIND_FILE_STATE, row, 4);
	p->ev->event_kind = EK_STATE;
	p->ev->desc = TD_OBSERVED;
	ev_str(p->ev, KEY_FILE_NAME, str_base(f->path));
	ev_str(p->ev, KEY_FILE_EXTENSION, file_row_extension(f));
	file_row_lists(p, f);
	return parse_emit(p);
}

static enum outcome file(struct parse *p, struct template *t,
			 struct start_walk *w, const struct stream_row *row)
{
	struct when none = when_stated(0, UNIT_NS);
	struct file_row f;
	enum outcome got;

	if (!file_row_read(p, row, &f))
		return PARTLY;
	ev_begin(p->ev, KIND_FILE, "files", &none, row->off);
	identity(p->ev, ctx_root(p->ctx, f.root), &f);
	facts(p, &f);
	file_row_capabilities(p, &f);
	file_row_package(p, &f);
	file_row_container(p, &f);
	template_keep(t, p->ev);
	got = times(p, t, &f, row);
	if (got == WHOLE && file_row_remarkable(p, &f))
		got = state(p, t, &f, row);
	return got == WHOLE ? files_start(p, w, &f, row) : got;
}

static enum outcome parse(struct parse *p)
{
	struct template *t = ARENA_NEW(p->keep, struct template);
	struct start_walk walk = { 0 };
	enum outcome worst = WHOLE;
	struct stream_row row;
	size_t at = 0;

	while (stream_next(p->src, &at, &row)) {
		struct arena_mark mark = arena_mark(p->scratch);
		enum outcome got = file(p, t, &walk, &row);

		arena_rewind(p->scratch, mark);
		if (got == STOP)
			return STOP;
		if (got > worst)
			worst = got;
	}
	return worst;
}

static const char *const paths[] = { NULL };

const struct parser parser_files = {
	.name = "files",
	.title = "konseki's walk of the file systems: times and states",
	.title_ja = "konseki のファイルシステム走査（時刻と状態）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
