/*
 * sudo - `alice : [REASON ; ]TTY=pts/0 ; PWD=/home/alice ; USER=root ;
 * COMMAND=/usr/bin/id'; pkexec says the same with brackets.
 * Spec: sudo's lib/eventlog/eventlog.c, polkit's src/programs/pkexec.c.
 */
#include "phrase.h"
#include "syslog.h"

struct parts {
	struct str user, reason, tty, pwd, runas, group, command;
};

/* "KEY=value ; " at the start: true and the value is cut off */
static bool part(struct scan *s, const char *key, struct str *v)
{
	struct scan t = *s;

	if (!scan_lit(&t, str_of(key)))
		return false;
	if (!scan_until_lit(&t, STR(" ; "), v)) {
		*v = t.s;
		t.s = STR_NONE;
	}
	*s = t;
	return true;
}

/* All that stands before the command; false when it is no such line. */
static bool read_parts(struct scan *s, struct parts *o)
{
	static const struct {
		const char *key;
		size_t at;
	} known[] = {
		{ "TTY=", offsetof(struct parts, tty) },
		{ "PWD=", offsetof(struct parts, pwd) },
		{ "USER=", offsetof(struct parts, runas) },
		{ "GROUP=", offsetof(struct parts, group) },
	};
	bool any = false;

	while (s->s.n) {
		struct str v;
		bool hit = false;

		if (scan_lit(s, STR("COMMAND="))) {
			o->command = s->s;
			return true;
		}
		for (unsigned i = 0; i < 4 && !hit; i++)
			if (part(s, known[i].key, &v)) {
				memcpy((char *)o + known[i].at, &v, sizeof(v));
				hit = any = true;
			}
		if (hit)
			continue;
		if (!scan_until_lit(s, STR(" ; "), &v))
			return any;
		if (!any && o->reason.n == 0)
			o->reason = v;
	}
	return any;
}

static void add_command(struct parse *p, struct str command)
{
	struct str exe = str_head(command, str_chr(command, ' '));

	ev_str(p->ev, KEY_PROCESS_COMMAND_LINE, command);
	if (exe.n && exe.p[0] == '/') {
		ev_str(p->ev, KEY_PROCESS_EXECUTABLE, exe);
		ev_set_str(p->ev, KEY_PROCESS_NAME, str_base(exe));
	}
}

static void add_parts(struct parse *p, const struct parts *o)
{
	ev_str(p->ev, KEY_USER_NAME, o->user);
	ev_str(p->ev, KEY_USER_EFFECTIVE_NAME, o->runas);
	ev_str(p->ev, KEY_K_SUDO_RUNAS, o->runas);
	ev_str(p->ev, KEY_GROUP_NAME, o->group);
	ev_str(p->ev, KEY_PROCESS_TTY, o->tty);
	ev_str(p->ev, KEY_PROCESS_CWD, o->pwd);
	ev_str(p->ev, KEY_EVENT_REASON, o->reason);
	if (o->command.n)
		add_command(p, o->command);
}

/* "alice: Executing command [USER=root] [TTY=…] [CWD=…] [COMMAND=…]" */
static bool pkexec(struct parse *p, struct str msg)
{
	struct scan s = scan_of(msg);
	struct parts o = { 0 };
	bool ran;

	if (!scan_until_lit(&s, STR(": "), &o.user))
		return false;
	ran = scan_lit(&s, STR("Executing command "));
	if (!ran && !scan_until_lit(&s, STR(" [USER="), &o.reason))
		return false;
	if (ran && !scan_lit(&s, STR("[USER=")))
		return false;
	if (!scan_until_lit(&s, STR("] [TTY="), &o.runas) ||
	    !scan_until_lit(&s, STR("] [CWD="), &o.tty) ||
	    !scan_until_lit(&s, STR("] [COMMAND="), &o.pwd) ||
	    !str_ends(s.s, STR("]")))
		return false;
	o.command = str_head(s.s, s.s.n - 1);
	p->ev->kind = ran ? KIND_EXEC : KIND_SUDO_DENIED;
	ev_cstr(p->ev, KEY_EVENT_OUTCOME, ran ? "success" : "failure");
	add_parts(p, &o);
	if (ran)
		parse_exec(p, "logged", o.command);
	return true;
}

bool decode_sudo(struct parse *p, const struct sysmsg *m)
{
	struct scan s = scan_of(m->msg);
	struct parts o = { 0 };

	if (str_is(m->app, "pkexec"))
		return pkexec(p, m->msg);
	if (!scan_until_lit(&s, STR(" : "), &o.user) || !read_parts(&s, &o))
		return false;
	o.user = str_trim(o.user);
	if (o.reason.n) {
		/* "(command continued)" is the rest of a long command */
		if (o.reason.p[0] == '(')
			return false;
		p->ev->kind = KIND_SUDO_DENIED;
		ev_cstr(p->ev, KEY_EVENT_OUTCOME, "failure");
		add_parts(p, &o);
		return true;
	}
	if (o.command.n == 0)
		return false;
	p->ev->kind = KIND_EXEC;
	ev_cstr(p->ev, KEY_EVENT_OUTCOME, "success");
	add_parts(p, &o);
	parse_exec(p, "logged", o.command);
	return true;
}
