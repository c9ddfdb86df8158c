/*
 * su and login - who became whom, and who came in at a terminal.
 * util-linux, shadow and coreutils each have their own words for it.
 */
#include "phrase.h"
#include "syslog.h"

static const struct phrase su_sentence[] = {
	{ "(to %e) %v on %t", KIND_SWITCH_USER, NULL, "success", NULL },
	{ "FAILED SU (to %e) %v on %t", KIND_SWITCH_USER_FAILED, NULL,
	  "failure", NULL },
	{ "Successful su for %e by %v", KIND_SWITCH_USER, NULL, "success",
	  NULL },
	{ "FAILED su for %e by %v", KIND_SWITCH_USER_FAILED, NULL, "failure",
	  NULL },
	{ "failed: %t changing from %v to %e", KIND_SWITCH_USER_FAILED, NULL,
	  "failure", NULL },
	{ "+ %t %v:%e", KIND_SWITCH_USER, NULL, "success", NULL },
	{ "- %t %v:%e", KIND_SWITCH_USER_FAILED, NULL, "failure", NULL },
	PHRASE_END,
};

static const struct phrase login_sentence[] = {
	{ "ROOT LOGIN  on '%t' from '%a'", KIND_LOGIN, NULL, "success", NULL },
	{ "ROOT LOGIN  on '%t'", KIND_LOGIN, NULL, "success", NULL },
	{ "ROOT LOGIN ON %t FROM %a", KIND_LOGIN, NULL, "success", NULL },
	{ "ROOT LOGIN ON %t", KIND_LOGIN, NULL, "success", NULL },
	{ "LOGIN ON %t BY %v FROM %a", KIND_LOGIN, NULL, "success", NULL },
	{ "LOGIN ON %t BY %v", KIND_LOGIN, NULL, "success", NULL },
	{ "'%v' logged in %* on '%t' from '%a'", KIND_LOGIN, NULL, "success",
	  NULL },
	{ "'%v' logged in %*on '%t'", KIND_LOGIN, NULL, "success", NULL },
	{ "TOO MANY LOGIN TRIES (%*) on '%t'%*FOR '%u'", KIND_AUTH,
	  "too-many-attempts", "failure", NULL },
	{ "FAILED LOGIN (%*) on '%t' from '%a' FOR '%u', %r", KIND_LOGIN_FAILED,
	  NULL, "failure", NULL },
	{ "FAILED LOGIN (%*) on '%t' FOR '%u', %r", KIND_LOGIN_FAILED, NULL,
	  "failure", NULL },
	{ "FAILED LOGIN %* FROM %a FOR %u, %r", KIND_LOGIN_FAILED, NULL,
	  "failure", NULL },
	{ "FAILED LOGIN %* ON %t FOR %u, %r", KIND_LOGIN_FAILED, NULL,
	  "failure", NULL },
	PHRASE_END,
};

bool decode_su(struct parse *p, const struct sysmsg *m)
{
	return phrase_match(p, su_sentence, m->msg) != NULL;
}

bool decode_login(struct parse *p, const struct sysmsg *m)
{
	const struct phrase *row = phrase_match(p, login_sentence, m->msg);

	if (!row)
		return false;
	if (str_starts(m->msg, STR("ROOT LOGIN")))
		ev_cstr(p->ev, KEY_USER_NAME, "root");
	return true;
}
