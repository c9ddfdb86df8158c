/*
 * git_config - settings of git-config(1) that name a command: whoever works
 * in the repository (or, for ~/.gitconfig, that user) runs it.
 *   [section "sub"]  key = value     value: quotes, \" \\ \n, # and ; comments
 */
#include "../host/kept.h"
#include "../util/buf.h"
#include "../util/glob.h"
#include "autorun.h"

#define MAX_SECTION 512
#define MAX_VALUE 8192

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

/* section.key (a subsection between them is left out), lower case */
static const char *const commands[] = {
	"core.pager",
	"core.editor",
	"core.sshcommand",
	"core.fsmonitor",
	"core.hookspath",
	"core.askpass",
	"core.gitproxy",
	"core.alternaterefscommand",
	"sequence.editor",
	"pager.*",
	"credential.helper",
	"diff.external",
	"diff.command",
	"diff.textconv",
	"difftool.cmd",
	"mergetool.cmd",
	"merge.driver",
	"filter.clean",
	"filter.smudge",
	"filter.process",
	"gpg.program",
	"interactive.difffilter",
	"remote.uploadpack",
	"remote.receivepack",
	"remote.vcs",
	"uploadpack.packobjectshook",
	"sendemail.sendmailcmd",
	"sendemail.tocmd",
	"sendemail.cccmd",
	"trailer.command",
	"trailer.cmd",
	"browser.cmd",
	"browser.path",
	"man.cmd",
	"include.path",
	"includeif.path",
};

/* These run a shell when their value begins with `!'. */
static const char *const shells[] = { "alias.*", "submodule.update" };

static bool named(const char *const *table, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (glob_match(str_of(table[i]), name))
			return true;
	return false;
}

static struct str lower(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	return str_mem(p, s.n);
}

/* [filter "x"] -> filter, "x" */
static void section_take(struct parse *p, struct str line, struct str *name,
			 struct str *sub)
{
	struct str in = str_head(str_skip(line, 1), MAX_SECTION);

	in = str_head(in, str_chr(in, ']'));
	*name = lower(p->keep, str_trim(str_cut(&in, ' ')));
	*sub = in.p ? str_trim(in) : STR_NONE;
}

static char escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'b' ? '\b' : c;
}

/* Without its quotes, escapes and comment. */
static struct str value_of(struct parse *p, struct str raw)
{
	bool quoted = false;
	char *out;
	size_t n = 0;

	raw = str_head(raw, MAX_VALUE);
	out = arena_alloc(p->scratch, raw.n + 1);
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '"') {
			quoted = !quoted;
		} else if (c == '\\' && i + 1 < raw.n) {
			out[n++] = escaped(raw.p[++i]);
		} else if (!quoted && (c == '#' || c == ';')) {
			break;
		} else {
			out[n++] = c;
		}
	}
	return str_trim(str_mem(out, n));
}

static bool is_switch(struct str v)
{
	static const char *const word[] = { "true", "false", "yes", "no",
					    "on",   "off",   "1",   "0" };

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++)
		if (str_ieq(v, str_of(word[i])))
			return true;
	return v.n == 0;
}

static enum outcome setting(struct parse *p, const struct start *st,
			    const struct text_line *l, struct str section,
			    struct str sub, struct str line)
{
	struct str key = lower(p->scratch, str_trim(str_cut(&line, '=')));
	struct str name = arena_fmt(p->scratch, STR_FMT "." STR_FMT,
				    STR_ARG(section), STR_ARG(key));
	struct str value = line.p ? value_of(p, line) : STR_NONE;
	struct autorun a = { .dataset = "git_config",
			     .mechanism = "git_config",
			     .schedule = STR("git"),
			     .name = name,
			     .enabled = ENABLED_YES,
			     .options = sub,
			     .off = l->off,
			     .original = l->line };
	bool bang = value.n && value.p[0] == '!';

	if (is_switch(value) ||
	    !(named(commands, sizeof(commands) / sizeof(*commands), name) ||
	      (bang && named(shells, sizeof(shells) / sizeof(*shells), name))))
		return WHOLE;
	a.command = bang ? str_skip(value, 1) : value;
	if (str_ends(name, STR(".path")))
		a.target = STR(""); /* more settings, no program */
	a.user = start_user(st, p->ctx, p->src->path);
	return autorun_emit(p, &a);
}

static enum outcome parse(struct parse *p)
{
	const struct start *st = start_of(p->src->path);
	struct str section = STR_NONE, sub = STR_NONE;
	enum outcome got = WHOLE;
	struct text_line l;
	bool more = true;
	size_t at = 0;

	if (!st)
		return REFUSED;
	if (!start_applies(st, p->ctx, p->src->path))
		return WHOLE; /* a copy in nobody's home */
	while (more && got == WHOLE) {
		struct arena_mark mark = arena_mark(p->scratch);
		struct str line;

		more = text_next_logical(p->src->data, &at, &l, STR_NONE,
					 p->scratch);
		line = more ? str_trim(l.line) : STR_NONE;
		if (line.n && line.p[0] == '[')
			section_take(p, line, &section, &sub);
		else if (line.n && line.p[0] != '#' && line.p[0] != ';')
			got = setting(p, st, &l, section, sub, line);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

#define PICK_GIT(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_git_config = {
	.name = "git_config",
	.title = "settings of git that name a command",
	.title_ja = "コマンドを起動する git の設定",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
