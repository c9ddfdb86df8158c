/*
 * ioc.c - one indicator at a time: what type it is, whether it can be meant,
 * and where it is found again.
 */
#include "ioc.h"
#include "ioc_check.h"

#include "../util/scan.h"

#define MAX_REFUSED_TEXT 400u

static const struct {
	const char *en, *ja, *id;
	uint16_t severity, confidence;
	uint8_t fact, ceiling;
} about[IOC_TYPES] = {
	/* an equal digest or a peer is an observation, a name is a name */
	[IOC_HASH] = { "file hash", "ファイルのハッシュ値", "hash", 90, 100,
		       FACT_OBSERVED, TIER_RESPOND },
	[IOC_IP] = { "network address", "IP アドレス", "ip", 80, 100,
		     FACT_OBSERVED, TIER_RESPOND },
	[IOC_DOMAIN] = { "domain", "ドメイン名", "domain", 75, 85, FACT_NAME,
			 TIER_WATCH },
	[IOC_URL] = { "URL", "URL", "url", 80, 85, FACT_NAME, TIER_WATCH },
	[IOC_PATH] = { "file path", "ファイルのパス", "path", 75, 75, FACT_NAME,
		       TIER_WATCH },
	[IOC_NAME] = { "file name", "ファイル名", "name", 70, 75, FACT_NAME,
		       TIER_WATCH },
	[IOC_PROCESS] = { "process name", "プロセス名", "process", 70, 75,
			  FACT_NAME, TIER_WATCH },
	[IOC_COMMAND] = { "command line", "コマンドライン", "command", 75, 75,
			  FACT_NAME, TIER_WATCH },
	[IOC_AGENT] = { "user agent", "ユーザーエージェント", "agent", 70, 75,
			FACT_NAME, TIER_WATCH },
};

static struct str lower(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)ac_fold((unsigned char)p[i]);
	return str_mem(p, s.n);
}

/* ---- where it is found again ---- */

static uint32_t rule_of(struct ioc_file *f, enum ioc_type t)
{
	struct ruleset *rs = f->rs;
	struct rule_info *info;
	struct rule *r;
	uint32_t i;

	if (f->rule[t])
		return f->rule[t] - 1;
	i = ruleset_add(rs, f->path, RULE_IOC);
	f->rule[t] = i + 1;
	info = &rs->info[i];
	r = &rs->rule[i];
	info->id = arena_fmt(&rs->arena, "ioc-%s-" STR_FMT, about[t].id,
			     STR_ARG(str_base(f->path)));
	info->name = arena_fmt(&rs->arena, "Known indicator: %s", about[t].en);
	info->name_ja =
		arena_fmt(&rs->arena, "既知の侵害指標：%s", about[t].ja);
	info->logsource = STR("any");
	info->level = LEVEL_HIGH;
	r->level = LEVEL_HIGH;
	r->judged = true;
	r->severity = about[t].severity;
	r->confidence = about[t].confidence;
	r->fact = about[t].fact;
	r->ceiling = about[t].ceiling;
	r->active = ACTIVE_NO; /* what the event shows says so (judge.c) */
	r->subject = SUBJECT_AUTO;
	r->response = t == IOC_HASH || t == IOC_PATH || t == IOC_NAME
			      ? STR("file")
			      : STR("live-process");
	return i;
}

static void refuse(struct ioc_file *f, struct str value, const char *why)
{
	f->nrefused++;
	if (f->refused.n > MAX_REFUSED_TEXT)
		return;
	buf_fmt(&f->refused, "%s" STR_FMT " (%s)", f->refused.n ? ", " : "",
		STR_ARG(str_head(value, 64)), why);
}

/* The indicator under a letter and a normalised value; first come. */
static struct ioc *put(struct ioc_file *f, char letter, struct str key,
		       enum ioc_type t, struct str value, struct str comment)
{
	struct ioc_set *set = f->rs->ioc;
	char name[IOC_MAX_VALUE + 1];
	uint64_t *at;
	bool added;
	uint32_t rule;

	if (key.n > IOC_MAX_VALUE || set->nioc >= IOC_MAX) {
		refuse(f, value,
		       key.n > IOC_MAX_VALUE ? "too long" : "one too many");
		return NULL;
	}
	name[0] = letter;
	if (key.n)
		memcpy(name + 1, key.p, key.n);
	at = map_put(&set->index, str_mem(name, key.n + 1), &added);
	f->nioc++;
	if (!added && letter != 'g')
		return NULL; /* several feeds know it */
	rule = rule_of(f, t);
	vec_grow(&set->ioc, &set->capioc, set->nioc + 1, sizeof(*set->ioc));
	set->ioc[set->nioc] = (struct ioc){
		.rule = rule,
		.next = added ? 0 : (uint32_t)*at,
		.type = (uint8_t)t,
		.value = arena_dup(&f->rs->arena, value),
		.comment = arena_dup(&f->rs->arena, str_head(str_trim(comment),
							     IOC_MAX_COMMENT)),
	};
	*at = ++set->nioc;
	set->has[t] = true;
	return &set->ioc[set->nioc - 1];
}

static void add_ip(struct ioc_file *f, struct str value, struct str comment)
{
	unsigned char key[17] = { 128 };
	struct str ip = value, rest;
	uint64_t bits = 128;
	const char *why;
	struct ioc *i;

	rest = value;
	ip = str_cut(&rest, '/');
	if (!str_ip(ip, key + 1) ||
	    (rest.p && (!str_u64(rest, &bits) ||
			bits > (ioc_v4(key + 1) ? 32u : 128u)))) {
		refuse(f, value, "not an address");
		return;
	}
	if (rest.p && ioc_v4(key + 1))
		bits += 96;
	why = ioc_bad_ip(key + 1, (unsigned)bits);
	if (why) {
		refuse(f, value, why);
		return;
	}
	key[0] = (unsigned char)bits;
	for (unsigned b = (unsigned)bits; b < 128; b++)
		key[1 + b / 8] &= (unsigned char)~(0x80u >> b % 8);
	i = put(f, 'i', str_mem(key, sizeof(key)), IOC_IP, value, comment);
	if (i)
		i->bits = (uint8_t)bits;
	f->rs->ioc->bits[bits] = true;
}

static void add_pattern(struct ioc_file *f, enum ioc_type t, struct str value,
			struct str comment)
{
	struct ioc_set *set = f->rs->ioc;
	struct str base = str_base(value);
	bool wild = str_chr(base, '*') != (size_t)-1 ||
		    str_chr(base, '?') != (size_t)-1;
	struct ioc *i;

	if (wild && set->nlisted >= IOC_MAX_LISTED) {
		refuse(f, value, "one pattern too many");
		return;
	}
	/* beside those with a literal last component: a list of their own */
	i = put(f, 'g', wild ? STR("") : base, t, value, comment);
	if (i && wild)
		set->nlisted++;
}

/* `.x/sshd': wherever it lies */
static struct str below_any(struct arena *a, struct str value)
{
	return arena_fmt(a, "**/" STR_FMT, STR_ARG(value));
}

static void add_path(struct ioc_file *f, enum ioc_type t, struct str value,
		     struct str comment)
{
	const char *why = ioc_bad_path(value);

	if (why)
		refuse(f, value, why);
	else if (str_chr(value, '/') > 0 && str_chr(value, '/') < value.n)
		add_pattern(f, t, below_any(&f->rs->arena, value), comment);
	else if (str_chr(value, '*') != (size_t)-1 ||
		 str_chr(value, '?') != (size_t)-1)
		add_pattern(f, t, value, comment);
	else if (t == IOC_PROCESS)
		(void)put(f, 'p', value, t, value, comment);
	else
		(void)put(f, str_chr(value, '/') == (size_t)-1 ? 'n' : 'f',
			  value, t, value, comment);
}

static void add_domain(struct ioc_file *f, struct arena *a, struct str value,
		       struct str comment)
{
	struct str d = lower(a, value);
	const char *why;

	if (str_starts(d, STR("*.")))
		d = str_skip(d, 2); /* names below are meant anyway */
	while (d.n && d.p[d.n - 1] == '.')
		d.n--;
	why = d.n ? ioc_bad_domain(d) : "not a domain";
	if (why && str_is(str_of(why), "an address"))
		add_ip(f, value, comment);
	else if (why)
		refuse(f, value, why);
	else
		(void)put(f, 'd', d, IOC_DOMAIN, value, comment);
}

/* Scheme and host in small letters, no slash at the end. */
static void add_url(struct ioc_file *f, struct arena *a, struct str value,
		    struct str comment)
{
	size_t at = str_find(value, STR("://")), end;
	struct str low = lower(a, value);
	char *p = arena_cstr(a, value);

	if (at == (size_t)-1 || at == 0 || value.n - at < 7) {
		refuse(f, value, "not a URL");
		return;
	}
	end = str_chr(str_skip(value, at + 3), '/');
	end = end == (size_t)-1 ? value.n : at + 3 + end;
	memcpy(p, low.p, end);
	while (value.n > end && p[value.n - 1] == '/')
		value.n--;
	(void)put(f, 'u', str_mem(p, value.n), IOC_URL, str_mem(p, value.n),
		  comment);
}

static void add_words(struct ioc_file *f, enum ioc_type t, struct str v,
		      struct arena *a, struct str comment)
{
	size_t least = t == IOC_COMMAND ? 8 : 6;

	if (v.n < least)
		refuse(f, v, "too short");
	else
		(void)put(f, t == IOC_COMMAND ? 'c' : 'a', lower(a, v), t, v,
			  comment);
}

/* What a feed calls it, so that the line can be found. */
static void name_unknown(struct ioc_file *f, struct str what)
{
	if (f->unknown.n > MAX_REFUSED_TEXT)
		return;
	buf_fmt(&f->unknown, "%s" STR_FMT, f->unknown.n ? ", " : ": ",
		STR_ARG(str_head(what, 64)));
}

void ioc_add(struct ioc_file *f, struct str word, struct str value,
	     struct str comment)
{
	struct arena a = { 0 };
	struct str v = ioc_refang(&a, str_trim(value));
	enum ioc_type t = word.n ? ioc_by_word(word) : ioc_by_form(v);
	const char *why;

	if (v.n == 0)
		t = IOC_TYPES;
	switch (t) {
	case IOC_HASH:
		v = lower(&a, v);
		why = ioc_bad_hash(v);
		if (why)
			refuse(f, v, why);
		else
			(void)put(f, 'h', v, t, v, comment);
		break;
	case IOC_IP:
		add_ip(f, v, comment);
		break;
	case IOC_DOMAIN:
		add_domain(f, &a, v, comment);
		break;
	case IOC_URL:
		add_url(f, &a, v, comment);
		break;
	case IOC_PATH:
	case IOC_NAME:
	case IOC_PROCESS:
		add_path(f, t, v, comment);
		break;
	case IOC_COMMAND:
	case IOC_AGENT:
		add_words(f, t, v, &a, comment);
		break;
	default:
		f->nunknown++;
		name_unknown(f, word.n ? word : v);
	}
	arena_free(&a);
}

void ioc_finish(struct ruleset *rs)
{
	struct ioc_set *set = rs->ioc;
	struct ac_word *w;
	size_t n = 0;

	if (!set)
		return;
	w = xmalloc((set->nioc + 1) * sizeof(*w));
	for (uint32_t i = 0; i < set->nioc; i++)
		if (set->ioc[i].type == IOC_COMMAND) {
			w[n].text = lower(&rs->arena, set->ioc[i].value);
			w[n++].id = i;
		}
	if (n)
		ac_build(&set->command, w, n);
	free(w);
}

void ioc_free(struct ruleset *rs)
{
	if (!rs->ioc)
		return;
	ac_free(&rs->ioc->command);
	map_free(&rs->ioc->index);
	free(rs->ioc->ioc);
	free(rs->ioc);
}
