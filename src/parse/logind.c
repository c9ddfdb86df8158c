/*
 * logind - systemd-logind's sessions, and systemd's own words on units.
 */
#include "phrase.h"
#include "syslog.h"

static const struct phrase logind_sentence[] = {
	{ "New session '%s' of user '%v' with class '%*' and type '%*'.",
	  KIND_SESSION_OPEN, NULL, NULL, NULL },
	{ "New session '%s' of user '%v' %*", KIND_SESSION_OPEN, NULL, NULL,
	  NULL },
	{ "New session %s of user %v.", KIND_SESSION_OPEN, NULL, NULL, NULL },
	/* quotes came with systemd 255 */
	{ "Removed session '%s'.", KIND_SESSION_CLOSE, NULL, NULL, NULL },
	{ "Removed session %s.", KIND_SESSION_CLOSE, NULL, NULL, NULL },
	{ "Session '%s' logged out. Waiting for processes to exit.",
	  KIND_LOGOUT, NULL, NULL, NULL },
	{ "Session %s logged out. Waiting for processes to exit.", KIND_LOGOUT,
	  NULL, NULL, NULL },
	{ "System is powering down%*", KIND_SHUTDOWN, NULL, NULL, NULL },
	{ "System is rebooting%*", KIND_SHUTDOWN, NULL, NULL, NULL },
	{ "System is halting%*", KIND_SHUTDOWN, NULL, NULL, NULL },
	{ "The system will power off%*", KIND_SHUTDOWN, NULL, NULL, NULL },
	{ "The system will reboot%*", KIND_SHUTDOWN, NULL, NULL, NULL },
	PHRASE_END,
};

static const struct {
	const char *word, *action, *state;
} verb[] = {
	{ "Started ", "service-started", "started" },
	{ "Stopped ", "service-stopped", "stopped" },
	{ "Starting ", "service-starting", "starting" },
	{ "Stopping ", "service-stopping", "stopping" },
	{ "Finished ", "service-finished", "finished" },
	{ "Reloaded ", "service-reloaded", "reloaded" },
	{ "Reloading ", "service-reloading", "reloading" },
	{ "Failed to start ", "service-failed", "failed" },
};

static const struct phrase unit_sentence[] = {
	{ "%y: Failed with result '%r'.", KIND_SERVICE, "service-failed",
	  "failure", NULL },
	{ "%y: Deactivated successfully.", KIND_SERVICE, "service-stopped",
	  NULL, NULL },
	{ "%y: Succeeded.", KIND_SERVICE, "service-stopped", NULL, NULL },
	{ "%y: Main process exited, %r", KIND_SERVICE, "service-exited", NULL,
	  NULL },
	{ "%y: Scheduled restart job, %r", KIND_SERVICE, "service-restarting",
	  NULL, NULL },
	PHRASE_END,
};

bool decode_logind(struct parse *p, const struct sysmsg *m)
{
	return phrase_match(p, logind_sentence, m->msg) != NULL;
}

/* "ssh.service - OpenBSD Secure Shell server...": the unit, else the words */
static struct str unit_of(struct str s)
{
	size_t dash = str_find(s, STR(" - "));

	if (dash != (size_t)-1 && str_chr(str_head(s, dash), ' ') == (size_t)-1)
		return str_head(s, dash);
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return s;
}

bool decode_systemd(struct parse *p, const struct sysmsg *m)
{
	const struct phrase *row;

	for (size_t i = 0; i < sizeof(verb) / sizeof(verb[0]); i++) {
		struct str w = str_of(verb[i].word);

		if (!str_starts(m->msg, w))
			continue;
		p->ev->kind = KIND_SERVICE;
		ev_cstr(p->ev, KEY_EVENT_ACTION, verb[i].action);
		ev_str(p->ev, KEY_SERVICE_NAME, unit_of(str_skip(m->msg, w.n)));
		ev_cstr(p->ev, KEY_SERVICE_STATE, verb[i].state);
		return true;
	}
	row = phrase_match(p, unit_sentence, m->msg);
	if (!row)
		return false;
	ev_str(p->ev, KEY_SERVICE_STATE, str_skip(str_of(row->action), 8));
	return true;
}
