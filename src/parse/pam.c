/*
 * pam - what PAM's modules say, in any program's name:
 * `pam_unix(sshd:session): session opened for user root by (uid=0)'.
 *
 * A failed authentication is LOGIN_FAILED only where the program has no line
 * of its own for it.
 */
#include "phrase.h"
#include "syslog.h"

static const struct phrase sentence[] = {
	{ "session opened for user %v(uid=%i) by %*", KIND_SESSION_OPEN, NULL,
	  NULL, NULL },
	{ "session opened for user %v by %*", KIND_SESSION_OPEN, NULL, NULL,
	  NULL },
	{ "session closed for user %v", KIND_SESSION_CLOSE, NULL, NULL, NULL },
	{ "password changed for %U", KIND_PASSWORD_CHANGED, NULL, "success",
	  NULL },
	{ "check pass; user unknown", KIND_AUTH, "unknown-user", "failure",
	  "user unknown" },
	{ "conversation failed", KIND_AUTH, "conversation-failed", "failure",
	  NULL },
	{ "auth could not identify password for [%u]", KIND_AUTH,
	  "conversation-failed", "failure", NULL },
	{ "Consecutive login failures for user %u account temporarily locked",
	  KIND_AUTH, "account-locked", "failure",
	  "consecutive login failures" },
	{ "User %u: %r", KIND_AUTH, "account-checked", NULL, NULL },
	{ "account %u has %r", KIND_AUTH, "account-refused", "failure", NULL },
	{ "requirement %* not met by user \"%u\"", KIND_AUTH,
	  "requirement-not-met", "failure", NULL },
	PHRASE_END,
};

static const struct phrase_key failure_key[] = {
	{ { "rhost", 5 }, KEY_SOURCE_IP },
	{ { "user", 4 }, KEY_USER_NAME },
	{ { "tty", 3 }, KEY_PROCESS_TTY },
	{ { NULL, 0 }, 0 },
};

/* Programs that log the same failure themselves */
static bool tells_itself(struct str app)
{
	static const char *const name[] = { "sshd", "sshd-session", "su",
					    "sudo", "login",        NULL };

	for (const char *const *n = name; *n; n++)
		if (str_is(app, *n))
			return true;
	return false;
}

static bool failure(struct parse *p, const struct sysmsg *m, struct str msg)
{
	struct scan s = scan_of(msg);

	if (!scan_lit(&s, STR("authentication failure; ")))
		return false;
	p->ev->kind = KIND_LOGIN_FAILED;
	if (tells_itself(str_base(m->app))) {
		p->ev->kind = KIND_AUTH;
		ev_cstr(p->ev, KEY_EVENT_ACTION, "authentication-failed");
	}
	ev_cstr(p->ev, KEY_EVENT_OUTCOME, "failure");
	phrase_pairs(p, failure_key, s.s);
	return true;
}

bool decode_pam(struct parse *p, const struct sysmsg *m)
{
	struct scan s = scan_of(m->msg);
	struct str module = STR_NONE;

	if (str_starts(m->msg, STR("pam_")) &&
	    !scan_until_lit(&s, STR("): "), &module))
		return false;
	return failure(p, m, s.s) || phrase_match(p, sentence, s.s);
}
