/*
 * session.c - login sessions from their start to their end.  The records of
 * utmp know terminal and pid, sshd and PAM the pid, logind a name: a session
 * is entered under all that its start carries and found under any of them.
 */
#include <stdlib.h>

#include "../util/buf.h"
#include "../util/map.h"
#include "../util/timefmt.h"
#include "derive.h"

#define MAX_NAMES 65536 /* of sessions; past it all open ones are forgotten */
#define MAX_LIST (1u << 18)
#define SAME_NS (60 * NS_PER_S) /* utmp, PAM and sshd tell one start or end */

struct session {
	int64_t start_ns, end_ns; /* end_ns INT64_MIN: not told yet */
	bool open;
	struct str id, user; /* in the arena */
};

struct sessions {
	struct arena arena;
	struct map name; /* "host kind value" -> session index + 1 */
	struct session *list;
	size_t n, cap;
	uint32_t host;
	struct buf key;
};

struct sessions *sessions_new(void)
{
	return xmalloc(sizeof(struct sessions));
}

static void forget(struct sessions *s)
{
	map_free(&s->name);
	arena_free(&s->arena);
	s->n = 0;
}

void sessions_free(struct sessions *s)
{
	if (!s)
		return;
	forget(s);
	free(s->list);
	buf_free(&s->key);
	free(s);
}

void sessions_host(struct sessions *s, uint32_t host)
{
	s->host = host;
}

enum name_kind { BY_ID, BY_PID, BY_TTY, NAMES };

/* What the event calls its session in that way; empty: it does not. */
static struct str name_of(struct sessions *s, const struct event *e,
			  enum name_kind how)
{
	const struct field *pid = ev_get(e, KEY_PROCESS_PID);
	struct str v = STR_NONE;

	/* logind's own pid is in all that it says: its name of it counts */
	if (how != BY_ID && ev_get(e, KEY_K_SESSION_ID))
		return STR_NONE;
	buf_clear(&s->key);
	buf_fmt(&s->key, "%u %d ", s->host, (int)how);
	if (how == BY_PID) {
		if (!pid || pid->type != V_U64 || pid->v.u64 == 0)
			return STR_NONE;
		buf_u64(&s->key, pid->v.u64);
		return buf_view(&s->key);
	}
	v = ev_get_str(e, how == BY_ID ? KEY_K_SESSION_ID : KEY_PROCESS_TTY);
	/* `ssh' and `:0' of PAM name no terminal of their own */
	if (v.n == 0 || (how == BY_TTY && str_is(v, "ssh")))
		return STR_NONE;
	buf_str(&s->key, str_head(v, 64));
	return buf_view(&s->key);
}

static struct session *find(struct sessions *s, const struct event *e)
{
	for (enum name_kind k = BY_ID; k < NAMES; k++) {
		struct str name = name_of(s, e, k);
		uint64_t *i = name.n ? map_get(&s->name, name) : NULL;

		if (i && *i && s->list[*i - 1].open)
			return &s->list[*i - 1];
	}
	return NULL;
}

/* A start that is told twice (sshd, PAM, utmp) is one session. */
static bool same_start(const struct session *o, const struct event *e)
{
	struct str user = ev_get_str(e, KEY_USER_NAME);

	return o->end_ns == INT64_MIN &&
	       e->when.ts_ns - o->start_ns < SAME_NS &&
	       (user.n == 0 || o->user.n == 0 || str_eq(user, o->user));
}

static struct session *add(struct sessions *s, const struct event *e)
{
	const struct field *pid = ev_get(e, KEY_PROCESS_PID);
	struct str tty = ev_get_str(e, KEY_PROCESS_TTY);
	struct session *o;

	if (s->n >= MAX_LIST || s->name.nitem >= MAX_NAMES)
		forget(s);
	vec_grow(&s->list, &s->cap, s->n + 1, sizeof(*s->list));
	o = &s->list[s->n++];
	*o = (struct session){ .start_ns = e->when.ts_ns,
			       .end_ns = INT64_MIN,
			       .open = true };
	o->user = arena_dup(&s->arena, ev_get_str(e, KEY_USER_NAME));
	o->id = arena_dup(&s->arena, ev_get_str(e, KEY_K_SESSION_ID));
	if (o->id.n)
		return o;
	/* no name of its own: pid or terminal, and the second it began */
	if (pid && pid->type == V_U64)
		o->id = arena_fmt(&s->arena, "%llu@%lld",
				  (unsigned long long)pid->v.u64,
				  (long long)ts_s(e->when.ts_ns));
	else
		o->id = arena_fmt(&s->arena, STR_FMT "@%lld",
				  STR_ARG(str_head(tty, 64)),
				  (long long)ts_s(e->when.ts_ns));
	return o;
}

static void start(struct sessions *s, struct event *e, struct arena *scratch)
{
	struct session *o = find(s, e);

	if (o && !same_start(o, e))
		o = NULL;
	if (!o) {
		bool named = name_of(s, e, BY_ID).n ||
			     name_of(s, e, BY_PID).n || name_of(s, e, BY_TTY).n;

		if (!named)
			return;
		o = add(s, e);
	}
	for (enum name_kind k = BY_ID; k < NAMES; k++) {
		struct str name = name_of(s, e, k);

		if (name.n)
			*map_put(&s->name, name, NULL) =
				(uint64_t)(o - s->list) + 1;
	}
	if (!ev_get(e, KEY_K_SESSION_ID))
		ev_str(e, KEY_K_SESSION_ID, arena_dup(scratch, o->id));
}

static void end(struct sessions *s, struct event *e, struct arena *scratch)
{
	struct session *o = find(s, e);

	if (!o || o->start_ns > e->when.ts_ns)
		return;
	if (o->end_ns == INT64_MIN)
		o->end_ns = e->when.ts_ns;
	else if (e->when.ts_ns - o->end_ns > SAME_NS)
		return;
	if (!ev_get(e, KEY_EVENT_DURATION))
		ev_u64(e, KEY_EVENT_DURATION,
		       (uint64_t)e->when.ts_ns - (uint64_t)o->start_ns);
	if (!ev_get(e, KEY_EVENT_START))
		ev_time(e, KEY_EVENT_START, o->start_ns);
	if (!ev_get(e, KEY_USER_NAME))
		ev_str(e, KEY_USER_NAME, arena_dup(scratch, o->user));
	if (!ev_get(e, KEY_K_SESSION_ID))
		ev_str(e, KEY_K_SESSION_ID, arena_dup(scratch, o->id));
}

/* Whatever was open on that host ended with it. */
static void close_all(struct sessions *s)
{
	struct str prefix;

	buf_clear(&s->key);
	buf_fmt(&s->key, "%u ", s->host);
	prefix = buf_view(&s->key);
	for (size_t i = 0; i < s->name.nitem; i++)
		if (s->name.item[i].value &&
		    str_starts(s->name.item[i].key, prefix))
			s->list[s->name.item[i].value - 1].open = false;
}

void sessions_event(struct sessions *s, struct event *e, struct arena *scratch)
{
	switch (e->kind) {
	case KIND_LOGIN:
	case KIND_SESSION_OPEN:
		start(s, e, scratch);
		break;
	case KIND_LOGOUT:
	case KIND_SESSION_CLOSE:
		end(s, e, scratch);
		break;
	case KIND_BOOT:
	case KIND_SHUTDOWN:
		close_all(s);
		break;
	default:
		break;
	}
}
