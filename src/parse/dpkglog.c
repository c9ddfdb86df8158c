/*
 * dpkglog - /var/log/dpkg.log: what dpkg did to each package, local time.
 * Spec: dpkg(1) --log:
 *   date time startup type command
 *   date time status state package:arch version
 *   date time action package:arch installed-version available-version
 *   date time conffile path decision
 */
#include "parser.h"

#include "lines.h"

#define SAMPLE_LINES 16
#define SAMPLE_BYTES 8192

static const char *const action[] = { "install",  "upgrade",   "configure",
				      "trigproc", "disappear", "remove",
				      "purge",    NULL };

static bool is_action(struct str w)
{
	for (const char *const *a = action; *a; a++)
		if (str_is(w, *a))
			return true;
	return false;
}

static struct str version(struct str w)
{
	return str_is(w, "<none>") ? STR_NONE : w;
}

static void add_package(struct event *e, struct str full)
{
	size_t n = str_rchr(full, ':');

	if (n == (size_t)-1) {
		ev_str(e, KEY_PACKAGE_NAME, full);
	} else {
		ev_str(e, KEY_PACKAGE_ARCHITECTURE, str_skip(full, n + 1));
		ev_str(e, KEY_PACKAGE_NAME, str_head(full, n));
	}
	ev_cstr(e, KEY_PACKAGE_TYPE, "deb");
}

static struct str word(struct scan *s)
{
	(void)scan_blank(s);
	return scan_word(s);
}

/* False when it is none of dpkg's lines. */
static bool decode(struct event *e, struct str text)
{
	struct scan s = scan_of(text);
	struct str verb = word(&s), w = word(&s), old, new;

	if (str_is(verb, "status")) {
		e->kind = KIND_PACKAGE;
		ev_str(e, KEY_EVENT_ACTION, w);
		add_package(e, word(&s));
		ev_str(e, KEY_PACKAGE_VERSION, version(word(&s)));
		return true;
	}
	if (is_action(verb)) {
		old = version(word(&s));
		new = version(word(&s));
		e->kind = KIND_PACKAGE;
		ev_str(e, KEY_EVENT_ACTION, verb);
		add_package(e, w);
		ev_str(e, KEY_PACKAGE_VERSION, new.n ? new : old);
		if (new.n)
			ev_str(e, KEY_K_PACKAGE_PREVIOUS, old);
		return true;
	}
	if (str_is(verb, "conffile"))
		ev_str(e, KEY_FILE_PATH, w);
	else if (!str_is(verb, "startup"))
		return false;
	ev_str(e, KEY_EVENT_ACTION, verb);
	return true;
}

static enum outcome line(struct parse *p, struct str rec, struct when *w,
			 uint64_t off)
{
	struct str text = str_trim(str_skip(rec, p->head));

	ev_begin(p->ev, KIND_LOG, "dpkglog", w, off);
	p->ev->original = str_head(rec, EV_MAX_ORIGINAL);
	(void)decode(p->ev, text);
	ev_str(p->ev, KEY_K_MESSAGE, text);
	return parse_emit(p);
}

static enum outcome parse(struct parse *p)
{
	return lines_parse(p, line);
}

/* 2026-11-24 06:26:15 and one of a dozen words */
static unsigned probe(const struct source *src)
{
	struct str rest = lines_sample(src, SAMPLE_BYTES);
	unsigned good = 0, n = 0;

	if (!lines_text(src))
		return CANNOT;
	for (; rest.p && n < SAMPLE_LINES; n++) {
		struct str l = lines_next(&rest), verb;
		struct scan s;

		if (l.n < 22 || l.p[4] != '-' || l.p[10] != ' ' ||
		    l.p[13] != ':' || l.p[19] != ' ')
			continue;
		s = scan_of(str_skip(l, 20));
		verb = scan_word(&s);
		good += is_action(verb) || str_is(verb, "status") ||
			str_is(verb, "startup") || str_is(verb, "conffile");
	}
	return good * 4 >= n * 3 && good ? 44 : CANNOT;
}

static const char *const paths[] = { "/var/log/dpkg.log*", NULL };

const struct parser parser_dpkglog = {
	.name = "dpkglog",
	.title = "dpkg.log: packages installed, upgraded, removed",
	.title_ja = "dpkg.log：パッケージの導入・更新・削除",
	.paths = paths,
	.probe = probe,
	.parse = parse,
	.line = line,
};
