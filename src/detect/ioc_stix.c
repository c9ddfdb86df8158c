/*
 * ioc_stix.c - comparison expressions of STIX 2.1 patterns.
 *   [file:hashes.'SHA-256' = 'ab…' OR ipv4-addr:value IN ('1.2.3.4', '…')]
 * What stands between ORs is one alternative; of what is joined by AND the
 * part that says most is looked for (an address and a port: the address).
 */
#include "ioc.h"

#include "../util/scan.h"

#define MAX_TOKENS 4096u

static const struct {
	const char *object, *property; /* property: how it ends */
	const char *word;              /* of ioc_add */
	unsigned rank;                 /* how much it says; 0: nothing */
} paths[] = {
	{ "file", "SHA-512", "hash", 9 },
	{ "file", "SHA-256", "hash", 9 },
	{ "file", "SHA-1", "hash", 9 },
	{ "file", "MD5", "hash", 9 },
	{ "artifact", "SHA-256", "hash", 9 },
	{ "artifact", "MD5", "hash", 9 },
	{ "url", "value", "url", 8 },
	{ "domain-name", "value", "domain", 7 },
	{ "ipv4-addr", "value", "ip", 6 },
	{ "ipv6-addr", "value", "ip", 6 },
	{ "network-traffic", "dst_ref.value", "ip", 6 },
	{ "network-traffic", "src_ref.value", "ip", 6 },
	{ "process", "command_line", "command-line", 5 },
	{ "network-traffic", "User-Agent", "user-agent", 4 },
	{ "file", "path", "path", 4 },
	{ "process", "image_ref.name", "process", 3 },
	{ "process", "name", "process", 3 },
	{ "file", "name", "name", 2 },
};

struct part { /* an alternative: the part of it that says most */
	const char *word;
	unsigned rank;
	struct str value;
	bool many; /* IN: value is the list */
	bool any;  /* there was something, whether known or not */
};

struct stix {
	struct scan s;
	struct arena arena;
	struct ioc_file *f;
	struct str comment;
};

/* 'it\'s' without quotes and backslashes; false when none starts here */
static bool literal(struct stix *x, struct str *out)
{
	struct str s = x->s.s;
	char *p;
	size_t n = 0, i = 1;

	if (!str_starts(s, STR("'")))
		return false;
	p = arena_alloc(&x->arena, s.n);
	for (; i < s.n && s.p[i] != '\''; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		p[n++] = s.p[i];
	}
	if (i >= s.n)
		return false;
	x->s.s = str_skip(s, i + 1);
	*out = str_mem(p, n);
	return true;
}

/* What a name, a number or an operator is made of; quotes belong to it in
 * hashes.'SHA-256'. */
static struct str token(struct stix *x)
{
	struct str s = x->s.s;
	bool quoted = false;
	size_t n = 0;

	while (n < s.n) {
		char c = s.p[n];

		if (c == '\'' && (quoted || (n && s.p[n - 1] == '.')))
			quoted = !quoted;
		else if (!quoted &&
			 (c <= ' ' || c == '[' || c == ']' || c == '(' ||
			  c == ')' || c == '=' || c == '!' || c == ',' ||
			  c == '\'' || c == '<' || c == '>'))
			break;
		n++;
	}
	if (n == 0 && s.n)
		n = 1;
	x->s.s = str_skip(s, n);
	return str_head(s, n);
}

static void blank(struct stix *x)
{
	while (x->s.s.n && (unsigned char)x->s.s.p[0] <= ' ')
		x->s.s = str_skip(x->s.s, 1);
}

static void flush(struct stix *x, struct part *p)
{
	struct str rest = p->value;

	if (p->rank == 0) {
		x->f->nunknown += p->any;
		p->any = false;
		return;
	}
	while (rest.p) {
		struct str v = p->many ? str_cut(&rest, '\0') : rest;

		if (!p->many)
			rest = STR_NONE;
		ioc_add(x->f, str_of(p->word), v, x->comment);
	}
	*p = (struct part){ 0 };
}

/* LIKE has % and _; _ is common in names, and stays itself */
static struct str unlike(struct arena *a, struct str v)
{
	char *p = arena_cstr(a, v);

	for (size_t i = 0; i < v.n; i++)
		if (p[i] == '%')
			p[i] = '*';
	return str_mem(p, v.n);
}

static bool list(struct stix *x, struct str *out)
{
	struct buf b = { 0 };
	struct str v;

	for (unsigned n = 0; n < MAX_TOKENS; n++) {
		blank(x);
		if (literal(x, &v)) {
			if (b.n)
				buf_c(&b, '\0');
			buf_str(&b, v);
		} else if (str_is(token(x), ")")) {
			break;
		}
		if (!x->s.s.n)
			break;
	}
	*out = arena_dup(&x->arena, buf_view(&b));
	buf_free(&b);
	return out->n > 0;
}

/* Behind a path: an operator and what it compares with. */
static void comparison(struct stix *x, struct str path, struct part *p)
{
	struct str object = str_head(path, str_chr(path, ':')), op;
	struct part q = { 0 };
	bool ok = false, like;

	while (str_ends(path, STR("'")))
		path.n--;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (q.rank == 0 && str_is(object, paths[i].object) &&
		    str_ends(path, str_of(paths[i].property))) {
			q.word = paths[i].word;
			q.rank = paths[i].rank;
		}
	blank(x);
	op = token(x);
	like = str_ieq(op, STR("LIKE"));
	blank(x);
	if (str_is(op, "=") || like || str_ieq(op, STR("ISSUBSET"))) {
		ok = literal(x, &q.value);
		if (like)
			q.value = unlike(&x->arena, q.value);
	} else if (str_ieq(op, STR("IN"))) {
		q.many = true;
		ok = list(x, &q.value);
	} else {
		struct str ignored;

		(void)literal(x, &ignored); /* of MATCHES, !=, > … */
	}
	if (ok && q.rank > p->rank)
		*p = q;
	p->any = true;
}

void ioc_stix(struct ioc_file *f, struct str pattern, struct str comment)
{
	struct stix x = { .s = scan_of(pattern), .f = f, .comment = comment };
	struct part p = { 0 };

	for (unsigned n = 0; n < MAX_TOKENS; n++) {
		struct str t, v;

		blank(&x);
		if (x.s.s.n == 0)
			break;
		if (literal(&x, &v))
			continue;
		t = token(&x);
		if (str_is(t, "OR"))
			flush(&x, &p);
		else if (str_chr(t, ':') < t.n)
			comparison(&x, t, &p);
	}
	flush(&x, &p);
	arena_free(&x.arena);
}
