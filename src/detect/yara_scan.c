/*
 * yara_scan.c - content of executables, scripts and recovered images against
 * the YARA set: one alert per rule that matches a source.
 */
#include "yara_set.h"

#include "../util/hash.h"

#define MAX_SIZE (20u << 20)        /* of anything */
#define MAX_CODE_SIZE (100u << 20)  /* of ELF and scripts */
#define MAX_MEMORY_SIZE (64u << 20) /* pieces are no larger */
#define MAX_SHOWN 8                 /* strings of a match that are told */
#define MAX_SHOWN_BYTES 64
#define TIMEOUT_S 60   /* the last net; sizes and matches are the limits */
#define MAX_TIMEOUTS 3 /* then some rule is endless: the scanner gives up */

struct scanner {
	const struct ruleset *rs;
	YR_SCANNER *yr;
	unsigned ntimeout;
};

struct scan {
	struct scanner *s;
	const struct source *src;
	const struct context *ctx;
	struct event *ev;
	struct sink *out;
	struct arena arena;
	char sha256[SHA256_LEN * 2 + 1];
	bool cut;
	int rc;
};

struct scanner *scanner_new(const struct ruleset *rs)
{
	struct scanner *s = xmalloc(sizeof(*s));

	s->rs = rs;
	if (rs->yara && rs->yara->rules &&
	    yr_scanner_create(rs->yara->rules, &s->yr) != ERROR_SUCCESS)
		s->yr = NULL;
	if (s->yr) {
		yr_scanner_set_timeout(s->yr, TIMEOUT_S);
		yr_scanner_set_flags(s->yr,
				     SCAN_FLAGS_NO_TRYCATCH |
					     SCAN_FLAGS_REPORT_RULES_MATCHING);
	}
	return s;
}

void scanner_free(struct scanner *s)
{
	if (!s)
		return;
	if (s->yr)
		yr_scanner_destroy(s->yr);
	free(s);
}

static const char *const script_ext[] = {
	".sh",    ".bash", ".py",   ".pl",      ".rb",   ".php",
	".phtml", ".php5", ".php7", ".phar",    ".jsp",  ".jspx",
	".asp",   ".aspx", ".ashx", ".cgi",     ".lua",  ".js",
	".ps1",   ".so",   ".ko",   ".service", ".cron",
};

static bool ends_in_script(struct str path)
{
	struct str base = str_base(path);
	size_t dot = str_rchr(base, '.');

	if (dot == (size_t)-1)
		return false;
	for (size_t i = 0; i < sizeof(script_ext) / sizeof(*script_ext); i++)
		if (str_ieq(str_skip(base, dot), str_of(script_ext[i])))
			return true;
	return false;
}

static bool is_elf(struct str d)
{
	return str_starts(d, STR("\177ELF"));
}

static bool is_code(struct str d)
{
	return is_elf(d) || str_starts(d, STR("MZ")) ||
	       str_starts(d, STR("#!")) || str_starts(d, STR("<?")) ||
	       str_has(str_head(d, 512), STR("<?php"));
}

static bool is_log(struct str path)
{
	return str_starts(path, STR("/var/log/")) ||
	       str_ends(path, STR(".journal"));
}

/* places whose text is run, whatever its name and first bytes */
static bool is_run(struct str path)
{
	static const char *const dir[] = {
		"/etc/cron",           "/var/spool/cron/",  "/etc/systemd/",
		"/etc/init.d/",        "/etc/rc",           "/etc/profile",
		"/etc/update-motd.d/", "/usr/lib/systemd/", "/lib/systemd/",
		"/etc/ld.so.preload",
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(path, str_of(dir[i])))
			return true;
	return str_starts(str_base(path), STR("authorized_keys"));
}

bool scanner_wants(const struct scanner *s, const struct source *src)
{
	bool code = is_code(src->data);

	if (!s->yr || !src->data.n || src->flags & SRC_STREAM ||
	    s->ntimeout >= MAX_TIMEOUTS)
		return false;
	if (src->data.n > (src->flags & SRC_MEMORY ? MAX_MEMORY_SIZE
			   : code                  ? MAX_CODE_SIZE
						   : MAX_SIZE))
		return false;
	if (is_log(src->path))
		return code && src->flags & SRC_RECOVERED;
	if (src->flags & (SRC_RECOVERED | SRC_MEMORY))
		return true;
	return code || src->mode & 0111 || ends_in_script(src->path) ||
	       is_run(src->path);
}

static const char *file_type(const struct source *src)
{
	struct str d = src->data;

	if (is_elf(d))
		return "ELF";
	if (str_starts(d, STR("MZ")))
		return "EXE";
	if (str_has(str_head(d, 512), STR("<?php")))
		return "PHP";
	if (str_starts(d, STR("#!")) && str_has(str_head(d, 64), STR("python")))
		return "Python";
	return "";
}

static void define(struct scan *sc)
{
	struct str path = sc->src->path, base = str_base(path);
	const struct account *owner = ctx_uid(sc->ctx, sc->src->uid);
	size_t dot = str_rchr(base, '.');
	char *ext = arena_cstr(
		&sc->arena, dot == (size_t)-1 ? STR("") : str_skip(base, dot));
	const char *value[EXT_STRINGS] = {
		[EXT_FILENAME] = arena_cstr(&sc->arena, base),
		[EXT_FILEPATH] = arena_cstr(&sc->arena, str_dir(path)),
		[EXT_EXTENSION] = ext,
		[EXT_FILETYPE] = file_type(sc->src),
		[EXT_OWNER] = owner ? arena_cstr(&sc->arena, owner->name) : "",
	};

	for (char *p = ext; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	/* an external that no rule uses is unknown to the scanner: fine */
	for (size_t i = 0; i < EXT_STRINGS; i++)
		(void)yr_scanner_define_string_variable(
			sc->s->yr, yara_external[i], value[i]);
}

/* libyara packs its matches without padding: read as bytes. */
static bool next_match(const YR_MATCH **at, YR_MATCH *m)
{
	while (*at) {
		memcpy(m, *at, sizeof(*m));
		*at = m->next;
		if (!m->is_private)
			return true;
	}
	return false;
}

/* Where a match stands: in memory, the address. */
static struct str place(struct scan *sc, const char *name, const YR_MATCH *m)
{
	struct str range = str_base(sc->src->member);
	int64_t at = m->base + m->offset;
	uint64_t from;

	if (sc->src->flags & SRC_MEMORY &&
	    str_hex64(str_cut(&range, '-'), &from))
		return arena_fmt(&sc->arena, "%s@0x%llx", name,
				 (unsigned long long)from +
					 (unsigned long long)at);
	return arena_fmt(&sc->arena, "%s@%lld", name, (long long)at);
}

static void add_strings(struct scan *sc, YR_SCAN_CONTEXT *yr, YR_RULE *r)
{
	YR_STRING *s;
	unsigned n = 0;

	yr_rule_strings_foreach(r, s)
	{
		const YR_MATCH *at = yr->matches[s->idx].head;
		YR_MATCH m;

		/* the first place of each string tells enough */
		if (next_match(&at, &m)) {
			size_t len = (size_t)m.data_length;

			if (n++ >= MAX_SHOWN)
				return;
			if (len > MAX_SHOWN_BYTES)
				len = MAX_SHOWN_BYTES;
			ev_str(sc->ev, KEY_K_YARA_STRINGS,
			       arena_fmt(&sc->arena, STR_FMT ": %.*s",
					 STR_ARG(place(sc, s->identifier, &m)),
					 (int)len, (const char *)m.data));
		}
	}
}

static void add_meta(struct scan *sc, YR_RULE *r)
{
	YR_META *m;
	const char *tag;
	uint64_t score = 75;

	yr_rule_metas_foreach(r, m)
	{
		if (m->type == META_TYPE_STRING)
			ev_named(sc->ev, KEY_K_YARA_META, str_of(m->identifier),
				 str_of(m->string));
		else if (strcmp(m->identifier, "score") == 0 &&
			 m->integer >= 0 && m->integer <= 100)
			score = (uint64_t)m->integer;
	}
	ev_u64(sc->ev, KEY_K_YARA_SCORE, score);
	yr_rule_tags_foreach(r, tag)
	{
		ev_cstr(sc->ev, KEY_K_YARA_TAGS, tag);
	}
}

/* recovered/<pid>-<start>/…, memory/<pid>-<start>/<from>-<to>-<perms> */
static void of_process(struct scan *sc, struct event *e)
{
	struct str rest = sc->src->member;
	const struct proc *p;
	uint64_t pid;

	(void)str_cut(&rest, '/');
	if (!str_u64(str_cut(&rest, '-'), &pid) || pid > UINT32_MAX)
		return;
	ev_u64(e, KEY_PROCESS_PID, pid);
	p = ctx_pid(sc->ctx, (uint32_t)pid);
	if (!p)
		return;
	ev_str(e, KEY_PROCESS_NAME, p->name);
	ev_str(e, KEY_PROCESS_EXECUTABLE, p->exe);
	if (p->start_ns != INT64_MIN)
		ev_time(e, KEY_PROCESS_START, p->start_ns);
}

static void alert(struct scan *sc, YR_SCAN_CONTEXT *yr, YR_RULE *r)
{
	const struct yara_set *set = sc->s->rs->yara;
	uint32_t index = set->first + (uint32_t)(r - set->rules->rules_table);
	const struct rule_info *info = &sc->s->rs->info[index];
	struct when w = when_stated(sc->ctx->collected_ns, UNIT_NS);
	struct event *e = sc->ev;

	ev_begin(e, KIND_YARA, "yara", &w, 0);
	e->event_kind = EK_ALERT;
	e->desc = TD_OBSERVED;
	e->source = sc->src->id;
	e->sub = index;
	ev_str(e, KEY_FILE_PATH, sc->src->path);
	ev_u64(e, KEY_FILE_SIZE, sc->src->data.n);
	ev_cstr(e, KEY_FILE_HASH_SHA256, sc->sha256);
	ev_str(e, KEY_RULE_ID, info->id);
	ev_cstr(e, KEY_RULE_NAME, r->identifier);
	ev_cstr(e, KEY_RULE_RULESET, r->ns->name);
	if (sc->src->flags & SRC_RECOVERED)
		ev_bool(e, KEY_K_RECOVERED, true);
	if (sc->src->flags & (SRC_RECOVERED | SRC_MEMORY))
		of_process(sc, e);
	ev_u64(e, KEY_K_HITS, index);
	add_meta(sc, r);
	add_strings(sc, yr, r);
	sc->rc |= sink_event(sc->out, e);
}

static int callback(YR_SCAN_CONTEXT *yr, int message, void *data, void *ctx)
{
	struct scan *sc = ctx;

	if (message == CALLBACK_MSG_RULE_MATCHING)
		alert(sc, yr, data);
	else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
		sc->cut = true;
	return sc->rc < 0 ? CALLBACK_ABORT : CALLBACK_CONTINUE;
}

static void hex_digest(struct scan *sc)
{
	static const char digit[] = "0123456789abcdef";
	unsigned char h[SHA256_LEN];

	sha256_of(sc->src->data.p, sc->src->data.n, h);
	for (size_t i = 0; i < SHA256_LEN; i++) {
		sc->sha256[i * 2] = digit[h[i] >> 4];
		sc->sha256[i * 2 + 1] = digit[h[i] & 15];
	}
}

static void note(struct scan *sc, enum note_kind kind, const char *what)
{
	struct note n = { .kind = (uint8_t)kind,
			  .source = sc->src->id,
			  .what = str_of(what) };

	sink_note(sc->out, &n);
}

int scanner_source(struct scanner *s, const struct source *src,
		   const struct context *ctx, struct event *ev,
		   struct sink *out)
{
	struct scan sc = {
		.s = s, .src = src, .ctx = ctx, .ev = ev, .out = out
	};
	int rc;

	hex_digest(&sc);
	define(&sc);
	yr_scanner_set_callback(s->yr, callback, &sc);
	rc = yr_scanner_scan_mem(s->yr, (const uint8_t *)src->data.p,
				 src->data.n);
	if (rc == ERROR_SCAN_TIMEOUT) {
		s->ntimeout++;
		note(&sc, NOTE_TIMEOUT,
		     s->ntimeout < MAX_TIMEOUTS
			     ? "YARA scan"
			     : "YARA scan, once too often: no more scans in "
			       "this worker");
	} else if (sc.cut || rc == ERROR_TOO_MANY_MATCHES)
		note(&sc, NOTE_LIMIT, "YARA matches of one string");
	arena_free(&sc.arena);
	return sc.rc < 0 ? -1 : 0;
}
