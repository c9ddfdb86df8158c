/*
 * sysprogram.c - which program said it: a name in a log to its decoder.
 */
#include "syslog.h"

static const struct program {
	struct str name;
	const char *dataset;
	bool (*decode)(struct parse *, const struct sysmsg *);
} program[] = {
#define P(n, d, f)                                                             \
	{                                                                      \
		{ n, sizeof(n) - 1 }, d, f                                     \
	}
	P("sshd", "sshd", decode_sshd),
	P("sshd-session", "sshd", decode_sshd),
	P("sshd-auth", "sshd", decode_sshd),
	P("CRON", "cron", decode_cron),
	P("cron", "cron", decode_cron),
	P("crond", "cron", decode_cron),
	P("CROND", "cron", decode_cron),
	P("crontab", "cron", decode_cron),
	P("anacron", "cron", decode_cron),
	P("atd", "cron", decode_cron),
	P("sudo", "sudo", decode_sudo),
	P("pkexec", "sudo", decode_sudo),
	P("su", "su", decode_su),
	P("systemd", NULL, decode_systemd),
	P("systemd-logind", "logind", decode_logind),
	P("login", NULL, decode_login),
	P("useradd", "useradd", decode_useradd),
	P("usermod", "useradd", decode_useradd),
	P("userdel", "useradd", decode_useradd),
	P("groupadd", "useradd", decode_useradd),
	P("groupmod", "useradd", decode_useradd),
	P("groupdel", "useradd", decode_useradd),
	P("gpasswd", "useradd", decode_useradd),
	P("passwd", "useradd", decode_useradd),
	P("chpasswd", "useradd", decode_useradd),
	P("newusers", "useradd", decode_useradd),
	P("chage", "useradd", decode_useradd),
	P("chsh", "useradd", decode_useradd),
	P("chfn", "useradd", decode_useradd),
#undef P
};
#define NPROGRAM (sizeof(program) / sizeof(program[0]))

static const struct program *find_program(struct str app)
{
	for (size_t i = 0; i < NPROGRAM; i++)
		if (program[i].name.n == app.n && app.n &&
		    program[i].name.p[0] == app.p[0] &&
		    memcmp(program[i].name.p, app.p, app.n) == 0)
			return &program[i];
	return NULL;
}

/* rsyslog: "message repeated 5 times: [ Failed password for …]" */
static bool repeated(struct parse *p, const struct sysmsg *m,
		     struct sysmsg *inner)
{
	struct scan s = scan_of(m->msg);
	uint64_t n;

	if (m->depth || !scan_lit(&s, STR("message repeated ")) ||
	    !scan_u64(&s, &n) || !scan_lit(&s, STR(" times: [")) ||
	    !str_ends(s.s, STR("]")))
		return false;
	*inner = *m;
	inner->msg = str_trim(str_head(s.s, s.s.n - 1));
	inner->depth++;
	ev_u64(p->ev, KEY_K_AUTH_REPEATED, n);
	return true;
}

const char *syslog_decode(struct parse *p, const struct sysmsg *m)
{
	struct str app = str_base(m->app);
	const struct program *g = find_program(app);
	const char *dataset = g ? g->dataset : NULL;
	struct sysmsg inner;

	p->ev->kind = KIND_LOG;
	if (m->msg.n == 0)
		return dataset;
	if (m->msg.p[0] == 'm' && repeated(p, m, &inner))
		return syslog_decode(p, &inner);
	if (m->pam || str_starts(m->msg, STR("pam_")))
		(void)decode_pam(p, m);
	else if (g)
		(void)g->decode(p, m);
	return dataset;
}
