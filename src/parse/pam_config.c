/*
 * pam_config - what decides over a login (pam.d(5), pam.conf(5)): every line
 * that loads a module, which is its target, or that of its command.
 *   pam.d:    [-]type control module arguments
 *   pam.conf: service type control module arguments
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

/* Where modules without a path are: beside the one of every system. */
static struct str module_dir(const struct parse *p)
{
	static const char *const dir[] = {
		"/usr/lib/x86_64-linux-gnu/security/",
		"/usr/lib/aarch64-linux-gnu/security/",
		"/usr/lib/arm-linux-gnueabihf/security/",
		"/usr/lib/i386-linux-gnu/security/",
		"/usr/lib64/security/",
		"/usr/lib/security/",
		"/lib/x86_64-linux-gnu/security/",
		"/lib/aarch64-linux-gnu/security/",
		"/lib64/security/",
		"/lib/security/",
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (packages_owner(
			    &p->ctx->packages,
			    arena_fmt(p->scratch, "%spam_unix.so", dir[i])))
			return str_of(dir[i]);
	return STR_NONE; /* no database that knows */
}

static struct str module_path(const struct parse *p, struct str module)
{
	struct str dir;

	if (module.n && module.p[0] == '/')
		return module;
	dir = module_dir(p);
	return dir.n && module.n ? arena_fmt(p->scratch, STR_FMT STR_FMT,
					     STR_ARG(dir), STR_ARG(module))
				 : STR("");
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
	if (module.n == 0)
		return WHOLE;
	base = str_base(module);
	if (among(runs, sizeof(runs) / sizeof(*runs), base))
		a.command = command_of(rest);
	if (!a.command.n)
		a.target = module_path(p, module);
	rest = str_trim(rest);
	a.options = arena_fmt(p->scratch,
			      STR_FMT " " STR_FMT " " STR_FMT "%s" STR_FMT,
			      STR_ARG(type), STR_ARG(control), STR_ARG(module),
			      rest.n ? " " : "", STR_ARG(rest));
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
	.title = "PAM: the modules and commands that decide over a login",
	.title_ja = "PAM 設定（ログインを左右するモジュールとコマンド）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
