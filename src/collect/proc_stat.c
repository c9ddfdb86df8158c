/*
 * proc_stat.c - /proc/PID/stat and status.  The name in stat stands between
 * the first `(' and the last `)' raw, whatever bytes a process gave itself;
 * nothing behind it but numbers.
 */
#include "proc.h"

#include <sys/sysmacros.h>

static const char *const capability[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
#define NCAPABILITY (sizeof capability / sizeof capability[0])

/* fields behind the name */
enum {
	STAT_STATE,
	STAT_PPID,
	STAT_PGRP,
	STAT_SID,
	STAT_TTY,
	STAT_FLAGS = 6,
	STAT_THREADS = 17,
	STAT_TICKS = 19,
	STAT_FIELDS,
	STAT_START_CODE = 23,
	STAT_ARG_START = 45, /* since 3.5 */
	STAT_ALL
};

/* Of its memory; what an old kernel does not say is 0. */
static void addresses(struct str left, struct proc_stat *s)
{
	for (int i = STAT_FIELDS; i < STAT_ALL && left.n; i++) {
		struct str w = str_trim(str_cut(&left, ' '));

		if (i == STAT_START_CODE && !str_u64(w, &s->start_code))
			return;
		if (i == STAT_ARG_START && !str_u64(w, &s->arg_start))
			return;
	}
}

bool proc_stat_read(struct str text, struct proc_stat *s)
{
	size_t open = str_chr(text, '('), end = str_rchr(text, ')');
	int64_t v[STAT_FIELDS] = { 0 };
	struct str left;

	s->start_code = s->arg_start = 0;
	if (open == (size_t)-1 || end == (size_t)-1 || end < open)
		return false;
	s->comm = str_head(str_skip(text, open + 1), end - open - 1);
	left = str_skip(text, end + 2);
	s->state = left.n ? left.p[0] : '?';
	for (int i = 0; i < STAT_FIELDS; i++) {
		struct str w = str_cut(&left, ' ');

		if (i != STAT_STATE && !str_i64(str_trim(w), &v[i]))
			return false;
	}
	s->ppid = (uint32_t)v[STAT_PPID];
	s->pgrp = (uint32_t)v[STAT_PGRP];
	s->sid = (uint32_t)v[STAT_SID];
	s->tty = (uint32_t)v[STAT_TTY];
	s->flags = (uint32_t)v[STAT_FLAGS];
	s->threads = (uint64_t)v[STAT_THREADS];
	s->ticks = (uint64_t)v[STAT_TICKS];
	addresses(left, s);
	return true;
}

static void tty_row(struct buf *row, uint32_t tty)
{
	unsigned major = (tty >> 8) & 0xfff;
	unsigned minor = (tty & 0xff) | ((tty >> 12) & 0xfff00);
	char name[32];

	if (tty == 0)
		return;
	if (major >= 136 && major <= 143)
		snprintf(name, sizeof name, "pts/%u",
			 (major - 136) * 256 + minor);
	else if (major == 4 && minor < 64)
		snprintf(name, sizeof name, "tty%u", minor);
	else if (major == 4)
		snprintf(name, sizeof name, "ttyS%u", minor - 64);
	else if (major == 5 && minor == 1)
		snprintf(name, sizeof name, "console");
	else
		snprintf(name, sizeof name, "%u:%u", major, minor);
	row_str(row, KEY_PROCESS_TTY, str_of(name));
}

static uint64_t start_ns(uint64_t ticks, const struct collect_env *env)
{
	uint64_t hz = env->clk_tck ? env->clk_tck : 100;

	return env->boot_ns + ticks / hz * 1000000000u +
	       ticks % hz * 1000000000u / hz;
}

int64_t proc_start_ns(const struct proc_stat *s, const struct collect_env *env)
{
	return (int64_t)start_ns(s->ticks, env);
}

void proc_stat_row(struct buf *row, const struct proc_stat *s,
		   const struct collect_env *env)
{
	row_str(row, KEY_PROCESS_NAME, s->comm);
	row_u64(row, KEY_PROCESS_PARENT_PID, s->ppid);
	row_u64(row, KEY_PROCESS_PGID, s->pgrp);
	row_u64(row, KEY_PROCESS_SID, s->sid);
	row_u64(row, KEY_PROCESS_START, start_ns(s->ticks, env));
	row_u64(row, KEY_K_PROCESS_START_TICKS, s->ticks);
	row_str(row, KEY_K_PROCESS_STATE, str_mem(&s->state, 1));
	row_u64(row, KEY_K_PROCESS_THREADS, s->threads);
	tty_row(row, s->tty);
}

static void ids(struct buf *row, struct str v, bool user)
{
	static const enum key key[2][4] = {
		{ KEY_GROUP_ID, KEY_K_PROCESS_GID_EFFECTIVE,
		  KEY_K_PROCESS_GID_SAVED, KEY_K_PROCESS_GID_FS },
		{ KEY_USER_ID, KEY_USER_EFFECTIVE_ID, KEY_K_PROCESS_UID_SAVED,
		  KEY_K_PROCESS_UID_FS },
	};

	for (int i = 0; i < 4; i++) {
		enum key k = key[user][i];
		uint64_t id;

		if (!str_u64(str_cut(&v, '\t'), &id))
			return;
		if (key_info(k)->type == V_STR)
			row_id(row, k, id);
		else
			row_u64(row, k, id);
	}
}

static void capabilities(struct buf *row, enum key key, struct buf *list,
			 struct str v)
{
	uint64_t set;

	if (!str_hex64(v, &set))
		return;
	buf_clear(list);
	for (unsigned i = 0; i < 64; i++) {
		char name[16];

		if (!(set >> i & 1))
			continue;
		snprintf(name, sizeof name, "CAP_%u", i);
		list_add(list, str_of(i < NCAPABILITY ? capability[i] : name));
	}
	row_key_list(row, key, buf_view(list));
}

static void words(struct proc_probe *pp, enum key k, struct str v)
{
	struct buf *list = &pp->list;

	buf_clear(list);
	while (v.p) {
		struct str w = k == KEY_K_PROCESS_NS_PID ? str_cut(&v, '\t')
							 : str_cut(&v, ' ');

		if (w.n)
			list_add(list, w);
	}
	row_key_list(&pp->row, k, proc_fit(pp, PART_GROUPS, buf_view(list)));
}

void proc_status_row(struct proc_probe *pp, struct str status)
{
	struct buf *row = &pp->row;

	while (status.p) {
		struct str v = str_cut(&status, '\n');
		struct str name = str_cut(&v, ':');
		uint64_t n;

		v = str_trim(v);
		if (str_is(name, "Uid"))
			ids(row, v, true);
		else if (str_is(name, "Gid"))
			ids(row, v, false);
		else if (str_is(name, "Groups"))
			words(pp, KEY_K_PROCESS_GROUPS, v);
		else if (str_is(name, "NSpid"))
			words(pp, KEY_K_PROCESS_NS_PID, v);
		else if (str_is(name, "CapEff"))
			capabilities(row, KEY_PROCESS_CAPABILITIES, &pp->list,
				     v);
		else if (str_is(name, "CapAmb"))
			capabilities(row, KEY_K_PROCESS_CAP_AMBIENT, &pp->list,
				     v);
		else if (str_is(name, "CapBnd") && str_hex64(v, &n))
			row_u64(row, KEY_K_PROCESS_CAP_BOUNDING, n);
		else if (str_is(name, "TracerPid") && str_u64(v, &n))
			row_u64(row, KEY_K_PROCESS_TRACER, n);
		else if (str_is(name, "NoNewPrivs") && str_u64(v, &n))
			row_bool(row, KEY_K_PROCESS_NO_NEW_PRIVS, n != 0);
		else if (str_is(name, "Seccomp") && str_u64(v, &n))
			row_u64(row, KEY_K_PROCESS_SECCOMP, n);
	}
}
