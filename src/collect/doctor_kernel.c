/*
 * doctor_kernel.c - what this kernel offers and forbids, and its clock.
 */
#include "doctor.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FIRST_LOOK 65536    /* enough to see one address that is not zero */
#define EARLIEST 1735689600 /* 2025: no copy of this program is older */
#define LATEST (EARLIEST + 25 * 31557600ll)

static void unknown(struct doctor_result *r, const char *what, int errnum)
{
	doctor_say(r, DOCTOR_UNKNOWN, "cannot say: %s: %s", "確認不可：%s：%s",
		   what, strerror(errnum));
}

void doctor_lockdown(struct doctor *d, struct doctor_result *r)
{
	struct buf t = { 0 };
	int e = doctor_text("/sys/kernel/security/lockdown", &t);
	struct str s = str_trim(buf_view(&t));
	size_t from = str_chr(s, '['), to = str_chr(s, ']');

	(void)d;
	if (e == 0 && from != (size_t)-1 && to != (size_t)-1 && from < to) {
		s = str_skip(str_head(s, to), from + 1);
		doctor_say(r, str_is(s, "none") ? DOCTOR_OK : DOCTOR_NOTE,
			   STR_FMT "%s", STR_FMT "%s", STR_ARG(s),
			   str_is(s, "none") ? ""
					     : ": /proc/kcore, kprobes and "
					       "parts of BPF are closed");
	} else if (e == ENOENT)
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: the kernel has none, or securityfs is "
			   "not mounted",
			   "確認不可：未対応か、securityfs が未マウント");
	else
		unknown(r, "/sys/kernel/security/lockdown", e ? e : EIO);
	buf_free(&t);
}

void doctor_lsm(struct doctor *d, struct doctor_result *r)
{
	struct buf list = { 0 }, enforce = { 0 }, self = { 0 };
	int e = doctor_text("/sys/kernel/security/lsm", &list);
	bool selinux = doctor_text("/sys/fs/selinux/enforce", &enforce) == 0 &&
		       str_starts(buf_view(&enforce), STR("1"));
	struct str name, label;

	(void)d;
	(void)doctor_text("/proc/self/attr/current", &self); /* may be none */
	name = str_trim(buf_view(&list));
	label = str_trim(str_head(buf_view(&self), 200));
	if (label.n && label.p[label.n - 1] == '\0')
		label.n--;
	if (e && !selinux && !label.n)
		unknown(r, "/sys/kernel/security/lsm", e);
	else
		doctor_say(r,
			   selinux || (label.n && !str_is(label, "unconfined"))
				   ? DOCTOR_NOTE
				   : DOCTOR_OK,
			   STR_FMT "%s; this process: " STR_FMT,
			   STR_FMT "%s、このプロセス：" STR_FMT, STR_ARG(name),
			   selinux ? " (SELinux enforcing)" : "",
			   STR_ARG(label.n ? label : STR("-")));
	buf_free(&list);
	buf_free(&enforce);
	buf_free(&self);
}

void doctor_kernel(struct doctor *d, struct doctor_result *r)
{
	struct buf lack = { 0 };
	struct utsname u;
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	(void)d;
	if (fd >= 0)
		(void)close(fd);
	else
		buf_fmt(&lack, " pidfd_open (%s)", strerror(errno));
	if (syscall(SYS_statx, -1, NULL, 0, 0, NULL) < 0 &&
	    (errno == ENOSYS || errno == EPERM))
		buf_fmt(&lack, " statx (%s: no birth times)", strerror(errno));
	buf_c(&lack, '\0');
	if (uname(&u) < 0)
		unknown(r, "uname", errno);
	else
		doctor_say(r, lack.n > 1 ? DOCTOR_NOTE : DOCTOR_OK,
			   "Linux %s %s%s%s", "Linux %s %s%s%s", u.release,
			   u.machine, lack.n > 1 ? "; without" : "", lack.p);
	buf_free(&lack);
}

/* The shield of a run, on / alone, made and dropped: mounted nowhere. */
void doctor_noatime(struct doctor *d, struct doctor_result *r)
{
	int fd = sys_open_tree(AT_FDCWD, "/", false);
	int e = fd < 0 || sys_mount_shield(fd) < 0 ? errno : 0;

	(void)d;
	if (fd >= 0)
		(void)close(fd);
	doctor_say(r, e ? DOCTOR_NOTE : DOCTOR_OK,
		   e ? "no private clone of the mounts (%s): O_NOATIME or a "
		       "mount namespace is used, access times of links and "
		       "directories may change"
		     : "by a private clone of the mounts%.0s",
		   e ? "マウントの複製は不可（%s）。O_NOATIME "
		       "か名前空間を使用し、リンクとディレクトリのアクセス"
		       "時刻が変わり得る"
		     : "マウントの複製を使用%.0s",
		   e ? strerror(e) : "");
}

void doctor_bpf(struct doctor *d, struct doctor_result *r)
{
	union bpf_attr a;

	(void)d;
	memset(&a, 0, sizeof(a));
	if (syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &a, sizeof(a)) == 0 ||
	    errno == ENOENT)
		doctor_say(r, DOCTOR_OK, "programs and maps can be listed",
			   "プログラムとマップを列挙可能");
	else
		doctor_say(r, DOCTOR_NOTE,
			   "programs cannot be listed (%s): hidden eBPF is "
			   "not checked",
			   "列挙不可（%s）。隠れた eBPF は確認されない",
			   strerror(errno));
}

/* debugfs/tracing is not asked: looking at it mounts something */
void doctor_tracing(struct doctor *d, struct doctor_result *r)
{
	int fd = open("/sys/kernel/tracing/enabled_functions",
		      O_RDONLY | O_CLOEXEC);

	(void)d;
	if (fd < 0)
		doctor_say(r, DOCTOR_NOTE,
			   "/sys/kernel/tracing is not readable (%s): hooks "
			   "by ftrace may not be seen",
			   "/sys/kernel/tracing を読めない（%s）。ftrace "
			   "によるフックを確認できない可能性",
			   strerror(errno));
	else
		doctor_say(r, DOCTOR_OK, "readable", "読み取り可能");
	if (fd >= 0)
		(void)close(fd);
}

void doctor_addresses(struct doctor *d, struct doctor_result *r)
{
	char t[FIRST_LOOK];
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, t, sizeof(t));
	int e = errno;
	struct str rest = str_mem(t, n > 0 ? (size_t)n : 0);
	bool shown = false;

	(void)d;
	if (fd >= 0)
		(void)close(fd);
	if (n <= 0) {
		unknown(r, "/proc/kallsyms", n < 0 ? e : EIO);
		return;
	}
	while (rest.p && !shown) {
		struct str line = str_cut(&rest, '\n');
		uint64_t a;

		shown = str_hex64(str_cut(&line, ' '), &a) && a;
	}
	doctor_say(r, shown ? DOCTOR_OK : DOCTOR_NOTE,
		   shown ? "shown by /proc/kallsyms"
			 : "/proc/kallsyms shows zeros: hooks in kernel code "
			   "cannot be attributed",
		   shown ? "/proc/kallsyms に表示"
			 : "/proc/kallsyms がゼロ表示のため、カーネル内の"
			   "フックを特定できない");
}

void doctor_pages(struct doctor *d, struct doctor_result *r)
{
	int fd = open("/proc/1/pagemap", O_RDONLY | O_CLOEXEC);

	(void)d;
	if (fd >= 0)
		doctor_say(r, DOCTOR_OK, "readable", "読み取り可能");
	else if (errno == ENOENT)
		unknown(r, "/proc/1/pagemap", ENOENT);
	else
		doctor_say(r, DOCTOR_NOTE,
			   "/proc/1/pagemap: %s: changed code in memory is "
			   "not checked",
			   "/proc/1/pagemap：%s。メモリ上のコード改変は"
			   "確認されない",
			   strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

void doctor_clock(struct doctor *d, struct doctor_result *r)
{
	struct timex t;
	int64_t now = sys_realtime_ns() / 1000000000;
	int rc;

	(void)d;
	memset(&t, 0, sizeof(t)); /* modes 0: asks only */
	rc = adjtimex(&t);
	if (now < EARLIEST || now > LATEST)
		doctor_say(r, DOCTOR_NOTE,
			   "it says %lld seconds since 1970, which cannot be",
			   "1970 年から %lld 秒：あり得ない時刻",
			   (long long)now);
	else if (rc < 0)
		unknown(r, "adjtimex", errno);
	else if (rc == TIME_ERROR || (t.status & STA_UNSYNC))
		doctor_say(r, DOCTOR_NOTE,
			   "plausible; the kernel is told of no "
			   "synchronisation",
			   "妥当な範囲だが、同期されている情報はない");
	else
		doctor_say(r, DOCTOR_OK, "synchronised", "同期済み");
}
