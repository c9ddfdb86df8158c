/* phrase.c - see phrase.h. */
#include "phrase.h"

#define MAX_PLACES 8
#define MAX_TRIES 64 /* of one name's end: the rest of a line is the peer's */

struct place {
	char c;
	struct str v;
};

static const uint16_t key_of[128] = {
	['u'] = KEY_USER_NAME,        ['v'] = KEY_USER_NAME,
	['U'] = KEY_USER_TARGET_NAME, ['e'] = KEY_USER_EFFECTIVE_NAME,
	['i'] = KEY_USER_ID,          ['n'] = KEY_USER_TARGET_ID,
	['m'] = KEY_K_AUTH_METHOD,    ['t'] = KEY_PROCESS_TTY,
	['s'] = KEY_K_SESSION_ID,     ['r'] = KEY_EVENT_REASON,
	['g'] = KEY_GROUP_NAME,       ['G'] = KEY_GROUP_ID,
	['h'] = KEY_K_ACCOUNT_HOME,   ['l'] = KEY_K_ACCOUNT_SHELL,
	['y'] = KEY_SERVICE_NAME,
};

void phrase_address(struct parse *p, struct str s)
{
	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = str_head(str_skip(s, 1), s.n - 2);
	if (!ev_ip_str(p->ev, KEY_SOURCE_IP, s))
		ev_str(p->ev, KEY_SOURCE_ADDRESS, s);
}

/* " RSA SHA256:…", " RSA-CERT SHA256:… ID x (serial 1) CA …", or nothing */
static void add_key(struct parse *p, struct str s)
{
	struct scan k = scan_of(s);
	struct str type, print;

	(void)scan_blank(&k);
	type = scan_word(&k);
	(void)scan_blank(&k);
	print = scan_word(&k);
	if (str_starts(type, STR("SHA256:"))) {
		print = type;
		type = STR_NONE;
	}
	if (str_is(print, "SHA256:") || print.n == 0)
		return;
	/* some builds write "RSA SHA256:…", others "RSA SHA256 …" */
	if (str_is(print, "SHA256")) {
		(void)scan_blank(&k);
		print = scan_word(&k);
	}
	ev_str(p->ev, KEY_K_AUTH_KEY_FINGERPRINT, print);
	ev_str(p->ev, KEY_K_AUTH_KEY_TYPE, type);
}

/* "42532 ssh2: RSA SHA256:…" and its older, shorter forms */
static void add_port_and_key(struct parse *p, struct str s)
{
	struct scan k = scan_of(s);
	uint64_t port;

	if (scan_digits(&k, 1, 5, &port))
		ev_u64(p->ev, KEY_SOURCE_PORT, port);
	(void)scan_blank(&k);
	if (scan_lit(&k, STR("ssh2: ")) || scan_lit(&k, STR("ssh2 ")))
		add_key(p, k.s);
}

static void add(struct parse *p, const struct place *f)
{
	uint64_t n;

	switch (f->c) {
	case '*':
		return;
	case 'a':
		phrase_address(p, f->v);
		return;
	case 'd':
		(void)ev_ip_str(p->ev, KEY_DESTINATION_IP, f->v);
		return;
	case 'p':
	case 'q':
		if (str_u64(f->v, &n))
			ev_u64(p->ev,
			       f->c == 'p' ? KEY_SOURCE_PORT
					   : KEY_DESTINATION_PORT,
			       n);
		return;
	case 'k':
		add_key(p, f->v);
		return;
	case 'z':
		add_port_and_key(p, f->v);
		return;
	default:
		ev_str(p->ev, key_of[f->c & 127], f->v);
	}
}

/* Could v stand in a place of this kind? */
static bool may_be(char c, struct str v)
{
	if (c == 'p' || c == 'q') {
		if (v.n == 0 || v.n > 5)
			return false;
		for (size_t i = 0; i < v.n; i++)
			if (v.p[i] < '0' || v.p[i] > '9')
				return false;
	}
	if (c == 'z')
		return v.n > 0 && v.p[0] >= '0' && v.p[0] <= '9';
	if (c == 'a' || c == 'm' || c == 'd')
		return v.n > 0 && str_chr(v, ' ') == (size_t)-1;
	return true;
}

static bool fill(struct str pat, struct str s, struct place *f, size_t n,
		 size_t *nf);

/* The first place of pat ends at s[at], where its literal begins. */
static bool fill_at(struct str pat, size_t nlit, struct str s, size_t at,
		    struct place *f, size_t n, size_t *nf)
{
	f[n].v = str_head(s, at);
	return may_be(f[n].c, f[n].v) &&
	       fill(str_skip(pat, nlit), str_skip(s, at + nlit), f, n + 1, nf);
}

/* From the last occurrence of lit backwards: the name is the longest. */
static bool fill_longest(struct str pat, struct str lit, struct str s,
			 struct place *f, size_t n, size_t *nf)
{
	unsigned tries = 0;

	for (size_t i = s.n + 1; i-- > lit.n && tries < MAX_TRIES;) {
		if (s.p[i - lit.n] != lit.p[0] ||
		    memcmp(s.p + i - lit.n, lit.p, lit.n) != 0)
			continue;
		tries++;
		if (fill_at(pat, lit.n, s, i - lit.n, f, n, nf))
			return true;
	}
	return false;
}

/* The end of a place without blanks, whose literal begins with lit. */
static size_t word_end(char lit, struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != lit && s.p[i] != ' ')
		i++;
	return i < s.n && s.p[i] == lit ? i : (size_t)-1;
}

static bool is_word(char c)
{
	return c == 'a' || c == 'p' || c == 'm' || c == 'd' || c == 'q';
}

/* pat begins with a place, or is over; n places are filled. */
static bool fill(struct str pat, struct str s, struct place *f, size_t n,
		 size_t *nf)
{
	struct str lit;
	size_t at;

	*nf = n;
	if (pat.n < 2 || n == MAX_PLACES)
		return pat.n == 0 && s.n == 0;
	f[n].c = pat.p[1];
	pat = str_skip(pat, 2);
	lit = str_head(pat, str_chr(pat, '%'));
	if (lit.n == 0) {
		at = s.n;
	} else if (lit.n == pat.n) { /* the end of the message */
		if (!str_ends(s, lit))
			return false;
		at = s.n - lit.n;
	} else if (f[n].c == 'u') {
		return fill_longest(pat, lit, s, f, n, nf);
	} else if (is_word(f[n].c) && lit.p[0] != ':') { /* IPv6 has those */
		at = word_end(lit.p[0], s);
		if (at != (size_t)-1 && !str_starts(str_skip(s, at), lit))
			return false;
	} else {
		at = str_find(s, lit);
	}
	return at != (size_t)-1 && fill_at(pat, lit.n, s, at, f, n, nf);
}

/* Recurses once a place: MAX_PLACES deep. */
static bool match(struct str pat, struct str s, struct place *f, size_t *nf)
{
	size_t n = str_chr(pat, '%');

	if (!str_starts(s, str_head(pat, n)))
		return false;
	return fill(str_skip(pat, n), str_skip(s, n < pat.n ? n : pat.n), f, 0,
		    nf);
}

/* Most rows are told apart by two bytes. */
static bool may_begin(const char *pat, struct str msg)
{
	if (msg.n < 2 || pat[0] == '%')
		return true;
	return pat[0] == msg.p[0] && (pat[1] == '%' || pat[1] == msg.p[1]);
}

const struct phrase *phrase_match(struct parse *p, const struct phrase *row,
				  struct str msg)
{
	struct place f[MAX_PLACES];
	size_t nf;

	for (; row->pattern; row++) {
		if (!may_begin(row->pattern, msg))
			continue;
		if (!match(str_of(row->pattern), msg, f, &nf))
			continue;
		p->ev->kind = row->kind;
		if (row->action)
			ev_cstr(p->ev, KEY_EVENT_ACTION, row->action);
		if (row->outcome)
			ev_cstr(p->ev, KEY_EVENT_OUTCOME, row->outcome);
		if (row->reason)
			ev_cstr(p->ev, KEY_EVENT_REASON, row->reason);
		for (size_t i = 0; i < nf; i++)
			add(p, &f[i]);
		return row;
	}
	return NULL;
}

static bool between(char c)
{
	return c == ' ' || c == ',' || c == ';' || c == '\t';
}

void phrase_pairs(struct parse *p, const struct phrase_key *row,
		  struct str text)
{
	while (text.n) {
		const struct phrase_key *k;
		struct str word, name;
		size_t n = 0;

		while (n < text.n && !between(text.p[n]))
			n++;
		word = str_head(text, n);
		text = str_skip(text, n + 1);
		name = str_cut(&word, '=');
		if (!word.p || word.n == 0)
			continue;
		for (k = row; k->name.n; k++)
			if (str_eq(name, k->name))
				break;
		if (!k->name.n)
			continue;
		if (k->key == KEY_SOURCE_IP)
			phrase_address(p, word);
		else
			ev_str(p->ev, k->key, word);
	}
}
