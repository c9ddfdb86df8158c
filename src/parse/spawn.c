/*
 * spawn - old tables of what is started, a line each:
 *   inittab        id:runlevels:action:command
 *   inetd.conf     service type protocol wait user server arguments
 *   nsswitch.conf  database: source …      (source X is libnss_X.so.2)
 */
#include "autorun.h"

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static bool inittab(struct parse *p, struct str line, struct autorun *a)
{
	struct str level;

	(void)p;
	a->mechanism = "inittab";
	a->name = str_cut(&line, ':');
	level = str_cut(&line, ':');
	a->schedule = str_cut(&line, ':');
	a->options = level;
	a->user = STR("root");
	a->command = str_trim(line);
	if (str_is(a->schedule, "off"))
		a->enabled = ENABLED_NO;
	return a->command.n > 0 && !str_is(a->schedule, "initdefault");
}

static bool inetd(struct parse *p, struct str line, struct autorun *a)
{
	struct scan s = scan_of(line);
	struct str w[6];

	(void)p;
	for (unsigned i = 0; i < 6; i++) {
		w[i] = scan_word(&s);
		(void)scan_blank(&s);
	}
	a->mechanism = "inetd";
	a->name = w[0];
	a->user = w[4];
	a->options = arena_fmt(p->scratch, STR_FMT "/" STR_FMT, STR_ARG(w[1]),
			       STR_ARG(w[2]));
	a->target = w[5];
	a->command = arena_fmt(p->scratch, STR_FMT " " STR_FMT, STR_ARG(w[5]),
			       STR_ARG(str_trim(s.s)));
	return w[5].n > 0 && !str_is(w[5], "internal");
}

/* sources that the C library has itself or that every system ships */
static bool usual(struct str source)
{
	static const char *const known[] = {
		"files",         "compat",     "db",
		"dns",           "systemd",    "sss",
		"ldap",          "winbind",    "hesiod",
		"nis",           "nisplus",    "wins",
		"myhostname",    "mymachines", "resolve",
		"mdns",          "mdns4",      "mdns_minimal",
		"mdns4_minimal", "mdns6",      "mdns6_minimal",
		"altfiles",      "usrfiles",   "extrausers",
		"subid",         "cache",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_is(source, known[i]))
			return true;
	return false;
}

static bool nsswitch(struct parse *p, struct str line, struct autorun *a)
{
	struct scan s;

	a->mechanism = "nss";
	a->name = str_cut(&line, ':');
	if (!line.p)
		return false;
	s = scan_of(line);
	a->options = str_trim(line);
	for (;;) {
		struct str w;

		(void)scan_blank(&s);
		w = scan_word(&s);
		if (w.n == 0)
			return false;
		if (w.p[0] == '[' || usual(w))
			continue;
		a->command = arena_fmt(p->scratch, "libnss_" STR_FMT ".so.2",
				       STR_ARG(w));
		return true;
	}
}

static const struct table {
	const char *path;
	bool (*line)(struct parse *, struct str, struct autorun *);
} tables[] = {
	{ "/etc/inittab", inittab },
	{ "/etc/inetd.conf", inetd },
	{ "/etc/nsswitch.conf", nsswitch },
};
#define NTABLE (sizeof(tables) / sizeof(*tables))

static enum outcome parse(struct parse *p)
{
	const struct table *t = NULL;
	enum outcome got = WHOLE;
	struct text_line l;
	size_t at = 0;

	for (size_t i = 0; i < NTABLE; i++)
		if (str_is(p->src->path, tables[i].path))
			t = &tables[i];
	while (t && got == WHOLE && text_next(p->src->data, &at, &l)) {
		struct arena_mark mark = arena_mark(p->scratch);
		struct str line =
			str_trim(str_head(l.line, str_chr(l.line, '#')));
		struct autorun a = { .dataset = "spawn",
				     .enabled = ENABLED_YES,
				     .off = l.off,
				     .original = line };

		if (line.n && t->line(p, line, &a))
			got = autorun_emit(p, &a);
		arena_rewind(p->scratch, mark);
	}
	return t ? got : REFUSED;
}

static const char *const paths[] = { "/etc/inittab", "/etc/inetd.conf",
				     "/etc/nsswitch.conf", NULL };

const struct parser parser_spawn = {
	.name = "spawn",
	.title = "old tables of what is started: inittab, inetd, foreign "
		 "sources of nsswitch",
	.title_ja =
		"旧来の起動表（inittab、inetd.conf、nsswitch の外部モジュール"
		"）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
