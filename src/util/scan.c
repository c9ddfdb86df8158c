/* scan.c - the shrinking view. */
#include "scan.h"

#include <arpa/inet.h>

bool scan_char(struct scan *s, char c)
{
	if (s->s.n == 0 || s->s.p[0] != c)
		return false;
	s->s = str_skip(s->s, 1);
	return true;
}

bool scan_lit(struct scan *s, struct str lit)
{
	if (!str_starts(s->s, lit))
		return false;
	s->s = str_skip(s->s, lit.n);
	return true;
}

size_t scan_blank(struct scan *s)
{
	size_t n = 0;

	while (n < s->s.n && (s->s.p[n] == ' ' || s->s.p[n] == '\t'))
		n++;
	s->s = str_skip(s->s, n);
	return n;
}

struct str scan_word(struct scan *s)
{
	size_t n = 0;
	struct str w;

	while (n < s->s.n && s->s.p[n] != ' ' && s->s.p[n] != '\t')
		n++;
	w = str_head(s->s, n);
	s->s = str_skip(s->s, n);
	return w;
}

bool scan_until(struct scan *s, char c, struct str *out)
{
	size_t i = str_chr(s->s, c);

	if (i == (size_t)-1)
		return false;
	*out = str_head(s->s, i);
	s->s = str_skip(s->s, i + 1);
	return true;
}

bool scan_until_lit(struct scan *s, struct str lit, struct str *out)
{
	size_t i = str_find(s->s, lit);

	if (i == (size_t)-1)
		return false;
	*out = str_head(s->s, i);
	s->s = str_skip(s->s, i + lit.n);
	return true;
}

bool scan_digits(struct scan *s, unsigned min, unsigned max, uint64_t *out)
{
	size_t n = 0;

	while (n < s->s.n && n < max && s->s.p[n] >= '0' && s->s.p[n] <= '9')
		n++;
	if (n < min || !str_u64(str_head(s->s, n), out))
		return false;
	s->s = str_skip(s->s, n);
	return true;
}

bool scan_u64(struct scan *s, uint64_t *out)
{
	return scan_digits(s, 1, 20, out);
}

bool scan_quoted(struct scan *s, struct str *out)
{
	size_t i = 1;

	if (s->s.n < 2 || s->s.p[0] != '"')
		return false;
	while (i < s->s.n && s->s.p[i] != '"')
		i += s->s.p[i] == '\\' ? 2 : 1;
	if (i >= s->s.n)
		return false;
	*out = (struct str){ s->s.p + 1, i - 1 };
	s->s = str_skip(s->s, i + 1);
	return true;
}

unsigned scan_month(struct scan *s)
{
	static const char name[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (s->s.n < 3)
		return 0;
	for (unsigned m = 0; m < 12; m++)
		if (memcmp(s->s.p, name + m * 3, 3) == 0) {
			s->s = str_skip(s->s, 3);
			return m + 1;
		}
	return 0;
}

/* a.b.c.d without leading zeros: what inet_pton takes, without its cost */
static bool dotted(struct str s, unsigned char out[4])
{
	unsigned v = 0, n = 0, digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (digits == 0 || n == 3)
				return false;
			out[n++] = (unsigned char)v;
			v = digits = 0;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9' || (digits && v == 0))
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
		digits++;
		if (v > 255)
			return false;
	}
	out[3] = (unsigned char)v;
	return n == 3 && digits > 0;
}

bool str_ip(struct str s, unsigned char out[16])
{
	char t[INET6_ADDRSTRLEN];
	size_t zone = str_chr(s, '%');

	if (zone != (size_t)-1)
		s = str_head(s, zone);
	if (s.n < 2 || s.n >= sizeof(t))
		return false;
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	if (s.n <= 15 && dotted(s, out + 12))
		return true;
	memcpy(t, s.p, s.n);
	t[s.n] = '\0';
	if (strlen(t) != s.n)
		return false;
	return inet_pton(AF_INET6, t, out) == 1;
}
