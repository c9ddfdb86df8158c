/* procfacts.c - what a process's own fields imply. */
#include "../host/program.h"
#include "join.h"

/* names that only the kernel's own threads have: whole, or by their head */
static const char *const kernel_whole[] = {
	"kthreadd",    "kauditd",      "khugepaged",    "khungtaskd",
	"kintegrityd", "kblockd",      "kdevtmpfs",     "ksmd",
	"rcu_sched",   "rcu_bh",       "rcu_preempt",   "rcu_gp",
	"rcu_par_gp",  "oom_reaper",   "kthrotld",      "kpsmoused",
	"writeback",   "mm_percpu_wq", "ipv6_addrconf", "ext4-rsv-conver",
};
static const char *const kernel_head[] = {
	"kworker/",   "ksoftirqd/", "migration/",   "watchdog/",  "kswapd0",
	"kcompactd0", "cpuhp/",     "idle_inject/", "jbd2/",      "irq/",
	"xfsaild/",   "xfs-buf/",   "scsi_eh_",     "rcu_tasks_",
};

static bool kernel_name(struct str s)
{
	for (size_t i = 0; i < sizeof(kernel_whole) / sizeof(*kernel_whole);
	     i++)
		if (str_is(s, kernel_whole[i]))
			return true;
	for (size_t i = 0; i < sizeof(kernel_head) / sizeof(*kernel_head); i++)
		if (str_starts(s, str_of(kernel_head[i])))
			return true;
	return false;
}

static bool bracketed(struct str s)
{
	s = str_trim(s);
	return s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
}

static void name_facts(struct join *j)
{
	struct str argv0 = ev_get_str(j->ev, KEY_K_PROCESS_ARGV0);
	struct str name = ev_get_str(j->ev, KEY_PROCESS_NAME);

	if (!argv0.n)
		argv0 = ev_get_str(j->ev, KEY_PROCESS_COMMAND_LINE);
	if (bracketed(argv0) || bracketed(name) || kernel_name(name) ||
	    kernel_name(argv0))
		ev_bool(j->ev, KEY_K_PROCESS_NAME_BRACKETED, true);
}

static void preload(struct join *j)
{
	struct event *e = j->ev;
	struct str found = STR_NONE;

	for (size_t i = 0; i < e->nfield; i++) {
		struct str v = e->field[i].v.str;

		if (e->field[i].key != KEY_PROCESS_ENV ||
		    e->field[i].type != V_STR)
			continue;
		if (str_starts(v, STR("LD_PRELOAD=")) ||
		    str_starts(v, STR("LD_AUDIT=")))
			found = str_skip(v, str_chr(v, '=') + 1);
	}
	ev_str(e, KEY_K_PROCESS_PRELOAD, found);
}

void join_procfacts(struct join *j)
{
	struct str exe = ev_get_str(j->ev, KEY_PROCESS_EXECUTABLE);

	if (!join_bool(j->ev, KEY_K_PROCESS_KTHREAD))
		name_facts(j);
	if (exe.n && program_is_interpreter(exe))
		ev_bool(j->ev, KEY_K_PROCESS_INTERPRETER, true);
	preload(j);
}
