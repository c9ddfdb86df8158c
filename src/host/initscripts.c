/* initscripts.c - who provides what. */
#include "initscripts.h"

#include "../util/buf.h"
#include "../util/scan.h"

#define MAX_SCRIPTS 4096
#define MAX_SERVICES 32  /* of one script */
#define MAX_HEADER 16384 /* bytes in which the header stands */
#define MAX_VALUE 1024

bool initscript_wanted(struct str path)
{
	struct str dir = str_dir(path);

	return str_is(dir, "/etc/init.d") || str_is(dir, "/etc/rc.d/init.d");
}

/* The value of `# Provides:'; false when there is none. */
static bool provides(struct str text, struct str *value)
{
	text = str_head(text, MAX_HEADER);
	while (text.p) {
		struct str line = str_cut(&text, '\n');
		struct scan s = scan_of(line);

		if (!scan_char(&s, '#'))
			continue;
		(void)scan_blank(&s);
		if (scan_lit(&s, STR("Provides:"))) {
			*value = str_head(str_trim(s.s), MAX_VALUE);
			return value->n > 0;
		}
	}
	return false;
}

void initscript_take(struct context *c, struct str path, struct str text)
{
	struct str value;
	struct scan s;

	if (c->ninit >= MAX_SCRIPTS || !provides(text, &value))
		return;
	vec_grow(&c->init, &c->capinit, c->ninit + 1, sizeof(*c->init));
	c->init[c->ninit].path = arena_dup(&c->arena, path);
	c->init[c->ninit++].provides = value = arena_dup(&c->arena, value);
	*map_put(&c->init_path, path, NULL) = c->ninit;
	s = scan_of(value);
	for (int i = 0; i < MAX_SERVICES; i++) {
		bool added;
		uint64_t *first;
		struct str name;

		(void)scan_blank(&s);
		name = scan_word(&s);
		if (name.n == 0)
			break;
		/* $network and its kind are facilities of many */
		if (name.p[0] == '$')
			continue;
		first = map_put(&c->init_service, name, &added);
		/* the script of that name is the one that means it */
		if (added || str_eq(str_base(path), name))
			*first = c->ninit;
	}
}

struct str ctx_provides(const struct context *c, struct str path)
{
	const uint64_t *i = map_get(&c->init_path, path);

	return i ? c->init[*i - 1].provides : STR_NONE;
}

struct str ctx_provided_by(const struct context *c, struct str path)
{
	struct scan s = scan_of(ctx_provides(c, path));

	for (int i = 0; i < MAX_SERVICES; i++) {
		const uint64_t *first;
		struct str name;

		(void)scan_blank(&s);
		name = scan_word(&s);
		if (name.n == 0)
			break;
		first = map_get(&c->init_service, name);
		if (first && !str_eq(c->init[*first - 1].path, path))
			return c->init[*first - 1].path;
	}
	return STR_NONE;
}
