/*
 * passwd.c - colon-separated account lines.
 *   passwd  name:password:uid:gid:gecos:home:shell
 *   shadow  name:password:changed:min:max:warn:inactive:expire:reserved
 *   group   name:password:gid:members
 */
#include "passwd.h"

#define FIELDS 9

static size_t split(struct str line, struct str field[FIELDS])
{
	size_t n = 0;

	while (line.n > 0 &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == '+' ||
	    line.p[0] == '-')
		return 0;
	while (line.p && n < FIELDS)
		field[n++] = str_cut(&line, ':');
	return n;
}

static bool id(struct str s, uint32_t *out)
{
	uint64_t v;

	if (!str_u64(s, &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

bool passwd_line(struct str line, struct passwd *p)
{
	struct str f[FIELDS];

	if (split(line, f) < 7 || f[0].n == 0)
		return false;
	/* a trailing blank of the shell is evidence: nothing is trimmed */
	*p = (struct passwd){ .name = f[0],
			      .password = f[1],
			      .gecos = f[4],
			      .home = f[5],
			      .shell = f[6] };
	return id(f[2], &p->uid) && id(f[3], &p->gid);
}

bool shadow_line(struct str line, struct shadow *s)
{
	struct str f[FIELDS];

	if (split(line, f) < 3 || f[0].n == 0)
		return false;
	*s = (struct shadow){ .name = f[0], .password = f[1] };
	if (!str_i64(f[2], &s->changed_day))
		s->changed_day = -1;
	return true;
}

bool group_line(struct str line, struct group *g)
{
	struct str f[FIELDS];

	if (split(line, f) < 4 || f[0].n == 0)
		return false;
	*g = (struct group){ .name = f[0], .password = f[1], .members = f[3] };
	return id(f[2], &g->gid);
}

const char *password_state(struct str field)
{
	if (field.n == 0)
		return "empty";
	if (str_is(field, "x"))
		return "shadow";
	if (field.p[0] == '!')
		return "locked";
	/* crypt(3) never yields fewer than 13 characters */
	if (field.p[0] == '*' || field.n < 13)
		return "none";
	return "set";
}

const char *password_algorithm(struct str field)
{
	static const struct {
		const char *prefix, *name;
	} known[] = {
		{ "$y$", "yescrypt" },    { "$gy$", "gost-yescrypt" },
		{ "$7$", "scrypt" },      { "$6$", "sha512crypt" },
		{ "$5$", "sha256crypt" }, { "$2", "bcrypt" },
		{ "$1$", "md5crypt" },    { "_", "bsdicrypt" },
	};

	if (field.n > 0 && field.p[0] == '!')
		field = str_skip(field, 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_starts(field, str_of(known[i].prefix)))
			return known[i].name;
	return field.n == 13 ? "descrypt" : NULL;
}
