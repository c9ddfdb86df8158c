/* files_start.c - an autorun that only its row tells of. */
#include "files_start.h"

#include "../host/kept.h"
#include "autorun.h"

#define ROW_SUB 5 /* behind the row's times and its state */

/* rc3.d/S20ssh -> ../init.d/ssh enables that script, and is none itself */
static bool of_init(struct str target)
{
	return str_starts(target, STR("/etc/init.d/")) ||
	       str_starts(target, STR("/etc/rc.d/init.d/"));
}

/* A link among definitions: an alias, a wish, or one that leads elsewhere. */
static bool leads_away(struct str target)
{
	return target.n && !str_starts(target, STR("/dev/")) &&
	       !start_of(target);
}

static bool tells(const struct parse *p, const struct start *s,
		  const struct file_row *f, struct str target)
{
	const struct kept *k;

	if (f->type != 'f' && f->type != 'l')
		return false;
	if (s->rule == START_RCLINK)
		return !of_init(target);
	if (s->rule < START_DEFINES)
		return !str_is(target, "/dev/null");
	if (f->type == 'l')
		return leads_away(target);
	k = ctx_kept(p->ctx, f->path);
	return !k || !k->collected;
}

enum outcome files_start(struct parse *p, struct start_walk *w,
			 const struct file_row *f, const struct stream_row *row)
{
	const struct start *s = start_next(w, f->path);
	struct str target = f->path;
	struct autorun a = { .dataset = "files", .path = f->path };

	if (s && f->type == 'l')
		target = link_target(p->scratch, f->path, f->target);
	if (!s || !start_applies(s, p->ctx, f->path) || !tells(p, s, f, target))
		return WHOLE;
	a.mechanism = s->mechanism;
	a.name = str_base(f->path);
	a.user = start_user(s, p->ctx, f->path);
	a.schedule = str_of(s->when);
	a.off = row->off;
	a.sub = ROW_SUB;
	if (s->rule < START_FLAG)
		a.command = f->path;
	if (s->rule < START_FLAG || f->type == 'l')
		a.target = target;
	/* a link has no mode of its own */
	a.enabled = (uint8_t)start_enabled(s, p->ctx, f->path,
					   f->type == 'f' ? f->mode : 0);
	autorun_fill(p, &a);
	p->ev->record = row->line;
	file_row_digests(p->ev, f);
	return parse_emit(p);
}
