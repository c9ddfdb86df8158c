/*
 * ioc_match.c - the fields of an event against the indicators.  What a field
 * is looked at as follows from its name, once; texts are cut into words, and
 * each word that could be an address, a domain or a digest is looked up.
 */
#include "ioc.h"
#include "ioc_check.h"

#include <stdio.h>

#include "../event/message.h"
#include "../util/glob.h"
#include "../util/scan.h"

enum how {
	HOW_TEXT, /* words of it */
	HOW_SKIP,
	HOW_HASH,
	HOW_PATH,
	HOW_NAME,
	HOW_PROCESS,
	HOW_COMMAND,
	HOW_AGENT
};

static const struct {
	uint16_t key;
	uint8_t how;
} known[] = {
	{ KEY_FILE_PATH, HOW_PATH },
	{ KEY_FILE_TARGET, HOW_PATH },
	{ KEY_FILE_NAME, HOW_NAME },
	{ KEY_PROCESS_EXECUTABLE, HOW_PATH },
	{ KEY_PROCESS_NAME, HOW_PROCESS },
	{ KEY_PROCESS_COMMAND_LINE, HOW_COMMAND },
	{ KEY_PROCESS_ARGS, HOW_COMMAND },
	{ KEY_K_AUTORUN_PATH, HOW_PATH },
	{ KEY_K_AUTORUN_TARGET, HOW_PATH },
	{ KEY_K_MESSAGE, HOW_SKIP }, /* the original has it, too */
};

void ioc_match_init(struct ioc_match *m, const struct ruleset *rs)
{
	m->rs = rs;
	for (unsigned k = 1; k < KEY_COUNT; k++) {
		struct str name = key_info(k)->name;

		if (key_info(k)->type == V_STR &&
		    (str_has(name, STR(".hash")) ||
		     str_has(name, STR("sha256")) || str_has(name, STR("md5"))))
			m->how[k] = HOW_HASH;
		if (str_is(name, "user_agent.original"))
			m->how[k] = HOW_AGENT;
		if (str_starts(name, STR("rule.")) ||
		    str_starts(name, STR("konseki.yara")))
			m->how[k] = HOW_SKIP;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		m->how[known[i].key] = known[i].how;
}

static void hit(struct ioc_match *m, uint32_t index, struct str field)
{
	const struct ioc *i = &m->rs->ioc->ioc[index];
	struct ioc_hit *h = &m->hit[m->nhit];
	int n;

	if (m->nhit == IOC_MAX_HITS)
		return;
	h->rule = i->rule;
	n = snprintf(h->text, sizeof(h->text),
		     STR_FMT " = " STR_FMT "%s" STR_FMT "%s",
		     STR_ARG(str_head(field, 64)),
		     STR_ARG(str_head(i->value, 200)), i->comment.n ? " (" : "",
		     STR_ARG(str_head(i->comment, IOC_MAX_COMMENT)),
		     i->comment.n ? ")" : "");
	h->n = n < 0 ? 0 : (size_t)n; /* all of it fits: 480 bytes */
	for (size_t k = 0; k < m->nhit; k++)
		if (m->hit[k].rule == h->rule && m->hit[k].n == h->n &&
		    memcmp(m->hit[k].text, h->text, h->n) == 0)
			return;
	m->nhit++;
}

/* The indicator under this letter and value; false when there is none. */
static bool find(struct ioc_match *m, char letter, struct str key,
		 struct str field)
{
	char name[IOC_MAX_VALUE + 1];
	const uint64_t *at;

	if (key.n == 0 || key.n > IOC_MAX_VALUE)
		return false;
	name[0] = letter;
	memcpy(name + 1, key.p, key.n);
	at = map_get(&m->rs->ioc->index, str_mem(name, key.n + 1));
	if (at)
		hit(m, (uint32_t)*at - 1, field);
	return at != NULL;
}

static struct str folded(struct str s, char *out, size_t max)
{
	if (s.n > max)
		return STR_NONE;
	for (size_t i = 0; i < s.n; i++)
		out[i] = (char)ac_fold((unsigned char)s.p[i]);
	return str_mem(out, s.n);
}

static void address(struct ioc_match *m, const unsigned char ip[16],
		    struct str field)
{
	const struct ioc_set *set = m->rs->ioc;
	unsigned char key[17];

	for (unsigned bits = 128; bits > 0; bits--) {
		if (!set->bits[bits])
			continue;
		key[0] = (unsigned char)bits;
		memcpy(key + 1, ip, 16);
		for (unsigned b = bits; b < 128; b++)
			key[1 + b / 8] &= (unsigned char)~(0x80u >> b % 8);
		if (find(m, 'i', str_mem(key, sizeof(key)), field))
			return;
	}
}

void ioc_digest(struct ioc_match *m, struct str field, struct str hex)
{
	char low[128];

	if (m->rs->ioc->has[IOC_HASH])
		(void)find(m, 'h', folded(hex, low, sizeof(low)), field);
}

/* a.b.example: itself, then every name above it that has a dot */
static void domain(struct ioc_match *m, struct str word, struct str field)
{
	char low[253];
	struct str d = folded(word, low, sizeof(low));
	size_t dot;

	while (d.n && (dot = str_chr(d, '.')) != (size_t)-1) {
		if (find(m, 'd', d, field))
			return;
		d = str_skip(d, dot + 1);
	}
}

static void word(struct ioc_match *m, struct str w, struct str field)
{
	const bool *has = m->rs->ioc->has;
	unsigned char ip[16];

	while (w.n && (w.p[w.n - 1] == '.' || w.p[w.n - 1] == ':'))
		w.n--;
	if (w.n < 4)
		return;
	if (has[IOC_HASH] && w.n >= 32 && ioc_is_hex(w)) {
		ioc_digest(m, field, w);
		return;
	}
	if (has[IOC_IP] && w.n < 46 && str_ip(w, ip)) {
		address(m, ip, field);
		return;
	}
	while (w.p) { /* 203.0.113.9:4444 */
		struct str part = str_cut(&w, ':');

		if (str_chr(part, '.') == (size_t)-1)
			continue;
		if (has[IOC_IP] && str_ip(part, ip))
			address(m, ip, field);
		else if (has[IOC_DOMAIN])
			domain(m, part, field);
	}
}

static bool of_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '.' || c == ':' || c == '-' ||
	       c == '_' || c >= 0x80;
}

/* From its scheme to the first byte that ends one in prose. */
static void url(struct ioc_match *m, struct str text, size_t from, size_t colon,
		struct str field)
{
	char p[IOC_MAX_VALUE];
	size_t n = 0, host_end = 0;

	for (size_t i = from; i < text.n && n < sizeof(p); i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || strchr("\"'<>|;\\)", c))
			break;
		if (c == '/' && i > colon + 2 && !host_end)
			host_end = n;
		p[n++] = (char)(host_end ? c : ac_fold(c));
	}
	while (n && (p[n - 1] == '/' || p[n - 1] == '.' || p[n - 1] == ','))
		n--;
	(void)find(m, 'u', str_mem(p, n), field);
}

static void words(struct ioc_match *m, struct str text, struct str field)
{
	size_t from = 0;

	text = str_head(text, IOC_TEXT_READ);
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && of_word((unsigned char)text.p[i]))
			continue;
		if (i < text.n && text.p[i] == '/' && i > from &&
		    text.p[i - 1] == ':' && m->rs->ioc->has[IOC_URL])
			url(m, text, from, i - 1, field);
		if (i - from >= 4)
			word(m, str_mem(text.p + from, i - from), field);
		from = i + 1;
	}
}

static void command(struct ioc_match *m, struct str text, struct str field)
{
	const struct ac *ac = &m->rs->ioc->command;
	uint32_t s = 0;

	for (size_t i = 0; ac->nstate && i < text.n; i++) {
		s = ac_step(ac, s, (unsigned char)text.p[i]);
		if (!(s & AC_OUT))
			continue;
		s &= ~AC_OUT;
		for (uint32_t t = s; t; t = ac->state[t].chain)
			for (uint32_t k = 0; k < ac->state[t].nout; k++)
				hit(m, ac->out[ac->state[t].out - 1 + k],
				    field);
	}
}

static void listed(struct ioc_match *m, uint64_t at, struct str path,
		   struct str field)
{
	const struct ioc_set *set = m->rs->ioc;

	for (; at; at = set->ioc[at - 1].next)
		if (glob_match(set->ioc[at - 1].value, path))
			hit(m, (uint32_t)at - 1, field);
}

static void path(struct ioc_match *m, struct str p, struct str field)
{
	const struct ioc_set *set = m->rs->ioc;
	struct str base = str_base(p);
	char name[258] = "g";
	const uint64_t *at;

	(void)find(m, 'f', p, field);
	(void)find(m, 'n', base, field);
	if (base.n > 256)
		return;
	memcpy(name + 1, base.p, base.n);
	at = map_get(&set->index, str_mem(name, base.n + 1));
	if (at)
		listed(m, *at, p, field);
	at = map_get(&set->index, STR("g"));
	if (at && base.n)
		listed(m, *at, p, field);
}

static void text_field(struct ioc_match *m, unsigned how, struct str v,
		       struct str field)
{
	char low[IOC_MAX_VALUE];

	switch (how) {
	case HOW_HASH:
		ioc_digest(m, field, v);
		break;
	case HOW_PATH:
		path(m, v, field);
		break;
	case HOW_NAME:
		(void)find(m, 'n', v, field);
		break;
	case HOW_PROCESS:
		(void)find(m, 'p', v, field);
		break;
	case HOW_AGENT:
		(void)find(m, 'a', folded(v, low, sizeof(low)), field);
		break;
	case HOW_COMMAND:
		command(m, v, field);
		words(m, v, field);
		break;
	case HOW_TEXT:
		words(m, v, field);
		break;
	default:
		break;
	}
}

/* The words of the record are looked at once, as a whole. */
static bool in_record(const struct event *e, struct str v)
{
	uintptr_t at = (uintptr_t)v.p - (uintptr_t)e->original.p;

	return e->original.n <= IOC_TEXT_READ && at < e->original.n;
}

void ioc_event(struct ioc_match *m, struct event *e)
{
	m->nhit = 0;
	for (size_t i = 0; i < e->nfield; i++) {
		const struct field *f = &e->field[i];
		struct str name = f->name.n ? f->name : key_info(f->key)->name;

		if (f->type == V_IP && f->key < KEY_COUNT)
			address(m, f->v.ip, name);
		else if (f->type == V_STR && f->key < KEY_COUNT &&
			 (m->how[f->key] != HOW_TEXT ||
			  !in_record(e, f->v.str)))
			text_field(m, m->how[f->key], f->v.str, name);
	}
	if (e->original.n)
		words(m, e->original, STR("event.original"));
	for (size_t i = 0; i < m->nhit; i++) {
		ev_u64(e, KEY_K_HITS, m->hit[i].rule);
		ev_str(e, KEY_K_IOC, str_mem(m->hit[i].text, m->hit[i].n));
	}
}
