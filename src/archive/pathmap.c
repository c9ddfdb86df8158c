/* pathmap.c - where a member lay on its host. */
#include "pathmap.h"

#include "konseki/archive.h"
#include "../util/glob.h"

static struct str rooted(struct arena *a, struct str rest)
{
	char *p = arena_alloc(a, rest.n + 1);

	p[0] = '/';
	if (rest.n)
		memcpy(p + 1, rest.p, rest.n);
	return str_mem(p, rest.n + 1);
}

static struct str without_root(struct str s)
{
	bool again;

	do {
		again = true;
		if (str_starts(s, STR("./")))
			s = str_skip(s, 2);
		else if (str_starts(s, STR("/")))
			s = str_skip(s, 1);
		else
			again = false;
	} while (again);
	return s;
}

struct str path_of_member(struct arena *a, bool konseki, struct str name)
{
	const struct str root = STR("[root]/");
	size_t at;

	name = without_root(name);
	if (konseki && str_starts(name, STR(KONSEKI_FILES)))
		return rooted(a, str_skip(name, strlen(KONSEKI_FILES)));
	if (konseki && str_starts(name, STR(KONSEKI_ROOTS))) {
		struct str rest = str_skip(name, strlen(KONSEKI_ROOTS));

		(void)str_cut(&rest, '/');
		return rest.p ? rooted(a, rest) : (struct str){ "", 0 };
	}
	if (konseki && str_starts(name, STR(KONSEKI_RECOVERED))) {
		struct str rest = str_skip(name, strlen(KONSEKI_RECOVERED));

		/* <pid>-<start>/fd-7/var/log/auth.log; exe has no path */
		(void)str_cut(&rest, '/');
		(void)str_cut(&rest, '/');
		return rest.n ? rooted(a, rest) : (struct str){ "", 0 };
	}
	if (konseki)
		return (struct str){ "", 0 };
	at = str_find(name, root);
	if (at != (size_t)-1 && (at == 0 || name.p[at - 1] == '/'))
		name = str_skip(name, at + root.n);
	return rooted(a, name);
}

/* Offset of the last `what' in s; (size_t)-1 when absent. */
static size_t find_last(struct str s, struct str what)
{
	size_t found = (size_t)-1, at, from = 0;

	while ((at = str_find(str_skip(s, from), what)) != (size_t)-1) {
		found = from + at;
		from = found + 1;
	}
	return found;
}

struct str path_of_file(struct arena *a, struct str given)
{
	static const struct str mark[] = {
		{ "/var/log/", 9 },
		{ "/var/", 5 },
		{ "/etc/", 5 },
		{ "/run/", 5 },
	};

	for (size_t i = 0; i < sizeof(mark) / sizeof(mark[0]); i++) {
		size_t at = find_last(given, mark[i]);

		if (at != (size_t)-1)
			return arena_dup(a, str_skip(given, at));
		if (str_starts(given, str_skip(mark[i], 1)))
			return rooted(a, given);
	}
	if (str_starts(given, STR("/")))
		return arena_dup(a, given);
	return rooted(a, str_base(given));
}

bool name_enables(struct str name)
{
	return str_has(name, STR("systemd/")) || str_has(name, STR("etc/rc")) ||
	       str_has(name, STR("etc/runlevels/"));
}

bool name_selected(const struct selection *sel, struct str name)
{
	struct arena a;
	bool yes = sel->n == 0;

	arena_init(&a, 0);
	for (size_t i = 0; !yes && i < sel->n; i++)
		yes = glob_match(sel->glob[i], name) ||
		      glob_match(sel->glob[i],
				 path_of_member(&a, true, name)) ||
		      glob_match(sel->glob[i], path_of_member(&a, false, name));
	arena_free(&a);
	return yes;
}
