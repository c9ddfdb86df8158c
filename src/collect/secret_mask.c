/*
 * secret_mask.c - private keys inside of other texts: a history into which
 * one was pasted, a bundle behind its certificates, a service account in
 * JSON.  The text is evidence and stays; the letters of the key become `*'.
 *
 * Only what looks like base64 between BEGIN and END is masked, so that two
 * such lines hide nothing that somebody put between them.
 */
#include "secrets.h"

#define BLOCK_MAX 65536u /* from BEGIN to END; an RSA key of 16384: 13 KiB */
#define RUN_MIN 40       /* letters in a row that are taken for a key */
#define RUN_MIN_INLINE 8 /* between BEGIN and END in one line */

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

static bool all_letters(struct str s)
{
	size_t i = 0;

	while (i < s.n && letter(s.p[i]))
		i++;
	return s.n && i == s.n;
}

static bool upper(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
}

/* `-----BEGIN X PRIVATE KEY-----': i is at PRIVATE.  Where it starts, ends. */
static bool is_begin(struct str t, size_t i, size_t *from, size_t *to)
{
	static const struct str word = { "BEGIN ", 6 };
	size_t b = i, e = i + 11;

	while (b > 0 && i - b < 64 && upper(t.p[b - 1]))
		b--;
	if (str_find(str_head(str_skip(t, b), i - b), word) == (size_t)-1)
		return false;
	while (b > 0 && t.p[b - 1] == '-')
		b--;
	if (str_starts(str_skip(t, e), STR(" BLOCK")))
		e += 6;
	e += e < t.n && t.p[e] == ' ';
	if (!str_starts(str_skip(t, e), STR("----")))
		return false;
	while (e < t.n && t.p[e] == '-')
		e++;
	*from = b;
	*to = e;
	return true;
}

static size_t cover(char *p, size_t from, size_t to)
{
	if (to > from)
		memset(p + from, '*', to - from);
	return to - from;
}

/* Long words between the two places. */
static size_t cover_runs(char *p, size_t from, size_t to, size_t min)
{
	size_t n = 0;

	for (size_t i = from; i < to;) {
		size_t k = i;

		/* the n of an escaped line end is no letter of the key */
		if (p[i] == '\\')
			k = i += i + 1 < to ? 2 : 1;
		while (k < to && letter(p[k]))
			k++;
		if (k - i >= min)
			n += cover(p, i, k);
		i = k + (k < to && p[k] != '\\');
	}
	return n;
}

/* Proc-Type: 4,ENCRYPTED */
static bool is_header(struct str line)
{
	size_t colon = str_chr(line, ':');

	return colon != (size_t)-1 && colon < 32 && line.p[0] >= 'A' &&
	       line.p[0] <= 'Z';
}

/* The lines from `at' on; *end: behind the last that belongs to the key. */
static size_t cover_lines(char *p, size_t at, size_t stop, bool ended,
			  size_t *end)
{
	size_t n = 0;

	*end = at;
	while (at < stop) {
		struct str line = { p + at, stop - at };
		size_t nl = str_chr(line, '\n'), last;
		struct str s;

		if (nl != (size_t)-1)
			line.n = nl;
		last = at + line.n;
		s = str_trim(line);
		if (all_letters(s))
			n += cover(p, (size_t)(s.p - p),
				   (size_t)(s.p - p) + s.n);
		else if (ended)
			n += cover_runs(p, at, last, RUN_MIN);
		else if (s.n && !is_header(s))
			break;
		*end = last;
		at = last + 1;
	}
	return n;
}

/* One block whose BEGIN ends at `at'. */
static size_t cover_block(char *p, size_t n, size_t at, size_t *end)
{
	struct str rest = str_head(str_mem(p + at, n - at), BLOCK_MAX);
	size_t stop = str_find(rest, STR("-- END")), nl = str_chr(rest, '\n');
	bool ended;

	if (stop == (size_t)-1)
		stop = str_find(rest, STR("--END"));
	ended = stop != (size_t)-1;
	if (!ended)
		stop = rest.n;
	if (nl == (size_t)-1 || nl > stop)
		nl = stop;
	*end = at + stop;
	if (str_trim(str_head(rest, nl)).n > 0) /* more behind BEGIN */
		return ended || str_starts(rest, STR("\\n"))
			       ? cover_runs(p, at, at + (ended ? stop : nl),
					    ended && nl == stop ? RUN_MIN_INLINE
								: RUN_MIN)
			       : 0;
	return cover_lines(p, at + nl + (nl < stop), at + stop, ended, end);
}

/* What follows a word, as long as it is of letters. */
static size_t cover_words(char *p, size_t n, struct str word)
{
	size_t at = 0, i, masked = 0;

	while ((i = str_find(str_mem(p + at, n - at), word)) != (size_t)-1) {
		size_t k = at += i + word.n;

		while (k < n && letter(p[k]))
			k++;
		masked += cover(p, at, k);
	}
	return masked;
}

static size_t cover_putty(char *p, size_t n)
{
	size_t i = str_find(str_mem(p, n), STR("PuTTY-User-Key-File-"));
	size_t at, nl, end;

	if (i == (size_t)-1)
		return 0;
	at = str_find(str_mem(p + i, n - i), STR("\nPrivate-Lines:"));
	if (at == (size_t)-1)
		return 0;
	at += i + 1;
	nl = str_chr(str_mem(p + at, n - at), '\n');
	return nl == (size_t)-1 ? 0
				: cover_lines(p, at + nl + 1, n, false, &end);
}

/* <tls-auth>, <tls-crypt>, <tls-crypt-v2> of OpenVPN, static keys */
static size_t cover_openvpn(char *p, size_t n)
{
	size_t at = 0, i, masked = 0;

	while ((i = str_find(str_mem(p + at, n - at), STR("BEGIN OpenVPN "))) !=
	       (size_t)-1) {
		size_t nl, end = at += i + 14;

		nl = str_chr(str_mem(p + at, n - at), '\n');
		if (nl == (size_t)-1)
			break;
		masked += cover_lines(p, at + nl + 1, n, false, &end);
		at = end > at + nl ? end : at + nl;
	}
	return masked;
}

static bool blank(struct str s)
{
	if (str_starts(s, STR("\xef\xbb\xbf")))
		s = str_skip(s, 3);
	return str_trim(s).n == 0;
}

size_t secret_mask(char *p, size_t n, void (*found)(void *, struct str),
		   void *arg, bool *only)
{
	size_t at = 0, i, total = 0, behind = 0;

	*only = true;
	while ((i = str_find(str_mem(p + at, n - at), STR("PRIVATE KEY"))) !=
	       (size_t)-1) {
		size_t from, to, end, masked;
		struct buf was = { 0 };

		i += at;
		at = i + 11;
		if (!is_begin(str_mem(p, n), i, &from, &to))
			continue;
		if (from < behind)
			from = behind;
		buf_str(&was, str_head(str_mem(p + from, n - from), BLOCK_MAX));
		masked = cover_block(p, n, to, &end);
		if (masked) {
			struct str foot = str_mem(p + end, n - end);
			size_t nl = str_chr(foot, '\n');

			found(arg, buf_view(&was));
			*only &= blank(str_mem(p + behind, from - behind));
			/* the line of END belongs to it when it is alone */
			behind =
				str_starts(str_trim(foot), STR("--"))
					? end + (nl == (size_t)-1 ? foot.n : nl)
					: end;
			at = end;
		}
		if (was.n)
			explicit_bzero(was.p, was.n);
		buf_free(&was);
		total += masked;
	}
	*only &= total && blank(str_mem(p + behind, n - behind));
	i = cover_putty(p, n) + cover_openvpn(p, n) +
	    cover_words(p, n, STR("AGE-SECRET-KEY-1"));
	if (i) {
		found(arg, str_mem(p, n)); /* the secret is gone already */
		*only = false;
	}
	return total + i;
}
