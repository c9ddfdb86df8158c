/*
 * doctor_self.c - what this process may do here: user, capabilities, filter,
 * what it sees of others, and in what box it runs.
 */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* proc_ns: inode of the initial PID namespace (linux/proc_ns.h) */
#define INITIAL_PID_NS "pid:[4026531836]"
#define NO_PROC_EN "cannot say: /proc is not mounted here"
#define NO_PROC_JA "確認不可：/proc がマウントされていない"

static bool no_proc(const struct doctor *d, struct doctor_result *r)
{
	if (!d->proc)
		doctor_say(r, DOCTOR_UNKNOWN, NO_PROC_EN, NO_PROC_JA);
	return !d->proc;
}

void doctor_user(struct doctor *d, struct doctor_result *r)
{
	unsigned uid = (unsigned)geteuid();

	(void)d;
	doctor_say(r, uid ? DOCTOR_GAP : DOCTOR_OK,
		   uid ? "uid %u: not root; other users' processes, sockets "
			 "and files stay unread"
		       : "uid %u: root",
		   uid ? "uid %u：root ではないため、他ユーザーのプロセス・"
			 "ソケット・ファイルを読めない"
		       : "uid %u：root",
		   uid);
}

/* linux/capability.h; core: files and processes of others */
static const struct {
	unsigned bit;
	bool core;
	const char *name;
} needed[] = {
	{ 2, true, "CAP_DAC_READ_SEARCH" }, { 19, true, "CAP_SYS_PTRACE" },
	{ 21, false, "CAP_SYS_ADMIN" },     { 12, false, "CAP_NET_ADMIN" },
	{ 34, false, "CAP_SYSLOG" },        { 29, false, "CAP_AUDIT_WRITE" },
	{ 30, false, "CAP_AUDIT_CONTROL" },
};

/* CAP_DAC_OVERRIDE reads as well */
static bool holds(uint64_t caps, unsigned bit)
{
	return caps >> bit & 1 || (bit == 2 && (caps >> 1 & 1));
}

void doctor_capabilities(struct doctor *d, struct doctor_result *r)
{
	enum doctor_state state = DOCTOR_OK;
	struct buf lack = { 0 };
	uint64_t caps;

	if (no_proc(d, r))
		return;
	if (!str_hex64(doctor_status(d, "CapEff"), &caps)) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: /proc/self/status has no CapEff",
			   "確認不可：/proc/self/status に CapEff がない");
		return;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (holds(caps, needed[i].bit))
			continue;
		buf_fmt(&lack, " %s", needed[i].name);
		if (needed[i].core)
			state = DOCTOR_GAP;
		else if (state == DOCTOR_OK)
			state = DOCTOR_NOTE;
	}
	buf_c(&lack, '\0');
	doctor_say(r, state, lack.n > 1 ? "missing:%s" : "all there%s",
		   lack.n > 1 ? "不足：%s" : "すべてあり%s", lack.p);
	buf_free(&lack);
}

void doctor_proc(struct doctor *d, struct doctor_result *r)
{
	char exe[8];

	if (no_proc(d, r))
		return;
	if (readlink("/proc/1/exe", exe, sizeof(exe)) < 0 && errno != ENOENT)
		doctor_say(r, DOCTOR_GAP,
			   "process 1 is not readable (%s); of %llu processes "
			   "%llu keep their files to themselves",
			   "プロセス 1 を読めない（%s）。%llu プロセス中 %llu "
			   "件は詳細不明",
			   strerror(errno), (unsigned long long)d->nprocess,
			   (unsigned long long)d->ndenied);
	else
		doctor_say(r, d->ndenied ? DOCTOR_GAP : DOCTOR_OK,
			   "%llu processes, %llu of them not readable",
			   "プロセス %llu 件、うち読み取り不可 %llu 件",
			   (unsigned long long)d->nprocess,
			   (unsigned long long)d->ndenied);
}

void doctor_hidepid(struct doctor *d, struct doctor_result *r)
{
	const struct mount *m = mounts_at(&d->mounts, STR("/proc"));
	struct str how = STR_NONE, rest = m ? m->super : STR_NONE;
	bool hidden;

	if (no_proc(d, r))
		return;
	if (!m) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: /proc is not among the mounts",
			   "確認不可：マウント一覧に /proc がない");
		return;
	}
	while (rest.p) {
		struct str word = str_cut(&rest, ',');

		if (str_starts(word, STR("hidepid=")))
			how = str_skip(word, 8);
	}
	hidden = how.n && !str_is(how, "0") && !str_is(how, "off");
	doctor_say(r,
		   !hidden     ? DOCTOR_OK
		   : geteuid() ? DOCTOR_GAP
			       : DOCTOR_NOTE,
		   hidden ? "hidepid=" STR_FMT ": others' processes are hidden "
			    "from all but root"
			  : "not in use" STR_FMT,
		   hidden ? "hidepid=" STR_FMT
			    "：root 以外には他人のプロセスが見えない"
			  : "未使用" STR_FMT,
		   STR_ARG(hidden ? how : STR_NONE));
}

void doctor_seccomp(struct doctor *d, struct doctor_result *r)
{
	struct str mode = doctor_status(d, "Seccomp");
	struct str nnp = doctor_status(d, "NoNewPrivs");
	bool on = mode.n && !str_is(mode, "0");

	if (no_proc(d, r))
		return;
	if (!mode.n) /* before Linux 3.8, or without CONFIG_SECCOMP */
		doctor_say(r, DOCTOR_OK, "the kernel has none",
			   "カーネルが未対応");
	else
		doctor_say(r, on ? DOCTOR_NOTE : DOCTOR_OK,
			   "mode " STR_FMT ", no_new_privs " STR_FMT "%s",
			   "モード " STR_FMT "、no_new_privs " STR_FMT "%s",
			   STR_ARG(mode), STR_ARG(nnp),
			   on ? ": some system calls may be refused" : "");
}

static bool link_is(const char *path, const char *want)
{
	char text[64];
	ssize_t n = readlink(path, text, sizeof(text));

	return n > 0 && str_is(str_mem(text, (size_t)n), want);
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* "0 0 4294967295": the user namespace that all come from */
static bool own_users(void)
{
	struct buf t = { 0 };
	struct str s;
	bool own;

	if (doctor_text("/proc/self/uid_map", &t) != 0)
		return false;
	s = str_trim(buf_view(&t));
	own = !str_starts(s, STR("0 ")) || !str_ends(s, STR(" 4294967295"));
	buf_free(&t);
	return own;
}

void doctor_container(struct doctor *d, struct doctor_result *r)
{
	struct stat here, first;
	bool users, marked, pids, root;

	if (no_proc(d, r))
		return;
	users = own_users();
	marked = exists("/.dockerenv") || exists("/run/.containerenv");
	pids = exists("/proc/self/ns/pid") &&
	       !link_is("/proc/self/ns/pid", INITIAL_PID_NS);
	root = stat("/", &here) == 0 && stat("/proc/1/root", &first) == 0 &&
	       (here.st_dev != first.st_dev || here.st_ino != first.st_ino);
	if (!users && !marked && !pids && !root) {
		doctor_say(r, DOCTOR_OK, "none found", "該当なし");
		return;
	}
	doctor_say(r, users ? DOCTOR_GAP : DOCTOR_NOTE, "%s%s%s%s",
		   "検出：%s%s%s%s", users ? "user namespace; " : "",
		   marked ? "container marker; " : "",
		   pids ? "PID namespace; " : "",
		   root ? "other root than process 1" : "");
}
