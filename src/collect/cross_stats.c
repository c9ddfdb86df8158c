/*
 * cross_stats.c - what accounts for tasks: taskstats answers for a number
 * over netlink, sysinfo(2) knows how many there are in all.
 */
#include "cross.h"
#include "live.h"
#include "netlink.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define TICK 8192u
#define LONGEST_NS (4 * INT64_C(1000000000))
#define FAMILY_MAX 16
#define STAT_MAX (4u << 20) /* grows with interrupts and CPUs */
#define COUNTS 20           /* tries to count while none is born */
#define INITIAL_PID_NS UINT64_C(4026531836) /* the kernel's own number */

struct stats {
	struct netlink nl;
	uint16_t family;
	bool answered;
};

/* The list of all families: asking by name can load a module. */
static bool take_family(void *arg, uint16_t type, struct str payload)
{
	struct stats *s = arg;
	struct str at[FAMILY_MAX];

	(void)type;
	netlink_attrs(payload, GENL_HDRLEN, at, FAMILY_MAX);
	if (str_is(netlink_text(at[CTRL_ATTR_FAMILY_NAME]),
		   TASKSTATS_GENL_NAME))
		s->family = attr_u16(at[CTRL_ATTR_FAMILY_ID]);
	return true;
}

static bool take_stats(void *arg, uint16_t type, struct str payload)
{
	struct stats *s = arg;

	(void)payload;
	s->answered |= type == s->family;
	return false;
}

static int open_stats(struct stats *s)
{
	struct genlmsghdr h = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	int errnum;

	if (netlink_open(&s->nl, NETLINK_GENERIC) < 0)
		return errno;
	errnum = netlink_dump(&s->nl, GENL_ID_CTRL, &h, sizeof h, take_family,
			      s) < 0
			 ? errno
			 : 0;
	return errnum ? errnum : s->family ? 0 : ENOENT;
}

/* 1 it lives, 0 it does not, -1 with errno. */
static int ask(struct stats *s, uint32_t pid)
{
	struct {
		struct genlmsghdr h;
		struct nlattr a;
		uint32_t pid;
	} m = { .h = { .cmd = TASKSTATS_CMD_GET,
		       .version = TASKSTATS_GENL_VERSION },
		.a = { .nla_len = sizeof(struct nlattr) + 4,
		       .nla_type = TASKSTATS_CMD_ATTR_PID },
		.pid = pid };

	s->answered = false;
	if (netlink_ask(&s->nl, s->family, &m, sizeof m, take_stats, s) < 0)
		return errno == ESRCH ? 0 : -1;
	return s->answered;
}

static unsigned still(void *arg, const struct suspect *s)
{
	return ask(arg, s->pid) == 1;
}

static void sweep(struct cross *c, struct stats *st, const struct tasks *t,
		  struct suspects *s)
{
	uint32_t max = cross_pid_near(t, cross_pid_max(c->env->proc));
	int64_t began = sys_boottime_ns();

	for (uint32_t pid = 1; pid <= max; pid++) {
		if (pid % TICK == 0) {
			(void)cross_item(c, pid, STR("every pid"));
			if (sys_boottime_ns() - began > LONGEST_NS) {
				c->cut = true;
				return;
			}
		}
		if (tasks_have(t, pid)) {
			c->checked++;
		} else if (ask(st, pid) == 1) {
			c->checked++;
			suspects_add(s, pid, 1);
		}
	}
}

int cross_taskstats(struct cross *c)
{
	struct stats st = { .nl = { .fd = -1 } };
	struct suspects s = { .v = NULL };
	struct tasks t = { .pid = NULL };
	int errnum = cross_may_ask(c->env->proc);

	if (errnum)
		return errnum;
	errnum = open_stats(&st);

	errno = EPERM; /* for an answer that is none */
	if (errnum == 0 && ask(&st, (uint32_t)getpid()) != 1)
		errnum = errno;
	if (errnum == 0 && tasks_read(c->env->proc, &t) < 0)
		errnum = errno;
	if (errnum == 0)
		sweep(c, &st, &t, &s);
	if (errnum == 0 && s.n)
		errnum = suspects_recheck(c, &s, still, &st);
	for (size_t i = 0; errnum == 0 && i < s.n; i++) {
		(void)cross_open(c, STR_NONE, STR_NONE);
		row_bool(&c->row, KEY_K_PROCESS_HIDDEN, true);
		cross_process(c, s.v[i].pid);
		cross_close(c);
		cross_copy(c, s.v[i].pid);
	}
	if (st.nl.fd >= 0)
		netlink_close(&st.nl);
	tasks_free(&t);
	free(s.v);
	return errnum;
}

/* Tasks born since the start of the system: "processes" of /proc/stat. */
static bool births(int proc, uint64_t *n)
{
	struct buf text = { 0 };
	struct str left;
	bool found = false;

	if (live_read(proc, "stat", STAT_MAX, &text) >= 0)
		for (left = buf_view(&text); left.p && left.n && !found;) {
			struct str v = str_cut(&left, '\n');

			found = str_is(str_cut(&v, ' '), "processes") &&
				str_u64(str_trim(v), n);
		}
	buf_free(&text);
	return found;
}

/*
 * The kernel counts the tasks of all pid namespaces, and stops at 65,535.
 * While none is born an equal number means that none has ended either: then
 * the list in between has all there are.
 */
static bool count(struct cross *c, uint64_t *more)
{
	struct tasks t = { .pid = NULL };
	bool still_stand = false;

	for (int i = 0; !still_stand && i < COUNTS; i++) {
		int proc = c->env->proc;
		struct sysinfo before, after;
		uint64_t born, now;

		if (!births(proc, &born) || sysinfo(&before) < 0 ||
		    tasks_read(proc, &t) < 0 || sysinfo(&after) < 0 ||
		    !births(proc, &now))
			break;
		still_stand = before.procs == after.procs && born == now &&
			      t.n < UINT16_MAX;
		*more = before.procs > t.n ? before.procs - t.n : 0;
		c->checked = t.n;
	}
	tasks_free(&t);
	return still_stand;
}

int cross_count(struct cross *c)
{
	int self = openat(c->env->proc, "self",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t ns = self < 0 ? 0 : live_ns(self, "pid"), least = UINT64_MAX;

	if (self >= 0)
		close(self);
	if (ns != INITIAL_PID_NS)
		return EXDEV;
	if (cross_may_ask(c->env->proc))
		return EPERM;
	for (int i = 0; i < CROSS_ROUNDS && least; i++) {
		uint64_t more;

		if (i)
			cross_pause();
		if (!count(c, &more))
			return EAGAIN;
		least = more < least ? more : least;
	}
	if (least == 0)
		return 0;
	row_u64(cross_open(c, STR_NONE, STR_NONE), KEY_K_CROSS_MORE, least);
	cross_close(c);
	return 0;
}
