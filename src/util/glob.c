/* glob.c - iterative matcher with one point to return to per star kind. */
#include "glob.h"

/* One [...] class at pat[*i]; advances *i past it.  A lone `[' is itself. */
static bool class_match(struct str pat, size_t *i, char c)
{
	size_t k = *i + 1, first;
	bool neg = k < pat.n && (pat.p[k] == '!' || pat.p[k] == '^'),
	     hit = false;

	k += neg;
	first = k;
	for (; k < pat.n && (pat.p[k] != ']' || k == first); k++) {
		unsigned char lo = (unsigned char)pat.p[k], hi = lo;

		if (k + 2 < pat.n && pat.p[k + 1] == '-' &&
		    pat.p[k + 2] != ']') {
			hi = (unsigned char)pat.p[k + 2];
			k += 2;
		}
		if ((unsigned char)c >= lo && (unsigned char)c <= hi)
			hit = true;
	}
	if (k >= pat.n) {
		(*i)++;
		return c == '[';
	}
	*i = k + 1;
	return hit != neg && c != '/';
}

static bool one(struct str pat, size_t *i, char c)
{
	if (pat.p[*i] == '[')
		return class_match(pat, i, c);
	if (pat.p[*i] == '?' ? c == '/' : pat.p[*i] != c)
		return false;
	(*i)++;
	return true;
}

/* Where `**' may begin anew: anywhere, or (`**' + `/') after a slash. */
static size_t next_start(struct str s, size_t k, bool whole)
{
	if (!whole)
		return k + 1;
	while (k < s.n && s.p[k] != '/')
		k++;
	return k + 1;
}

/*
 * Most names fail here, before a star is tried at each of their bytes: what
 * stands after the last special character is the end of the name.
 */
static bool tail_fits(struct str pat, struct str s)
{
	for (size_t n = 1; n <= pat.n; n++) {
		char c = pat.p[pat.n - n];

		if (c == '*' || c == '?' || c == ']')
			return true;
		if (c == '/' && n < pat.n && pat.p[pat.n - n - 1] == '*')
			return true; /* "**" and its slash may be nothing */
		if (n > s.n || s.p[s.n - n] != c)
			return false;
	}
	return true;
}

bool glob_match(struct str pat, struct str s)
{
	const size_t none = (size_t)-1;
	size_t i = 0, k = 0, star = none, star_k = 0, deep = none, deep_k = 0;
	bool whole = false;

	if (!tail_fits(pat, s))
		return false;
	for (;;) {
		if (i < pat.n && pat.p[i] == '*') {
			if (i + 1 < pat.n && pat.p[i + 1] == '*') {
				i += 2;
				whole = i < pat.n && pat.p[i] == '/' &&
					(k == 0 || s.p[k - 1] == '/');
				i += whole; /* it also stands for nothing */
				deep = i;
				deep_k = k;
				star = none;
			} else {
				star = ++i;
				star_k = k;
			}
			continue;
		}
		if (k == s.n) {
			if (i == pat.n)
				return true;
		} else if (i < pat.n && one(pat, &i, s.p[k])) {
			k++;
			continue;
		}
		if (star != none && star_k < s.n && s.p[star_k] != '/') {
			i = star;
			k = ++star_k;
		} else if (deep != none &&
			   (deep_k = next_start(s, deep_k, whole)) <= s.n) {
			i = deep;
			k = deep_k;
			star = none;
		} else {
			return false;
		}
	}
}

bool glob_may_below(struct str pat, struct str dir)
{
	/* component by component; a `**' may be anything */
	while (dir.p && dir.n > 0) {
		struct str d = str_cut(&dir, '/'), p;

		if (!pat.p)
			return false;
		p = str_cut(&pat, '/');
		if (str_has(p, STR("**")))
			return true;
		if (!glob_match(p, d))
			return false;
	}
	return pat.p != NULL;
}
