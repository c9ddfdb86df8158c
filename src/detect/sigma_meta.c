/*
 * sigma_meta.c - title, level, tags and the konseki block of a rule.
 *
 * konseki: { severity: 0..100, confidence: 0..1, fact: name | structural |
 *   observed, ceiling: note | watch | respond, active: process | socket |
 *   persistence | account | recent, subject: process | file | user | address
 *   | autorun | host | program, response: ID, title_ja }
 */
#include "sigma.h"

#include "../util/hash.h"

static const char *const levels[] = { "informational", "low", "medium", "high",
				      "critical" };
/* what a level means when the rule states no severity of its own */
static const uint16_t level_severity[] = { 20, 40, 55, 75, 95 };
static const char *const facts[] = { "name", "structural", "observed" };
static const uint16_t fact_confidence[] = { 65, 85, 100 };
static const char *const tiers[] = { "note", "watch", "respond" };
static const char *const actives[] = { "no",      "recent", "persistence",
				       "account", "socket", "process",
				       "kernel" };
static const char *const subjects[] = { "auto",     "process", "file",
					"user",     "address", "autorun",
					"host",     "program", "object",
					"container" };

static uint8_t word(struct str s, const char *const *table, size_t n,
		    uint8_t otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(s, str_of(table[i])))
			return (uint8_t)i;
	return otherwise;
}
#define WORD(s, table, otherwise)                                              \
	word(s, table, sizeof(table) / sizeof(*(table)), otherwise)

/* attack.t1059.004 -> T1059.004 */
static struct str attack(struct arena *a, const struct yaml *doc)
{
	const struct yaml *tags = yaml_get(doc, "tags");
	struct buf b = { 0 };
	struct str out;

	for (tags = tags ? tags->kid : NULL; tags; tags = tags->next) {
		struct str t = tags->s;

		if (!str_starts(t, STR("attack.t")) || t.n < 9 ||
		    t.p[8] < '0' || t.p[8] > '9')
			continue;
		if (b.n)
			buf_c(&b, ' ');
		buf_c(&b, 'T');
		buf_str(&b, str_skip(t, 8));
	}
	out = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return out;
}

static uint16_t hundredths(struct str s, uint16_t otherwise)
{
	char text[16], *end;
	double v;

	if (s.n == 0 || s.n >= sizeof(text))
		return otherwise;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	v = strtod(text, &end);
	if (*end || !(v >= 0 && v <= 1))
		return otherwise;
	return (uint16_t)(v * 100 + 0.5);
}

static void judged(struct arena *a, const struct yaml *k, struct rule *r,
		   struct rule_info *info)
{
	uint64_t severity;

	r->judged = true;
	r->fact = WORD(yaml_str(k, "fact"), facts, FACT_NAME);
	r->confidence =
		hundredths(yaml_str(k, "confidence"), fact_confidence[r->fact]);
	if (str_u64(yaml_str(k, "severity"), &severity) && severity <= 100)
		r->severity = (uint16_t)severity;
	r->ceiling = WORD(yaml_str(k, "ceiling"), tiers, TIER_WATCH);
	r->active = WORD(yaml_str(k, "active"), actives, ACTIVE_NO);
	r->subject = WORD(yaml_str(k, "subject"), subjects, SUBJECT_AUTO);
	r->response = arena_dup(a, yaml_str(k, "response"));
	info->name_ja = arena_dup(a, yaml_str(k, "title_ja"));
}

static struct str made_id(struct arena *a, struct str text)
{
	unsigned char h[SHA256_LEN];
	struct buf b = { 0 };
	struct str out;

	sha256_of(text.p, text.n, h);
	buf_hex(&b, h, 16);
	out = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return out;
}

static bool tagged(const struct yaml *doc, const char *tag)
{
	const struct yaml *t = yaml_get(doc, "tags");

	for (t = t ? t->kid : NULL; t; t = t->next)
		if (str_is(t->s, tag))
			return true;
	return false;
}

void meta_rule(struct arena *a, const struct yaml *doc, struct rule *r,
	       struct rule_info *info)
{
	const struct yaml *k = yaml_get(doc, "konseki");

	info->id = arena_dup(a, yaml_str(doc, "id"));
	info->name = arena_dup(a, yaml_str(doc, "title"));
	info->description =
		arena_dup(a, str_trim(yaml_str(doc, "description")));
	info->attack = attack(a, doc);
	if (info->id.n == 0)
		info->id = made_id(a, info->name);
	r->memory = tagged(doc, "konseki.memory");
	r->level = WORD(yaml_str(doc, "level"), levels, LEVEL_MEDIUM);
	info->level = r->level;
	r->severity = level_severity[r->level];
	r->confidence = fact_confidence[FACT_NAME];
	/* the level of a rule of others alone reaches watch at most */
	r->ceiling = r->level >= LEVEL_HIGH ? TIER_WATCH : TIER_NOTE;
	if (k && k->type == YAML_MAP)
		judged(a, k, r, info);
}
