/*
 * pam_config - what decides over a login (pam.d(5), pam.conf(5)): lines that
 * run a command, take a module from an odd place, or let everybody in.
 *   pam.d:    [-]type control module arguments
 *   pam.conf: service type control module arguments
 * A line of a module that does neither is no fact by itself.
 */
#include "autorun.h"

#define MAX_FILE_LINES 100000u

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static struct str word(struct str *rest)
{
	struct scan s = scan_of(*rest);
	struct str w;

	(void)scan_blank(&s);
	if (s.s.n && s.s.p[0] == '[') { /* [success=1 default=ignore] */
		size_t n = str_chr(s.s, ']');

		n = n == (size_t)-1 ? s.s.n : n + 1;
		w = str_head(s.s, n);
		*rest = str_skip(s.s, n);
		return w;
	}
	w = scan_word(&s);
	*rest = s.s;
	return w;
}

/* modules that run, or trust, what their arguments or the session name */
static const char *const runs[] = { "pam_exec.so",   "pam_script.so",
				    "pam_python.so", "pam_perl.so",
				    "pam_mount.so",  "pam_lua.so" };
/* modules that answer yes: how much, the control says */
static const char *const admits[] = { "pam_permit.so",   "pam_succeed_if.so",
				      "pam_rootok.so",   "pam_wheel.so",
				      "pam_listfile.so", "pam_access.so" };

static bool among(const char *const *table, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(s, table[i]))
			return true;
	return false;
}

/* The first word of the arguments that is no option of pam_exec. */
static struct str command_of(struct str args)
{
	static const char *const option[] = { "debug",     "expose_authtok",
					      "seteuid",   "quiet",
					      "quiet_log", "stdout" };

	for (;;) {
		struct str at = str_trim(args), rest = at, w = word(&rest);

		if (w.n == 0)
			return STR_NONE;
		if (!among(option, sizeof(option) / sizeof(*option), w) &&
		    !str_starts(w, STR("log=")) && !str_starts(w, STR("type=")))
			return at;
		args = rest;
	}
}

static bool odd_module(struct str module)
{
	return module.n && module.p[0] == '/' &&
	       !str_has(module, STR("/security/"));
}

static enum outcome line_take(struct parse *p, const struct text_line *l)
{
	struct str rest = str_trim(l->line), type, control, module, base;
	struct autorun a = { .dataset = "pam_config",
			     .mechanism = "pam",
			     .enabled = ENABLED_YES,
			     .user = STR("root"),
			     .off = l->off,
			     .original = rest };

	if (rest.n == 0 || rest.p[0] == '#' || rest.p[0] == '@')
		return WHOLE;
	a.name = str_base(p->src->path);
	if (str_is(a.name, "pam.conf"))
		a.name = word(&rest);
	type = word(&rest);
	control = word(&rest);
	if (str_is(control, "include") || str_is(control, "substack"))
		return WHOLE;
	module = word(&rest);
	base = str_base(module);
	if (among(runs, sizeof(runs) / sizeof(*runs), base))
		a.command = command_of(rest);
	else if (odd_module(module))
		a.target = module;
	else if (!among(admits, sizeof(admits) / sizeof(*admits), base) &&
		 !str_has(rest, STR("user_readenv")))
		return WHOLE;
	if (!a.command.n && !a.target.n)
		a.target = STR("");
	a.options = arena_fmt(p->scratch,
			      STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT,
			      STR_ARG(type), STR_ARG(control), STR_ARG(module),
			      STR_ARG(str_trim(rest)));
	return autorun_emit(p, &a);
}

static enum outcome parse(struct parse *p)
{
	enum outcome got = WHOLE;
	struct text_line l;
	unsigned n = 0;
	size_t at = 0;
	bool more = true;

	while (more && got == WHOLE && n++ < MAX_FILE_LINES) {
		struct arena_mark mark = arena_mark(p->scratch);

		more = text_next_logical(p->src->data, &at, &l, STR(" "),
					 p->scratch);
		if (more)
			got = line_take(p, &l);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

static const char *const paths[] = { "/etc/pam.d/*", "/usr/lib/pam.d/*",
				     "/etc/pam.conf", NULL };

const struct parser parser_pam_config = {
	.name = "pam_config",
	.title = "PAM: commands, modules from odd places, who is let in",
	.title_ja = "PAM 設定（コマンド実行、通常と異なるモジュール、無条件の"
		    "許可）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
