/*
 * secret_flag.c - passwords that stand behind an option of a program in a
 * history or a script: `sshpass -p X', `curl -u name:X'.
 */
#include "secrets.h"

static const struct flag {
	const char *program, *option;
	bool colon; /* the name before it stays */
} flags[] = {
	{ "sshpass", "-p", false },
	{ "redis-cli", "-a", false },
	{ "curl", "-u", true },
	{ "curl", "--user", true },
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

static size_t cover(char *p, struct str v, bool colon)
{
	size_t i = colon ? str_chr(v, ':') : 0;

	if (i == (size_t)-1)
		return 0;
	v = str_skip(v, i + colon);
	if (v.n == 0 || strchr("-$<{*", v.p[0]))
		return 0;
	memset(p + (v.p - p), '*', v.n);
	return v.n;
}

size_t secret_flags(char *p, size_t n, unsigned *count)
{
	struct str w, v, program = STR_NONE;
	size_t at = 0, masked = 0;

	while (word_next(p, &at, n, &w)) {
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
			size_t behind = at, k;

			if (str_eq(w, str_of(flags[i].program)))
				program = w;
			if (!str_eq(program, str_of(flags[i].program)) ||
			    !str_eq(w, str_of(flags[i].option)) ||
			    !word_next(p, &behind, n, &v))
				continue;
			k = cover(p, v, flags[i].colon);
			*count += k > 0;
			masked += k;
		}
	}
	return masked;
}
