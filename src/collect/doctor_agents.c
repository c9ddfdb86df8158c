/*
 * doctor_agents.c - who else watches this host: programs by name, listeners
 * that are asked before a file is opened (fanotify(7)), rules of audit.
 */
#include "doctor.h"
#include "netlink.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <unistd.h>

#include "../util/io.h"

/* linux/fanotify.h: FAN_OPEN_PERM, FAN_ACCESS_PERM, FAN_OPEN_EXEC_PERM */
#define ASKED_FIRST (0x10000u | 0x20000u | 0x40000u)
#define COMM_MAX 15
#define FDS_MAX 65536u /* of one process; more are no agent's */

#define LOGS                                                                   \
	"it will log that konseki runs and reads",                             \
		"konseki の実行と読み取りを記録する"
#define EDR                                                                    \
	"it will report konseki, and may stop it or take samples away",        \
		"konseki を検知・報告し、停止や検体の隔離を行う可能性"
#define SCANS                                                                  \
	"it scans on demand; its log may show the run",                        \
		"要求時にスキャンし、記録が残る可能性"
#define DELETES                                                                \
	"it may refuse, quarantine or delete samples as they are read",        \
		"読み取り時に検体を拒否・隔離・削除する可能性"
#define BLOCKS                                                                 \
	"it may refuse to start konseki: trust its file first",                \
		"konseki の起動を拒否する可能性（事前に信頼登録が必要）"
#define USB "it may refuse the stick", "USB 媒体を拒否する可能性"

const struct doctor_product doctor_product[] = {
#define AGENT(name, within, product, notice) { name, within, product, notice },
#include "doctor_agents.def"
#undef AGENT
};
const size_t doctor_product_count =
	sizeof(doctor_product) / sizeof(*doctor_product);

static bool is_named(const struct doctor_product *p, struct str comm,
		     struct str exe)
{
	struct str name = str_of(p->name);

	if (p->within && !str_has(exe, str_of(p->within)))
		return false;
	return str_eq(comm, str_head(name, COMM_MAX)) ||
	       str_eq(str_base(exe), name);
}

static void find_product(struct doctor *d, uint32_t pid, struct str comm,
			 struct str exe)
{
	for (size_t i = 0; i < doctor_product_count; i++) {
		if (!is_named(&doctor_product[i], comm, exe))
			continue;
		if (d->nagent < DOCTOR_AGENTS)
			d->agent[d->nagent++] =
				(struct doctor_agent){ &doctor_product[i],
						       pid };
		return;
	}
}

/* A line "fanotify ino:1 sdev:2 mflags:0 mask:3b ignored_mask:0 ..." */
static bool asks_first(struct str text)
{
	while (text.p) {
		struct str line = str_cut(&text, '\n');
		size_t at = str_find(line, STR(" mask:"));
		uint64_t mask;

		if (!str_starts(line, STR("fanotify ")) || at == (size_t)-1)
			continue;
		line = str_skip(line, at + 6);
		if (str_hex64(str_cut(&line, ' '), &mask) &&
		    (mask & ASKED_FIRST))
			return true;
	}
	return false;
}

static bool listens(int fds, uint32_t pid, const char *name)
{
	char target[32], path[96];
	ssize_t n = readlinkat(fds, name, target, sizeof(target));
	struct buf t = { 0 };
	bool yes;

	if (n < 0 ||
	    !str_is(str_mem(target, (size_t)n), "anon_inode:[fanotify]"))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%u/fdinfo/%.20s", pid, name);
	yes = doctor_text(path, &t) == 0 && asks_first(buf_view(&t));
	buf_free(&t);
	return yes;
}

/* false when its files are not shown */
static bool find_listener(struct doctor *d, uint32_t pid)
{
	char path[64];
	struct dirent *e;
	unsigned n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	if (!dir)
		return errno != EACCES && errno != EPERM;
	while (n++ < FDS_MAX && (e = readdir(dir)) != NULL)
		if (listens(dirfd(dir), pid, e->d_name)) {
			if (d->nlistener < DOCTOR_AGENTS)
				d->listener[d->nlistener++] = pid;
			break;
		}
	(void)closedir(dir);
	return true;
}

void doctor_processes(struct doctor *d)
{
	DIR *dir = opendir("/proc");
	struct buf comm = { 0 };
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL) {
		char path[64], exe[4096];
		bool denied;
		uint64_t pid;
		ssize_t n;

		if (!str_u64(str_of(e->d_name), &pid) || pid > UINT32_MAX)
			continue;
		d->nprocess++;
		(void)snprintf(path, sizeof(path), "/proc/%u/comm",
			       (uint32_t)pid);
		if (doctor_text(path, &comm) != 0)
			continue; /* ended meanwhile */
		(void)snprintf(path, sizeof(path), "/proc/%u/exe",
			       (uint32_t)pid);
		n = readlink(path, exe, sizeof(exe));
		denied = n < 0 && (errno == EACCES || errno == EPERM);
		find_product(d, (uint32_t)pid, str_trim(buf_view(&comm)),
			     str_mem(exe, n > 0 ? (size_t)n : 0));
		if (!find_listener(d, (uint32_t)pid)) {
			d->nhidden++;
			denied = true;
		}
		d->ndenied += denied;
	}
	if (dir)
		(void)closedir(dir);
	buf_free(&comm);
}

void doctor_agents(struct doctor *d, struct doctor_result *r)
{
	struct buf b = { 0 };

	if (!d->proc) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: /proc is not mounted here",
			   "確認不可：/proc がマウントされていない");
		return;
	}
	for (size_t i = 0; i < d->nagent && i < 12; i++)
		buf_fmt(&b, "%s%s (%s, pid %u)", i ? ", " : "",
			d->agent[i].product->product, d->agent[i].product->name,
			d->agent[i].pid);
	buf_c(&b, '\0');
	doctor_say(r, d->nagent ? DOCTOR_NOTE : DOCTOR_OK,
		   d->nagent ? "%zu: %s" : "%zu known by name%s",
		   d->nagent ? "%zu 件：%s" : "既知のもの %zu 件%s", d->nagent,
		   b.p);
	buf_free(&b);
}

void doctor_fanotify(struct doctor *d, struct doctor_result *r)
{
	struct buf b = { 0 };

	if (!d->proc || (d->nhidden && d->nlistener == 0)) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: the files of %llu processes are not "
			   "shown",
			   "確認不可：%llu プロセスのファイル情報を読めない",
			   (unsigned long long)d->nhidden);
		return;
	}
	for (size_t i = 0; i < d->nlistener; i++)
		buf_fmt(&b, " %u", d->listener[i]);
	buf_c(&b, '\0');
	doctor_say(r, d->nlistener ? DOCTOR_NOTE : DOCTOR_OK,
		   d->nlistener ? "%zu fanotify listeners are asked before a "
				  "file is opened: pid%s"
				: "%zu%s",
		   d->nlistener ? "ファイルを開く前に確認される fanotify "
				  "リスナー %zu 件：pid%s"
				: "%zu 件%s",
		   d->nlistener, b.p);
	buf_free(&b);
}

static bool one_rule(void *arg, uint16_t type, struct str payload)
{
	size_t *n = arg;

	(void)payload;
	*n += type == AUDIT_LIST_RULES;
	return true;
}

/* What is in force, if the kernel may be asked. */
static bool audit_live(size_t *n)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct netlink nl;
	bool told = false;

	*n = 0;
	if (proc >= 0 && netlink_known(proc, NETLINK_AUDIT) &&
	    netlink_open(&nl, NETLINK_AUDIT) == 0) {
		told = netlink_ask(&nl, AUDIT_LIST_RULES, NULL, 0, one_rule,
				   n) == 0;
		netlink_close(&nl);
	}
	if (proc >= 0)
		(void)close(proc);
	return told;
}

/* -w and -a lines as they would be loaded; O_NOATIME or not at all */
static void audit_file(struct doctor_result *r)
{
	int fd = open("/etc/audit/audit.rules", O_RDONLY | O_CLOEXEC |
							O_NOFOLLOW |
							O_NONBLOCK | O_NOATIME);
	struct buf t = { 0 };
	struct str rest;
	size_t n = 0;

	if (fd < 0 || io_slurp(fd, 1u << 20, &t, NULL) < 0) {
		bool none = fd < 0 && errno == ENOENT;

		doctor_say(r, none ? DOCTOR_OK : DOCTOR_UNKNOWN,
			   none ? "no /etc/audit/audit.rules%.0s"
				: "cannot say: /etc/audit/audit.rules: %s",
			   none ? "/etc/audit/audit.rules なし%.0s"
				: "確認不可：/etc/audit/audit.rules：%s",
			   strerror(errno));
	} else {
		rest = buf_view(&t);
		while (rest.p) {
			struct str line = str_trim(str_cut(&rest, '\n'));

			n += str_starts(line, STR("-w")) ||
			     str_starts(line, STR("-a"));
		}
		doctor_say(r, n ? DOCTOR_NOTE : DOCTOR_OK,
			   "%zu rules in /etc/audit/audit.rules",
			   "/etc/audit/audit.rules にルール %zu 件", n);
	}
	if (fd >= 0)
		(void)close(fd);
	buf_free(&t);
}

void doctor_audit(struct doctor *d, struct doctor_result *r)
{
	size_t n;

	(void)d;
	if (!audit_live(&n)) {
		audit_file(r);
		return;
	}
	doctor_say(r, n ? DOCTOR_NOTE : DOCTOR_OK, "%zu rules in force",
		   "有効なルール %zu 件", n);
}
