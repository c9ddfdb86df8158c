/*
 * rcfile - shell scripts that something runs by itself: rc.local, init.d,
 * profiles, shells' rc files, cron.daily, motd, network hooks.  One autorun
 * a logical line that does something; past MAX_LINES lines are joined, so
 * that nothing hides behind a long script.
 */
#include "../util/buf.h"
#include "../util/glob.h"
#include "autorun.h"

#define MAX_LINES 200 /* of one file, an event each */
#define MAX_JOINED (16u << 10)

static const struct place {
	const char *glob, *mechanism;
} places[] = {
	{ "/etc/rc.local", "rc_local" },
	{ "/etc/rc.d/rc.local", "rc_local" },
	{ "/etc/init.d/*", "init" },
	{ "/etc/rc.d/init.d/*", "init" },
	{ "/etc/profile", "shell_profile" },
	{ "/etc/profile.d/*", "shell_profile" },
	{ "/etc/bash.bashrc", "shell_profile" },
	{ "/etc/bashrc", "shell_profile" },
	{ "/etc/bash.bash_logout", "shell_profile" },
	{ "/etc/zsh/*", "shell_profile" },
	{ "/etc/zshrc", "shell_profile" },
	{ "/etc/zshenv", "shell_profile" },
	{ "/etc/ksh.kshrc", "shell_profile" },
	{ "/etc/cron.hourly/*", "cron_script" },
	{ "/etc/cron.daily/*", "cron_script" },
	{ "/etc/cron.weekly/*", "cron_script" },
	{ "/etc/cron.monthly/*", "cron_script" },
	{ "/var/spool/cron/atjobs/*", "cron_at" },
	{ "/var/spool/at/*", "cron_at" },
	{ "/etc/environment", "shell_profile" },
	{ "/etc/update-motd.d/*", "motd" },
	{ "/etc/network/if-*.d/*", "network_hook" },
	{ "/etc/NetworkManager/dispatcher.d/**", "network_hook" },
	{ "/etc/networkd-dispatcher/**", "network_hook" },
	{ "/etc/dhcp/dhclient-*-hooks.d/*", "network_hook" },
	{ "/etc/ssh/sshrc", "ssh_rc" },
	{ "/usr/lib/systemd/system-sleep/*", "sleep_hook" },
	{ "/etc/X11/Xsession.d/*", "x_session" },
	{ "/**/.bashrc", "shell_rc" },
	{ "/**/.bash_profile", "shell_rc" },
	{ "/**/.bash_login", "shell_rc" },
	{ "/**/.bash_logout", "shell_rc" },
	{ "/**/.bash_aliases", "shell_rc" },
	{ "/**/.profile", "shell_rc" },
	{ "/**/.zshrc", "shell_rc" },
	{ "/**/.zshenv", "shell_rc" },
	{ "/**/.zprofile", "shell_rc" },
	{ "/**/.zlogin", "shell_rc" },
	{ "/**/.zlogout", "shell_rc" },
	{ "/**/.kshrc", "shell_rc" },
	{ "/**/.config/fish/config.fish", "shell_rc" },
	{ "/**/.config/fish/conf.d/*", "shell_rc" },
	{ "/**/.xprofile", "x_session" },
	{ "/**/.xinitrc", "x_session" },
	{ "/**/.xsession", "x_session" },
	{ "/**/.ssh/rc", "ssh_rc" },
};

/* templates for homes to come: copied by useradd, run by nobody */
#define SKEL "/etc/skel/"

static const char *mechanism(struct str path)
{
	if (str_starts(path, STR(SKEL)))
		return "skel";
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (glob_match(str_of(places[i].glob), path))
			return places[i].mechanism;
	return NULL;
}

static unsigned probe(const struct source *src)
{
	/* the table is the path's half; PATH_BITS come on top of it */
	if (!text_looks(src->data) || !mechanism(src->path))
		return CANNOT;
	return AUTORUN_BITS;
}

/* Lines of a shell's grammar alone run nothing. */
static bool runs_nothing(struct str line)
{
	static const char *const syntax[] = {
		"fi", "then", "else", "do",    "done", "esac", "{",      "}",
		";;", "(",    ")",    "done;", "fi;",  "};",   "return", "end",
	};

	if (line.n == 0 || line.p[0] == '#')
		return true;
	for (size_t i = 0; i < sizeof(syntax) / sizeof(*syntax); i++)
		if (str_is(line, syntax[i]))
			return true;
	return false;
}

struct script {
	struct autorun a;
	struct buf joined; /* what comes after MAX_LINES */
	uint64_t joined_off;
	size_t n;
};

static enum outcome flush(struct parse *p, struct script *s)
{
	enum outcome got;

	if (s->joined.n == 0)
		return WHOLE;
	s->a.command = s->a.original = buf_view(&s->joined);
	s->a.off = s->joined_off;
	got = autorun_emit(p, &s->a);
	buf_clear(&s->joined);
	return got;
}

static enum outcome line_take(struct parse *p, struct script *s,
			      const struct text_line *l)
{
	struct str line = str_trim(l->line);

	if (runs_nothing(line))
		return WHOLE;
	if (s->n++ < MAX_LINES) {
		s->a.command = s->a.original = line;
		s->a.off = l->off;
		return autorun_emit(p, &s->a);
	}
	if (s->joined.n == 0)
		s->joined_off = l->off;
	else
		buf_c(&s->joined, '\n');
	buf_str(&s->joined, line);
	return s->joined.n >= MAX_JOINED ? flush(p, s) : WHOLE;
}

/* Whose shell runs it; system-wide scripts say nothing. */
static struct str user_of(const struct parse *p, const char *mech)
{
	const struct account *a = ctx_home(p->ctx, p->src->path);

	if (strcmp(mech, "shell_rc") == 0 || strcmp(mech, "ssh_rc") == 0 ||
	    strcmp(mech, "x_session") == 0)
		return a ? a->name : STR_NONE;
	if (strcmp(mech, "shell_profile") == 0 || strcmp(mech, "skel") == 0)
		return STR_NONE;
	return STR("root");
}

/* An init script or hook that is not executable is not run. */
static uint8_t enabled(const struct source *src, const char *mech)
{
	bool sourced = strncmp(mech, "shell", 5) == 0 ||
		       strcmp(mech, "x_session") == 0 ||
		       strcmp(mech, "ssh_rc") == 0;

	if (strcmp(mech, "skel") == 0)
		return ENABLED_NO;
	if (sourced)
		return ENABLED_YES;
	if ((src->mode & 07777) == 0)
		return ENABLED_UNKNOWN;
	return src->mode & 0111 ? ENABLED_YES : ENABLED_NO;
}

static enum outcome parse(struct parse *p)
{
	const char *mech = mechanism(p->src->path);
	struct script s = { .a = { .dataset = "rcfile" } };
	enum outcome got = WHOLE;
	struct text_line l;
	bool more = true;
	size_t at = 0;

	s.a.mechanism = mech ? mech : "script";
	s.a.name = str_base(p->src->path);
	s.a.user = user_of(p, s.a.mechanism);
	s.a.enabled = enabled(p->src, s.a.mechanism);
	while (more && got != STOP) {
		struct arena_mark mark = arena_mark(p->scratch);

		more = text_next_logical(p->src->data, &at, &l, STR_NONE,
					 p->scratch);
		if (more)
			got = line_take(p, &s, &l);
		arena_rewind(p->scratch, mark);
	}
	if (got != STOP)
		got = flush(p, &s);
	buf_free(&s.joined);
	return got;
}

static const char *const paths[] = {
	"/etc/rc.local",
	"/etc/rc.d/rc.local",
	"/etc/init.d/*",
	"/etc/rc.d/init.d/*",
	"/etc/profile",
	"/etc/profile.d/*",
	"/etc/bash*",
	"/etc/zsh/*",
	"/etc/zsh*",
	"/etc/ksh.kshrc",
	"/etc/cron.*/*",
	"/etc/update-motd.d/*",
	"/etc/network/if-*.d/*",
	"/etc/NetworkManager/dispatcher.d/**",
	"/etc/networkd-dispatcher/**",
	"/etc/dhcp/dhclient-*-hooks.d/*",
	"/var/spool/cron/atjobs/*",
	"/var/spool/at/*",
	"/etc/environment",
	"/etc/ssh/sshrc",
	"/etc/skel/.*",
	"/etc/X11/Xsession.d/*",
	"/usr/lib/systemd/system-sleep/*",
	"/**/.bash*",
	"/**/.profile",
	"/**/.z*",
	"/**/.kshrc",
	"/**/.config/fish/**",
	"/**/.x*",
	"/**/.ssh/rc",
	NULL,
};

const struct parser parser_rcfile = {
	.name = "rcfile",
	.title = "scripts that run by themselves: rc.local, init.d, profiles, "
		 "shell rc files, cron.daily, motd, network hooks",
	.title_ja = "自動実行スクリプト（rc.local、init."
		    "d、プロファイル、シェルの rc、"
		    "cron.daily、motd、ネットワークフック）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
