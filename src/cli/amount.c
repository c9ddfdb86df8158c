/* amount.c - from words to the options of a collection. */
#include "amount.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../util/timefmt.h"

static enum profile profile_named(const char *word)
{
	if (word && strcmp(word, "quick") == 0)
		return PROFILE_QUICK;
	if (word && strcmp(word, "full") == 0)
		return PROFILE_FULL;
	return PROFILE_STANDARD;
}

/* 7d: so long ago */
static bool ago(struct str s, int64_t *ts)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t n;

	for (size_t i = 0; i < 3; i++)
		if (s.n > 1 && s.p[s.n - 1] == units[i].unit &&
		    str_u64(str_head(s, s.n - 1), &n) && n < 100000) {
			*ts = ((int64_t)time(NULL) - (int64_t)n * units[i].s) *
			      NS_PER_S;
			return true;
		}
	return false;
}

bool amount_time(const char *v, int64_t *ts)
{
	struct str s = str_of(v);
	char day[32];
	unsigned digits;
	int32_t offset;
	bool zone;

	if (ago(s, ts))
		return true;
	if (s.n == 10) { /* a day alone begins at midnight */
		(void)snprintf(day, sizeof(day), "%sT00:00:00Z", v);
		s = str_of(day);
	}
	return ts_parse_iso(s, ts, &digits, &zone, &offset) == s.n;
}

/* Patterns are of absolute paths: any other could never match. */
static int absolute(const struct cli *c, const char *name,
		    const struct opt_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i][0] != '/')
			return cli_usage(c,
					 cli_tr(c,
						"--%s takes an absolute path "
						"or pattern (/srv/**), not "
						"`%s'",
						"--%s には絶対パス（/srv/** な"
						"ど）を指定してください（`%s' "
						"は不可）"),
					 name, l->v[i]);
	return 0;
}

int amount_options(const struct cli *c, struct collect_options *o)
{
	const struct amount *a = &c->amount;

	o->profile = profile_named(a->profile);
	o->path = a->path.v;
	o->npath = a->path.n;
	o->exclude = a->exclude.v;
	o->nexclude = a->exclude.n;
	o->max_time_ns = (int64_t)a->max_time * NS_PER_S;
	o->max_output = a->max_output;
	o->max_file = a->max_file;
	o->max_content = a->max_content;
	o->fast = a->fast;
	o->since_ns = INT64_MIN;
	if (absolute(c, "path", &a->path) ||
	    absolute(c, "exclude", &a->exclude))
		return -1;
	if (!a->since || amount_time(a->since, &o->since_ns))
		return 0;
	(void)cli_usage(c,
			cli_tr(c,
			       "--since takes a time such as "
			       "2026-11-24T06:00:00+09:00, a day, or 7d, not "
			       "`%s'",
			       "--since には 2026-11-24T06:00:00+09:00、日付、"
			       "または 7d のように指定してください（`%s' "
			       "は不可）"),
			a->since);
	return -1;
}

/* 75 s as 1:15 */
static const char *clock_text(int64_t ns, char t[32])
{
	int64_t s = ns / NS_PER_S;

	if (s >= 3600)
		(void)snprintf(t, 32, "%d:%02d:%02d", (int)(s / 3600),
			       (int)(s / 60 % 60), (int)(s % 60));
	else
		(void)snprintf(t, 32, "%d:%02d", (int)(s / 60), (int)(s % 60));
	return t;
}

void amount_progress(void *arg, const struct collect_progress *p)
{
	const struct cli *c = arg;
	char text[200], passed[32], left[32] = "?";
	uint64_t s = (uint64_t)(p->passed_ns / NS_PER_S);

	if (p->left_ns >= 0)
		(void)clock_text(p->left_ns, left);
	(void)snprintf(text, sizeof(text),
		       cli_tr(c,
			      "%s: %llu items, %llu MiB read (%llu MiB/s), "
			      "%llu MiB written, %s, ETA %s",
			      "%s：%llu 件、読込 %llu MiB（%llu MiB/秒）、"
			      "書込 %llu MiB、経過 %s、残り %s"),
		       p->stage, (unsigned long long)p->items,
		       (unsigned long long)(p->bytes_in >> 20),
		       (unsigned long long)((p->bytes_in >> 20) / (s + 1)),
		       (unsigned long long)(p->bytes_out >> 20),
		       clock_text(p->passed_ns, passed), left);
	cli_progress(c, text);
}
