/*
 * run.c - zones, windows, inputs, summaries and statuses of the verbs that
 * analyze.
 */
#include "keyfile.h"
#include "run.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../case/casefile.h"
#include "../host/tzif.h"
#include "../util/io.h"
#include "../util/scan.h"
#include "../util/term.h"
#include "../util/timefmt.h"
#include "konseki/exit.h"
#include "outfile.h"

#define MAX_ZONE (1u << 20)

/* ±HH:MM or ±HHMM */
static bool fixed_offset(struct str s, int32_t *out)
{
	struct scan k = scan_of(s);
	bool neg = scan_char(&k, '-');
	uint64_t h, m = 0;

	if (!neg && !scan_char(&k, '+'))
		return false;
	if (!scan_digits(&k, 2, 2, &h) || h > 23)
		return false;
	(void)scan_char(&k, ':');
	if (!scan_end(&k) && (!scan_digits(&k, 2, 2, &m) || m > 59))
		return false;
	*out = (int32_t)(h * 3600 + m * 60) * (neg ? -1 : 1);
	return scan_end(&k);
}

/* A zone of this workstation's database, at this moment. */
static bool named_zone(const char *name, int32_t *out)
{
	struct buf path = { 0 }, data = { 0 };
	struct arena a;
	struct err err;
	struct tz tz;
	bool ok = false;
	int fd;

	if (strstr(name, "..") || name[0] == '/')
		return false;
	arena_init(&a, 0);
	buf_fmt(&path, "/usr/share/zoneinfo/%s", name);
	buf_c(&path, '\0');
	fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && io_slurp(fd, MAX_ZONE, &data, &err) == 0 &&
	    tz_read(buf_view(&data), &a, &tz)) {
		*out = tz_offset(&tz, time(NULL));
		ok = true;
	}
	if (fd >= 0)
		(void)close(fd);
	buf_free(&path);
	buf_free(&data);
	arena_free(&a);
	return ok;
}

int run_style(const struct cli *c, struct verdict_style *s)
{
	*s = (struct verdict_style){ .lang = c->lang, .color = c->color };
	if (!c->tz || strcmp(c->tz, "host") == 0)
		return 0;
	s->tz_fixed = 1;
	if (strcmp(c->tz, "utc") == 0 || strcmp(c->tz, "UTC") == 0 ||
	    fixed_offset(str_of(c->tz), &s->offset_s) ||
	    named_zone(c->tz, &s->offset_s))
		return 0;
	(void)cli_usage(c,
			cli_tr(c, "--tz: there is no zone `%s'",
			       "--tz：時間帯「%s」はありません"),
			c->tz);
	return -1;
}

static int one_time(const struct cli *c, const char *name, const char *v,
		    const struct verdict_style *style, int64_t *out,
		    bool *local)
{
	struct str s = str_of(v);
	char day[32];
	int64_t ts;
	unsigned digits;
	bool zone;
	int32_t stated;

	if (s.n == 10) { /* a day alone begins at midnight */
		(void)snprintf(day, sizeof(day), "%sT00:00:00", v);
		s = str_of(day);
	}
	if (ts_parse_iso(s, &ts, &digits, &zone, &stated) != s.n) {
		(void)cli_usage(
			c,
			cli_tr(c,
			       "--%s takes a time such as "
			       "2026-11-24T06:26:15+09:00 or 2026-11-24, not "
			       "`%s'",
			       "--%s には 2026-11-24T06:26:15+09:00 や "
			       "2026-11-24 "
			       "のような時刻を指定してください（`%s' は不可）"),
			name, v);
		return -1;
	}
	*local = !zone && !style->tz_fixed;
	*out = zone ? ts : ts - (int64_t)style->offset_s * NS_PER_S;
	return 0;
}

int run_window(const struct cli *c, const struct verdict_style *s,
	       struct analysis_options *o)
{
	o->from_ns = INT64_MIN;
	o->to_ns = INT64_MAX;
	if (c->from &&
	    one_time(c, "from", c->from, s, &o->from_ns, &o->from_local) < 0)
		return -1;
	if (c->to && one_time(c, "to", c->to, s, &o->to_ns, &o->to_local) < 0)
		return -1;
	return 0;
}

void run_progress(void *arg, const char *text)
{
	cli_progress(arg, text);
}

/* Per input, the name --host gives it; -1 after a usage message. */
static int host_names(const struct cli *c, const char **name)
{
	for (size_t i = 0; i < c->host.n; i++) {
		const char *v = c->host.v[i], *eq = strchr(v, '=');
		bool found = false;

		for (size_t k = 0; eq && k < c->narg; k++)
			if (strcmp(eq + 1, c->arg[k]) == 0) {
				name[k] = strndup(v, (size_t)(eq - v));
				found = true;
			}
		if (!found) {
			(void)cli_usage(c,
					cli_tr(c,
					       "--host takes NAME=INPUT with "
					       "an INPUT of this run, not `%s'",
					       "--host には NAME=入力 "
					       "の形で、この実行の入力を指定し"
					       "てください（`%s' は不可）"),
					v);
			return -1;
		}
	}
	return 0;
}

int run_inputs(const struct cli *c, struct analysis_options *o,
	       struct sink *sink, struct analysis *a, struct err *err)
{
	const char **name = xmalloc(c->narg * sizeof(*name));
	struct arena keys;
	int rc;

	if (host_names(c, name) < 0)
		return err_set(err, "%s", ""); /* said already */
	o->input = c->arg;
	o->ninput = c->narg;
	o->jobs = (unsigned)c->jobs;
	o->tmp = c->tmp;
	o->host_name = name;
	o->progress = run_progress;
	o->arg = (void *)(uintptr_t)c;
	if (c->ioc.n && c->narg == 1 && casefile_is(c->arg[0]))
		return err_set(err,
			       "%s is a case, which was judged already: give "
			       "--ioc with the evidence itself",
			       c->arg[0]);
	arena_init(&keys, 0);
	rc = keyfile_identities(c, &keys, &o->identity, &o->nidentity, err);
	if (rc == 0 && c->narg == 1 && casefile_is(c->arg[0]))
		rc = casefile_run(c->arg[0], o, sink, a, err);
	else if (rc == 0)
		rc = analysis_run(o, sink, a, err);
	arena_free(&keys);
	return rc;
}

bool run_print(const struct cli *c, const struct verdict *v,
	       const struct verdict_style *s)
{
	struct buf b = { 0 };
	bool ok;

	cli_progress_end(c);
	verdict_text(&b, v, s);
	ok = cli_out(b.p, b.n);
	buf_free(&b);
	return ok;
}

/* ---- summary ---- */

/* Bytes that are no UTF-8 as \xNN: jansson takes nothing else. */
static json_t *text(struct str s)
{
	json_t *j = json_stringn(s.p ? s.p : "", s.n);
	struct buf b = { 0 };

	if (j)
		return j;
	term_text(&b, s);
	j = json_stringn(b.p, b.n);
	buf_free(&b);
	return j;
}

static json_t *findings(const struct verdict *v)
{
	return json_pack("{s:I,s:I,s:I,s:I}", "respond",
			 (json_int_t)v->nfinding[TIER_RESPOND], "watch",
			 (json_int_t)v->nfinding[TIER_WATCH], "note",
			 (json_int_t)v->nfinding[TIER_NOTE], "silenced",
			 (json_int_t)v->nsilenced);
}

static json_t *inputs(const struct analysis *a)
{
	static const char *const whole[] = { "intact", "mismatch", "cut",
					     "unsealed", "interrupted" };
	json_t *list = json_array();

	for (size_t i = 0; i < a->ninput; i++) {
		struct buf hex = { 0 };

		buf_hex(&hex, a->input[i].sha256, 32);
		(void)json_array_append_new(
			list,
			json_pack("{s:o,s:s,s:o,s:o,s:I,s:I}", "path",
				  text(a->input[i].path), "state",
				  whole[a->input[i].whole], "why",
				  text(a->input[i].why), "sha256",
				  text(buf_view(&hex)), "members",
				  (json_int_t)a->input[i].nmember, "refused",
				  (json_int_t)a->input[i].nrefused));
		buf_free(&hex);
	}
	return list;
}

static json_int_t parsed(const struct analysis *a)
{
	json_int_t n = 0;

	for (size_t i = 0; i < a->nsource; i++)
		n += a->source[i].parser.n != 0;
	return n;
}

static json_t *gaps(const struct verdict_gap *gap, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list,
					    json_pack("{s:o,s:o}", "source",
						      text(gap[i].group), "why",
						      text(gap[i].why)));
	return list;
}

static json_t *sandbox(const struct analysis *a)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < RUNG_COUNT; i++)
		(void)json_object_set_new(
			o, sandbox_rung_name(i),
			json_boolean(a->sandbox.rung[i] == RUNG_ON));
	return o;
}

int run_summary(const struct cli *c, const struct analysis *a,
		const struct verdict *v, int status, struct err *err)
{
	char *t = NULL;
	json_t *j;
	int r = -1;

	if (!c->summary)
		return 0;
	j = json_pack(
		"{s:s,s:s,s:s*,s:i,s:I,s:I,s:I,s:I,s:I,s:o*,s:o,s:o*,s:o*,s:o}",
		"tool", "konseki " KONSEKI_VERSION, "verb", c->verb->name,
		"verdict", v ? verdict_word(v->word, LANG_EN) : NULL, "exit",
		status, "events", (json_int_t)a->nevent, "notes",
		(json_int_t)a->nnote, "lost", (json_int_t)a->nlost, "sources",
		(json_int_t)a->nsource, "parsed", parsed(a), "findings",
		v ? findings(v) : NULL, "inputs", inputs(a), "incomplete",
		v ? gaps(v->gap, v->ngap) : NULL, "not_checked",
		v ? gaps(v->unchecked, v->nunchecked) : NULL, "sandbox",
		sandbox(a));
	if (j)
		t = json_dumps(j, JSON_INDENT(1));
	if (t)
		r = outfile_write(c->summary, t, strlen(t), err);
	else
		(void)err_set(err, "out of memory for the summary");
	free(t);
	json_decref(j);
	return r;
}

void run_say_gaps(const struct cli *c, const struct verdict *v)
{
	for (size_t i = 0; i < v->ngap; i++)
		cli_info(c,
			 cli_tr(c,
				"core source incomplete: " STR_FMT " (" STR_FMT
				")",
				"主要な証拠源が不完全：" STR_FMT "（" STR_FMT
				"）"),
			 STR_ARG(v->gap[i].group), STR_ARG(v->gap[i].why));
}

int run_exit(const struct cli *c, struct judgement *j)
{
	const struct verdict *v = judgement_verdict(j);
	bool part = judgement_incomplete(j), asked = false;

	/* what is asked for, or something above it */
	for (unsigned t = 0; t < TIER_COUNT; t++) {
		asked = asked || cli_fails_on(c, tier_name(t));
		if (asked && v->nfinding[t])
			return KONSEKI_FOUND;
	}
	if (part && cli_fails_on(c, "incomplete"))
		return KONSEKI_FOUND;
	return part ? KONSEKI_INCOMPLETE : KONSEKI_DONE;
}
