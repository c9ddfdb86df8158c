/* pkgstate.c - events of installed packages and their scripts. */
#include "pkgstate.h"

#include "../host/pkgfiles.h"
#include "../util/timefmt.h"
#include "autorun.h"
#include "lines.h"
#include "stream.h"

#include <sys/stat.h>

#define MAX_MISSING 4096u              /* programs of one source */
#define MAX_SECOND (UINT64_C(1) << 33) /* year 2242: no clock says more */

/*
 * Not that of another system, unpacked somewhere below: it is not in use.  A
 * file that was given alone may come from anywhere.
 */
static bool in_use(const struct source *s)
{
	static const char *const apart[] = { "/dev/shm/", "/home/", "/opt/",
					     "/root/",    "/srv/",  "/tmp/",
					     "/var/tmp/" };

	if (pkgfiles_wants(s->path) ||
	    str_starts(s->path, STR("/lib/apk/db/")) ||
	    str_starts(s->path, STR("/usr/lib/apk/db/")))
		return true;
	for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
		if (str_starts(s->path, str_of(apart[i])))
			return false;
	return !(s->flags & SRC_COLLECTED);
}

static void facts(struct parse *p, const struct pkgstate *s)
{
	struct event *e = p->ev;

	ev_str(e, KEY_PACKAGE_ARCHITECTURE, s->arch);
	if (s->installed_s && s->installed_s < MAX_SECOND)
		ev_time(e, KEY_PACKAGE_INSTALLED,
			ts_of((int64_t)s->installed_s, 0, NULL));
	ev_str(e, KEY_PACKAGE_NAME, s->name);
	ev_cstr(e, KEY_PACKAGE_TYPE, package_system_name(s->system));
	ev_str(e, KEY_PACKAGE_VERSION, s->version);
	ev_str(e, KEY_K_PACKAGE_BUILD_HOST, s->build_host);
	ev_str(e, KEY_K_PACKAGE_MAINTAINER, s->maintainer);
	if (s->is_signed != SIGNED_UNKNOWN && in_use(p->src))
		ev_bool(e, KEY_K_PACKAGE_SIGNED, s->is_signed == SIGNED_YES);
	ev_str(e, KEY_K_PACKAGE_VENDOR, s->vendor);
}

enum outcome pkgstate_emit(struct parse *p, const char *dataset,
			   const struct pkgstate *s)
{
	struct when w;

	stream_state(p, KIND_PACKAGE_STATE, str_of(dataset), s->off);
	p->ev->sub = s->sub;
	p->ev->record = s->record;
	facts(p, s);
	ev_str(p->ev, KEY_K_PACKAGE_STATE,
	       s->state.n ? s->state : STR("installed"));
	if (parse_emit(p) == STOP)
		return STOP;
	if (!s->installed_s || s->installed_s >= MAX_SECOND)
		return WHOLE;
	w = when_stated(ts_of((int64_t)s->installed_s, 0, NULL), UNIT_S);
	ev_begin(p->ev, KIND_PACKAGE, dataset, &w, s->off);
	p->ev->sub = s->sub + 1;
	p->ev->record = s->record;
	facts(p, s);
	ev_cstr(p->ev, KEY_EVENT_ACTION, "install");
	return parse_emit(p);
}

static enum outcome stanza_end(struct parse *p, const char *dataset,
			       struct pkgstate *s, size_t end)
{
	struct str data = lines_data(p->src);

	if (!s->name.n)
		return WHOLE;
	s->record =
		str_head(str_skip(data, (size_t)s->off), end - (size_t)s->off);
	return pkgstate_emit(p, dataset, s);
}

enum outcome pkgstate_stanzas(struct parse *p, const char *dataset,
			      enum package_system system,
			      void (*field)(struct pkgstate *, struct str key,
					    struct str value))
{
	struct str data = lines_data(p->src), text = data;
	struct pkgstate s = { .system = system };

	while (text.p) {
		size_t at = (size_t)(text.p - data.p);
		struct str l = str_cut(&text, '\n');

		if (l.n == 0) {
			if (stanza_end(p, dataset, &s, at) == STOP)
				return STOP;
			s = (struct pkgstate){ .system = system,
					       .off = at + 1 };
		} else if (l.p[0] != ' ' && l.p[0] != '\t') {
			struct str key = str_cut(&l, ':');

			if (l.p)
				field(&s, key, str_trim(l));
		}
	}
	return stanza_end(p, dataset, &s, data.n);
}

enum outcome pkgscript_emit(struct parse *p, const char *dataset,
			    const struct pkgscript *s)
{
	struct str text = str_head(s->text, AUTORUN_MAX_LINE);
	struct autorun a = {
		.dataset = dataset,
		.mechanism = "package_script",
		.name = arena_fmt(p->scratch, STR_FMT " %s",
				  STR_ARG(s->package), s->when),
		.schedule = STR("package operation"),
		.user = STR("root"),
		.command = text,
		.original = text,
		.options = s->program,
		.target = STR(""), /* its words are no command line */
		.enabled = ENABLED_YES,
		.off = s->off,
		.sub = s->sub,
	};

	if (!text.n || !in_use(p->src))
		return WHOLE;
	autorun_fill(p, &a);
	ev_str(p->ev, KEY_PACKAGE_NAME, s->package);
	return parse_emit(p);
}

static bool program_dir(struct str path)
{
	static const struct str dir[] = { { "/usr/bin/", 9 },
					  { "/usr/sbin/", 10 },
					  { "/bin/", 5 },
					  { "/sbin/", 6 } };

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(path, dir[i]))
			return path.n > dir[i].n;
	return false;
}

enum outcome pkgmissing_emit(struct parse *p, const char *dataset,
			     const struct pkgfile *f, uint32_t *said)
{
	bool regular = (f->mode & S_IFMT) == S_IFREG;

	if (p->src->root || !in_use(p->src) || *said >= MAX_MISSING ||
	    !(f->mode ? regular && f->mode & 0111 : program_dir(f->path)) ||
	    !ctx_missing(p->ctx, f->path))
		return WHOLE;
	(*said)++;
	stream_state(p, KIND_FILE_STATE, str_of(dataset), f->off);
	p->ev->sub = f->sub;
	p->ev->record = f->path;
	ev_str(p->ev, KEY_FILE_NAME, str_base(f->path));
	ev_str(p->ev, KEY_FILE_PATH, f->path);
	ev_str(p->ev, KEY_PACKAGE_NAME, f->package);
	ev_bool(p->ev, KEY_K_FILE_MISSING, true);
	return parse_emit(p);
}
