/*
 * dbus_policy - who may own a name of the bus (dbus-daemon(1)): a policy for
 * everybody that lets a name be owned is told; those of root and of a
 * service's own account are what every package brings.
 *   <policy context="default"> <allow own="org.example.X"/> </policy>
 */
#include "../host/kept.h"
#include "autorun.h"

#define MAX_TAG 4096

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) && str_has(src->data, STR("<busconfig"))
		       ? AUTORUN_BITS
		       : CANNOT;
}

/* The next tag's inside, comments left out. */
static bool tag_next(struct str data, size_t *at, struct str *tag)
{
	for (;;) {
		struct str rest = str_skip(data, *at);
		size_t open = str_chr(rest, '<'), end;

		if (open == (size_t)-1)
			return false;
		rest = str_skip(rest, open);
		if (str_starts(rest, STR("<!--"))) {
			end = str_find(rest, STR("-->"));
			if (end == (size_t)-1)
				return false;
			*at += open + end + 3;
			continue;
		}
		end = str_chr(rest, '>');
		if (end == (size_t)-1)
			return false;
		*tag = str_head(str_skip(rest, 1), end - 1);
		*at += open + end + 1;
		return true;
	}
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* name="value" or name='value' */
static struct str attribute(struct str tag, struct str name)
{
	size_t at = 0, found;

	tag = str_head(tag, MAX_TAG);
	while ((found = str_find(str_skip(tag, at), name)) != (size_t)-1) {
		struct str rest = str_skip(tag, at + found + name.n);
		bool whole = at + found > 0 && blank(tag.p[at + found - 1]);

		at += found + name.n;
		rest = str_trim(rest);
		if (!whole || rest.n == 0 || rest.p[0] != '=')
			continue;
		rest = str_trim(str_skip(rest, 1));
		if (rest.n < 2 || (rest.p[0] != '"' && rest.p[0] != '\''))
			continue;
		return str_head(str_skip(rest, 1),
				str_chr(str_skip(rest, 1), rest.p[0]));
	}
	return STR_NONE;
}

static enum outcome owner(struct parse *p, struct str context, struct str tag,
			  uint64_t off)
{
	struct autorun a = { .dataset = "dbus_policy",
			     .mechanism = "dbus_policy",
			     .enabled = ENABLED_YES,
			     .target = STR(""),
			     .off = off,
			     .original = tag };

	a.name = attribute(tag, STR("own"));
	if (!a.name.n)
		a.name = attribute(tag, STR("own_prefix"));
	if (!a.name.n)
		return WHOLE;
	a.options = arena_fmt(p->scratch, "context=" STR_FMT " allow own",
			      STR_ARG(context));
	return autorun_emit(p, &a);
}

static enum outcome parse(struct parse *p)
{
	struct str tag, context = STR_NONE;
	enum outcome got = WHOLE;
	size_t at = 0;

	while (got == WHOLE && tag_next(p->src->data, &at, &tag)) {
		struct arena_mark mark = arena_mark(p->scratch);

		if (str_starts(tag, STR("policy")))
			context = attribute(tag, STR("context"));
		else if (str_starts(tag, STR("/policy")))
			context = STR_NONE;
		else if (context.n && str_starts(tag, STR("allow")))
			got = owner(p, context, tag, at - tag.n - 2);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

#define PICK_POLICY(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_dbus_policy = {
	.name = "dbus_policy",
	.title = "names of the D-Bus that everybody may own",
	.title_ja = "誰でも取得できる D-Bus 名のポリシー",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
