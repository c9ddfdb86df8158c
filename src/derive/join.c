/* join.c - fields back out of events, addresses, accounts. */
#include "join.h"

bool join_u64(const struct event *e, unsigned key, uint64_t *out)
{
	const struct field *f = ev_get(e, key);

	if (!f || f->type != V_U64)
		return false;
	*out = f->v.u64;
	return true;
}

bool join_bool(const struct event *e, unsigned key)
{
	const struct field *f = ev_get(e, key);

	return f && f->type == V_BOOL && f->v.b;
}

static const unsigned char v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool zeros(const unsigned char *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

bool ip_unspecified(const unsigned char ip[16])
{
	if (memcmp(ip, v4_prefix, 12) == 0)
		return zeros(ip + 12, 4);
	return zeros(ip, 16);
}

bool ip_external(const unsigned char ip[16])
{
	if (ip_unspecified(ip))
		return false;
	if (memcmp(ip, v4_prefix, 12) == 0)
		return ip[12] != 127;
	return !(zeros(ip, 15) && ip[15] == 1);
}

static void name_of(struct join *j, unsigned id_key, unsigned name_key)
{
	const struct account *a;
	uint64_t uid;

	if (ev_get(j->ev, name_key) ||
	    !str_u64(ev_get_str(j->ev, id_key), &uid) || uid > UINT32_MAX)
		return;
	a = ctx_uid(j->ctx, (uint32_t)uid);
	if (a)
		ev_str(j->ev, name_key, a->name);
}

void join_user(struct join *j)
{
	name_of(j, KEY_USER_ID, KEY_USER_NAME);
	name_of(j, KEY_USER_EFFECTIVE_ID, KEY_USER_EFFECTIVE_NAME);
}
