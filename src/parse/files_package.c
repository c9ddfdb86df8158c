/*
 * files_package.c - mode, owner and capabilities of a file beside what its
 * package gave it.
 */
#include "files_row.h"

#include "../util/buf.h"

#define SETID 06000
#define OTHERS_WRITE 0002

/* `root', or the number when the database has one. */
static bool is_id(struct str word, struct str name, uint32_t id)
{
	uint64_t n;

	if (str_u64(word, &n))
		return n == id;
	return str_eq(word, name) || (id == 0 && str_is(word, "root"));
}

static void mode(struct parse *p, struct file_row *f)
{
	uint32_t given = f->says->mode;

	if (given == f->mode)
		return;
	ev_str(p->ev, KEY_K_FILE_PACKAGE_MODE,
	       arena_fmt(p->scratch, "%04o", given));
	if (f->mode & ~given & SETID)
		ev_cstr(p->ev, KEY_K_FILE_PACKAGE_CHANGED, "setid added");
	else if (f->mode & ~given & OTHERS_WRITE)
		ev_cstr(p->ev, KEY_K_FILE_PACKAGE_CHANGED, "writable by all");
	else
		return;
	f->stronger = true;
}

static void owner(struct parse *p, struct file_row *f, const struct packages *s,
		  const struct context *c)
{
	const struct account *a = ctx_uid(c, f->uid);
	struct str user = packages_word_text(s, f->says->user);
	struct str group = packages_word_text(s, f->says->group);

	if (!user.n || !group.n ||
	    (is_id(user, a ? a->name : STR_NONE, f->uid) &&
	     is_id(group, ctx_group(c, f->gid), f->gid)))
		return;
	/* without accounts a name says nothing of a number */
	if (!(c->have & CTX_ACCOUNTS))
		return;
	ev_str(p->ev, KEY_K_FILE_PACKAGE_OWNER,
	       arena_fmt(p->scratch, STR_FMT ":" STR_FMT, STR_ARG(user),
			 STR_ARG(group)));
	ev_cstr(p->ev, KEY_K_FILE_PACKAGE_CHANGED, "owner");
}

/* `cap_net_raw=ep' and `= cap_net_raw+ep' say the same: names are compared */
static bool new_capability(struct str have, struct str given)
{
	while (have.p) {
		struct str word = str_cut(&have, ',');
		size_t end = 0;

		while (end < word.n &&
		       (word.p[end] == '_' ||
			(word.p[end] >= '0' && word.p[end] <= '9') ||
			(word.p[end] >= 'a' && word.p[end] <= 'z')))
			end++;
		if (str_starts(word, STR("cap_")) &&
		    !str_has(given, str_head(word, end)))
			return true;
	}
	return false;
}

static void capabilities(struct parse *p, struct file_row *f,
			 const struct packages *s)
{
	struct str given = packages_word_text(s, f->says->caps);

	if (!f->capabilities.n || !new_capability(f->capabilities, given))
		return;
	ev_str(p->ev, KEY_K_FILE_PACKAGE_CAPABILITIES,
	       given.n ? given : STR("none"));
	ev_cstr(p->ev, KEY_K_FILE_PACKAGE_CHANGED, "capabilities added");
	f->stronger = true;
}

static void target(struct parse *p, struct file_row *f,
		   const struct packages *s)
{
	struct str given = packages_word_text(s, f->says->caps);

	if (!f->says->is_link || !f->target.n || str_eq(f->target, given))
		return;
	ev_str(p->ev, KEY_K_FILE_PACKAGE_TARGET, given);
	ev_cstr(p->ev, KEY_K_FILE_PACKAGE_CHANGED, "target");
	f->relinked = true;
}

void file_row_package(struct parse *p, struct file_row *f)
{
	const struct context *c = ctx_root(p->ctx, f->root);

	if (f->type == 'l' && f->package && f->says)
		target(p, f, &c->packages);
	if (f->type != 'f' || !f->package)
		return;
	if (f->state == PKG_MODIFIED || f->state == PKG_CONFFILE_CHANGED)
		ev_cstr(p->ev, KEY_K_FILE_PACKAGE_CHANGED, "content");
	if (!f->says)
		return;
	if (f->says->has_mode)
		mode(p, f);
	owner(p, f, &c->packages, c);
	if (f->says->has_caps)
		capabilities(p, f, &c->packages);
}
