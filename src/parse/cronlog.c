/*
 * cronlog - cron, crontab, anacron and at: `(root) CMD (run-parts …)'.
 * Spec: vixie-cron's log_it(): (user) EVENT (detail).
 */
#include "phrase.h"
#include "syslog.h"

static const struct {
	const char *event, *action;
} change[] = {
	{ "REPLACE", "crontab-replaced" },  { "DELETE", "crontab-deleted" },
	{ "BEGIN EDIT", "crontab-edited" }, { "END EDIT", "crontab-edited" },
	{ "LIST", "crontab-listed" },       { "RELOAD", "crontab-reloaded" },
};

static void ran(struct parse *p, struct str user, struct str command)
{
	command = str_trim(command);
	p->ev->kind = KIND_EXEC;
	ev_str(p->ev, KEY_USER_NAME, user);
	ev_str(p->ev, KEY_USER_EFFECTIVE_NAME, user);
	ev_str(p->ev, KEY_PROCESS_COMMAND_LINE, command);
	parse_exec(p, "logged", command);
}

bool decode_cron(struct parse *p, const struct sysmsg *m)
{
	struct scan s = scan_of(m->msg);
	struct str user, event, detail;

	if (!scan_char(&s, '(') || !scan_until_lit(&s, STR(") "), &user) ||
	    !scan_until_lit(&s, STR(" ("), &event) || !str_ends(s.s, STR(")")))
		return false;
	detail = str_head(s.s, s.s.n - 1);
	if (str_is(event, "CMD")) {
		ran(p, user, detail);
		return true;
	}
	for (size_t i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		if (!str_is(event, change[i].event))
			continue;
		p->ev->kind = KIND_LOG;
		ev_cstr(p->ev, KEY_EVENT_ACTION, change[i].action);
		if (!str_is(user, "*system*"))
			ev_str(p->ev, KEY_USER_NAME, user);
		ev_str(p->ev, KEY_USER_TARGET_NAME, str_base(detail));
		return true;
	}
	if (!str_is(user, "CRON") && !str_is(user, "*system*"))
		ev_str(p->ev, KEY_USER_NAME, user);
	return false;
}
