/*
 * secret_flag.c - passwords on a command line of a history or a script:
 * behind an option (`sshpass -p X', `curl -u name:X'), glued to it
 * (`mysql -pX'), or said into a pipe (`echo name:X | chpasswd').
 */
#include "secrets.h"

enum how { NEXT, GLUED, EITHER };

static const struct flag {
	const char *program, *option;
	enum how how;
	char sep;      /* what stands before it stays; 0: all is secret */
	unsigned skip; /* words between */
} flags[] = {
	{ "7z", "-p", GLUED, 0, 0 },
	{ "7za", "-p", GLUED, 0, 0 },
	{ "aws", "aws_secret_access_key", NEXT, 0, 0 },
	{ "aws", "aws_session_token", NEXT, 0, 0 },
	{ "curl", "-u", EITHER, ':', 0 },
	{ "curl", "--user", NEXT, ':', 0 },
	{ "curl", "--proxy-user", NEXT, ':', 0 },
	{ "htpasswd", "-b", NEXT, 0, 2 },
	{ "htpasswd", "-bc", NEXT, 0, 2 },
	{ "htpasswd", "-cb", NEXT, 0, 2 },
	{ "kinit", "<<<", NEXT, 0, 0 },
	{ "ldapadd", "-w", EITHER, 0, 0 },
	{ "ldapdelete", "-w", EITHER, 0, 0 },
	{ "ldapmodify", "-w", EITHER, 0, 0 },
	{ "ldapsearch", "-w", EITHER, 0, 0 },
	{ "ldapwhoami", "-w", EITHER, 0, 0 },
	{ "login", "-p", NEXT, 0, 0 }, /* docker login, podman login */
	{ "mariadb", "-p", GLUED, 0, 0 },
	{ "mongo", "-p", EITHER, 0, 0 },
	{ "mongodump", "-p", EITHER, 0, 0 },
	{ "mongosh", "-p", EITHER, 0, 0 },
	{ "mysql", "-p", GLUED, 0, 0 },
	{ "mysqladmin", "-p", GLUED, 0, 0 },
	{ "mysqladmin", "password", NEXT, 0, 0 },
	{ "mysqldump", "-p", GLUED, 0, 0 },
	{ "openssl", "-k", NEXT, 0, 0 },
	{ "openssl", "-K", NEXT, 0, 0 },
	{ "redis-cli", "-a", NEXT, 0, 0 },
	{ "smbclient", "-U", NEXT, '%', 0 },
	{ "sshpass", "-p", EITHER, 0, 0 },
	{ "zip", "-P", NEXT, 0, 0 },
};

static bool word_next(const char *p, size_t *at, size_t n, struct str *w)
{
	size_t k;

	while (*at < n && (p[*at] == ' ' || p[*at] == '\t'))
		(*at)++;
	for (k = *at; k < n && p[k] != ' ' && p[k] != '\t'; k++)
		;
	*w = str_mem(p + *at, k - *at);
	*at = k;
	return w->n > 0;
}

static size_t cover(char *p, struct str v, char sep, unsigned *count)
{
	size_t i = sep ? str_chr(v, sep) : 0;

	if (i == (size_t)-1)
		return 0;
	v = str_skip(v, i + (sep != 0));
	if (v.n && strchr("\"'", v.p[0])) /* quotes stay */
		v = str_skip(v, 1);
	if (v.n && strchr("\"'", v.p[v.n - 1]))
		v.n--;
	if (v.n == 0 || strchr("-$<{*", v.p[0]))
		return 0;
	memset(p + (v.p - p), '*', v.n);
	(*count)++;
	return v.n;
}

static size_t behind(char *p, size_t at, size_t n, const struct flag *f,
		     unsigned *count)
{
	struct str v = STR_NONE;

	for (unsigned s = 0; s <= f->skip; s++)
		if (!word_next(p, &at, n, &v))
			return 0;
	return cover(p, v, f->sep, count);
}

static size_t option(char *p, size_t at, size_t n, struct str program,
		     struct str w, unsigned *count)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		const struct flag *f = &flags[i];
		struct str o = str_of(f->option);

		if (!str_eq(program, str_of(f->program)) || !str_starts(w, o))
			continue;
		if (w.n == o.n && f->how != GLUED)
			return behind(p, at, n, f, count);
		if (w.n > o.n && f->how != NEXT)
			return cover(p, str_skip(w, o.n), f->sep, count);
	}
	/* --http-password X, of whatever program */
	if (str_starts(w, STR("--")) && w.n > 5 &&
	    secret_option_name(str_skip(w, 2)))
		return behind(p, at, n, &(struct flag){ .how = NEXT }, count);
	return 0;
}

/* echo name:X | chpasswd, echo X | sudo -S: the words before the bar. */
static size_t piped(char *p, size_t n, unsigned *count)
{
	static const struct {
		const char *to;
		char sep;
	} way[] = { { "| chpasswd", ':' },
		    { "| sudo chpasswd", ':' },
		    { "| sudo -S", 0 },
		    { "| passwd --stdin", 0 },
		    { "| kinit", 0 } };
	struct str line = str_mem(p, n), w;
	size_t masked = 0;

	for (size_t i = 0; i < sizeof(way) / sizeof(*way); i++) {
		size_t bar = str_find(line, str_of(way[i].to)), at;

		if (bar == (size_t)-1)
			continue;
		at = str_find(str_head(line, bar), STR("echo "));
		if (at == (size_t)-1)
			continue;
		for (at += 5; word_next(p, &at, bar, &w);)
			masked += cover(p, w, way[i].sep, count);
	}
	return masked;
}

static bool is_program(struct str w)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (str_eq(w, str_of(flags[i].program)))
			return true;
	return false;
}

size_t secret_flags(char *p, size_t n, unsigned *count)
{
	struct str w, program = STR_NONE;
	size_t at = 0, masked = memchr(p, '|', n) ? piped(p, n, count) : 0;

	while (word_next(p, &at, n, &w)) {
		struct str name = str_base(w);

		if (is_program(name))
			program = name;
		masked += option(p, at, n, program, w, count);
	}
	return masked;
}
