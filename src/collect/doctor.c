/*
 * doctor.c - the checks, in the order they are told, and what they share.
 */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "../util/io.h"

#define TEXT_MAX (32u << 20) /* mountinfo of a host full of containers */

#define ROOT_EN "run as root on the host itself: sudo"
#define ROOT_JA "ホスト上で root として実行（sudo など）"

const struct doctor_check doctor_table[] = {
	{ "user", "user", "実行ユーザー", ROOT_EN, ROOT_JA, doctor_user, true },
	{ "capabilities", "capabilities", "ケーパビリティ",
	  "start it outside of the service, container or sudo rule that takes "
	  "them away",
	  "権限を制限しているサービス・コンテナ・sudo 設定の外で実行",
	  doctor_capabilities, true },
	{ "proc", "processes", "プロセス情報",
	  "mount /proc, and run as root in the host's own PID namespace",
	  "/proc をマウントし、ホスト自身の PID 名前空間で root として実行",
	  doctor_proc, true },
	{ "hidepid", "hidepid of /proc", "/proc の hidepid",
	  "run as root; do not remount /proc, that changes the host",
	  "root で実行（/proc の再マウントはホストを変更するため不可）",
	  doctor_hidepid, true },
	{ "seccomp", "seccomp filter", "seccomp フィルター",
	  "start it from a plain root shell, not inside a sandboxed service or "
	  "container",
	  "サンドボックスの外（通常の root シェル）から実行", doctor_seccomp,
	  true },
	{ "container", "container or chroot", "コンテナ・chroot",
	  "run it on the host: what is here is not the host's",
	  "コンテナ内ではなくホスト上で実行", doctor_container, false },
	{ "lockdown", "kernel lockdown", "カーネルの lockdown",
	  "nothing to do: it cannot be lifted without a boot, which loses the "
	  "volatile state",
	  "対処不要（解除には再起動が必要で、揮発情報が失われる）",
	  doctor_lockdown, false },
	{ "lsm", "security modules", "セキュリティモジュール",
	  "if sources are denied, start it from an unconfined root shell",
	  "拒否される証拠源があれば、制限のない root シェルから実行",
	  doctor_lsm, false },
	{ "kernel", "kernel", "カーネル", NULL, NULL, doctor_kernel, false },
	{ "noatime", "reading without access times", "アクセス時刻の保護",
	  "nothing to do: what is used instead is recorded in the archive",
	  "対処不要（代替手段はアーカイブに記録される）", doctor_noatime,
	  false },
	{ "bpf", "eBPF", "eBPF", ROOT_EN, ROOT_JA, doctor_bpf, false },
	{ "tracing", "ftrace", "ftrace",
	  "nothing to do; do not mount tracefs, that changes the host",
	  "対処不要（tracefs のマウントはホストを変更するため不可）",
	  doctor_tracing, false },
	{ "addresses", "addresses of the kernel", "カーネルアドレス", ROOT_EN,
	  ROOT_JA, doctor_addresses, false },
	{ "pages", "pages of processes", "プロセスのページ情報", ROOT_EN,
	  ROOT_JA, doctor_pages, false },
	{ "mounts", "mounts that are not entered", "対象外のマウント",
	  "collect them where the data lies", "データの実体があるホストで収集",
	  doctor_mounts, true },
	{ "objects", "size of the work", "規模と所要時間", NULL, NULL,
	  doctor_objects, false },
	{ "output", "room for the archive", "保存先",
	  "plug in and mount a stick, or send the archive through ssh",
	  "外部媒体をマウントするか、ssh 経由で送信", doctor_output, false },
	{ "clock", "clock", "時計",
	  "note the right time; give it with --reference-time",
	  "正しい時刻を控え、--reference-time で指定", doctor_clock, false },
	{ "logs", "logs", "ログ", "look for the logs on a log server",
	  "ログサーバー側のログを確認", doctor_logs, true },
	{ "memory", "memory", "メモリ",
	  "before collecting: snapshot the virtual machine with its memory, or "
	  "image it with AVML or LiME",
	  "収集の前に、メモリ込みの VM スナップショット、または AVML・LiME "
	  "で取得",
	  doctor_memory, false },
	{ "agents", "other agents", "ほかのエージェント",
	  "tell those who watch them; exclude konseki there for the time of "
	  "the run",
	  "監視担当に連絡し、実行中は konseki を除外に登録", doctor_agents,
	  false },
	{ "fanotify", "listeners that may refuse or delete",
	  "読み取りを拒否・削除し得るリスナー",
	  "exclude konseki, or stop the on-access scanner once the volatile "
	  "state is collected",
	  "konseki を除外するか、揮発情報の収集後にオンアクセススキャンを停止",
	  doctor_fanotify, false },
	{ "audit", "audit rules", "監査ルール",
	  "keep the rules; expect an entry for each file that is opened",
	  "ルールはそのままでよい（開いたファイルごとに記録が残る）",
	  doctor_audit, false },
	{ NULL, NULL, NULL, NULL, NULL, NULL, false }
};

void doctor_say(struct doctor_result *r, enum doctor_state state,
		const char *en, const char *ja, ...)
{
	va_list ap, again;

	r->state = state;
	va_start(ap, ja);
	va_copy(again, ap);
	(void)vsnprintf(r->en, sizeof(r->en), en, ap);
	(void)vsnprintf(r->ja, sizeof(r->ja), ja, again);
	va_end(again);
	va_end(ap);
}

int doctor_text(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct err err = { 0 };
	int rc = 0;

	buf_clear(out);
	if (fd < 0)
		return errno;
	if (io_slurp(fd, TEXT_MAX, out, &err) < 0)
		rc = err.errnum ? err.errnum : EIO;
	(void)close(fd);
	return rc;
}

struct str doctor_status(const struct doctor *d, const char *name)
{
	struct str rest = buf_view(&d->status);

	while (rest.p) {
		struct str line = str_cut(&rest, '\n');
		struct str key = str_cut(&line, ':');

		if (line.p && str_is(key, name))
			return str_trim(line);
	}
	return STR_NONE;
}

void doctor_look(struct doctor *d)
{
	struct mounts_options opt = { .root = STR("/") };
	struct buf text = { 0 };

	arena_init(&d->arena, 0);
	d->proc = doctor_text("/proc/self/status", &d->status) == 0;
	if (d->proc && doctor_text("/proc/self/mountinfo", &text) == 0) {
		struct str kept = arena_dup(&d->arena, buf_view(&text));

		mounts_read(kept, &opt, &d->arena, &d->mounts);
	}
	buf_free(&text);
	if (d->proc)
		doctor_processes(d);
	for (size_t i = 0; doctor_table[i].id; i++) {
		struct doctor_result *r = &d->result[d->nresult++];

		r->check = &doctor_table[i];
		doctor_table[i].look(d, r);
	}
}

bool doctor_complete(const struct doctor *d)
{
	for (size_t i = 0; i < d->nresult; i++) {
		const struct doctor_result *r = &d->result[i];

		if (r->state == DOCTOR_GAP ||
		    (r->state == DOCTOR_UNKNOWN && r->check->core))
			return false;
	}
	return true;
}

void doctor_free(struct doctor *d)
{
	buf_free(&d->status);
	arena_free(&d->arena);
}
