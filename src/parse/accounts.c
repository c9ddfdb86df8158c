/* accounts.c - the fields of an account. */
#include "accounts.h"

#define UID_USER 1000 /* login.defs of all distributions since 2012 */
#define UID_NOBODY 65534

bool account_is_service(uint32_t uid)
{
	return (uid > 0 && uid < UID_USER) || uid == UID_NOBODY;
}

void account_fields(struct parse *p, struct str name)
{
	const struct account *a = ctx_user(p->ctx, name);

	ev_str(p->ev, KEY_USER_NAME, name);
	if (!a)
		return;
	ev_str(p->ev, KEY_USER_ID, arena_fmt(p->scratch, "%u", a->uid));
	ev_str(p->ev, KEY_K_ACCOUNT_HOME, a->home);
	ev_str(p->ev, KEY_K_ACCOUNT_SHELL, a->shell);
	ev_bool(p->ev, KEY_K_ACCOUNT_SERVICE, account_is_service(a->uid));
}
