/*
 * doctor_place.c - where things lie: mounts, how much there is, room for the
 * archive, logs, memory.  statfs is asked of local file systems only: a dead
 * server would never answer.
 */
#include "doctor.h"
#include "output.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define ROOM (1ull << 30) /* an archive of the standard profile and more */
/* rough rates of one slow disk; said to be an estimate wherever shown */
#define START_S 3
#define OBJECTS_PER_S 50000
#define PROGRAMS 4 /* a quarter of what is in use is hashed or copied */
#define BYTES_PER_S (120ull << 20)

void doctor_mounts(struct doctor *d, struct doctor_result *r)
{
	struct buf b = { 0 };
	size_t n = 0;

	if (d->mounts.nmount == 0) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: no /proc/self/mountinfo",
			   "確認不可：/proc/self/mountinfo がない");
		return;
	}
	for (size_t i = 0; i < d->mounts.nmount; i++) {
		const struct mount *m = &d->mounts.mount[i];

		if (m->class != MOUNT_REMOTE && m->class != MOUNT_FUSE &&
		    m->class != MOUNT_AUTO && m->class != MOUNT_UNKNOWN)
			continue;
		if (n++ < 8)
			buf_fmt(&b, " " STR_FMT " (%s)", STR_ARG(m->point),
				mount_class_name(m->class));
	}
	buf_c(&b, '\0');
	doctor_say(r, n ? DOCTOR_NOTE : DOCTOR_OK,
		   n ? "%zu remote, FUSE or automounts are listed and not "
		       "entered:%s"
		     : "%zu%s",
		   n ? "リモート・FUSE・automount %zu 件は一覧のみ：%s"
		     : "%zu 件%s",
		   n, b.p);
	buf_free(&b);
}

static bool seen_before(const struct mounts *ms, size_t at)
{
	const struct mount *m = &ms->mount[at];

	for (size_t i = 0; i < at; i++)
		if (ms->mount[i].class == MOUNT_LOCAL &&
		    ms->mount[i].major == m->major &&
		    ms->mount[i].minor == m->minor)
			return true;
	return false;
}

void doctor_objects(struct doctor *d, struct doctor_result *r)
{
	struct statfs fs;

	for (size_t i = 0; i < d->mounts.nmount; i++) {
		const struct mount *m = &d->mounts.mount[i];

		if (m->class != MOUNT_LOCAL || seen_before(&d->mounts, i) ||
		    statfs(arena_cstr(&d->arena, m->point), &fs) < 0)
			continue;
		if (fs.f_files >= fs.f_ffree)
			d->objects += fs.f_files - fs.f_ffree;
		if (fs.f_blocks >= fs.f_bfree)
			d->bytes += (fs.f_blocks - fs.f_bfree) *
				    (uint64_t)fs.f_bsize;
	}
	if (d->bytes == 0) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: no local file system could be asked",
			   "確認不可：ローカルファイルシステムの情報がない");
		return;
	}
	d->seconds[0] = START_S + d->objects / OBJECTS_PER_S;
	d->seconds[1] = d->seconds[0] + d->bytes / PROGRAMS / BYTES_PER_S;
	d->seconds[2] = d->seconds[0] + d->bytes / BYTES_PER_S;
	doctor_say(r, DOCTOR_OK,
		   "about %llu objects, %llu MiB in use; by rough estimate "
		   "quick %llu s, standard %llu s, full %llu s",
		   "オブジェクト約 %llu、使用量 %llu MiB。概算で quick %llu "
		   "秒、standard %llu 秒、full %llu 秒",
		   (unsigned long long)d->objects,
		   (unsigned long long)(d->bytes >> 20),
		   (unsigned long long)d->seconds[0],
		   (unsigned long long)d->seconds[1],
		   (unsigned long long)d->seconds[2]);
}

static bool read_only(struct str options)
{
	while (options.p)
		if (str_is(str_cut(&options, ','), "ro"))
			return true;
	return false;
}

void doctor_output(struct doctor *d, struct doctor_result *r)
{
	struct statfs fs;

	if (d->mounts.nmount == 0) {
		doctor_say(r, DOCTOR_UNKNOWN,
			   "cannot say: no /proc/self/mountinfo",
			   "確認不可：/proc/self/mountinfo がない");
		return;
	}
	for (size_t i = 0; i < d->mounts.nmount; i++) {
		const struct mount *m = &d->mounts.mount[i];
		const char *at;

		if (m->class != MOUNT_LOCAL || read_only(m->options) ||
		    read_only(m->super) || !output_plugged_in(m, &d->mounts))
			continue;
		at = arena_cstr(&d->arena, m->point);
		if (statfs(at, &fs) < 0 || access(at, W_OK) < 0)
			continue;
		if (fs.f_bavail * (uint64_t)fs.f_bsize > d->room) {
			d->room = fs.f_bavail * (uint64_t)fs.f_bsize;
			d->place = at;
		}
	}
	if (d->room < ROOM)
		d->place = NULL;
	if (d->place)
		doctor_say(r, DOCTOR_OK, "%s, %llu MiB free",
			   "%s（空き %llu MiB）", d->place,
			   (unsigned long long)(d->room >> 20));
	else
		doctor_say(r, DOCTOR_NOTE,
			   "no mounted stick or disk with 1 GiB free; servers "
			   "are not asked",
			   "空き 1 GiB 以上の外部媒体なし"
			   "（サーバーには照会しない）");
}

static const struct {
	const char *path;
	uint8_t kind; /* index of kind[] */
} logs[] = {
	{ "/var/log/auth.log", 0 }, { "/var/log/secure", 0 },
	{ "/var/log/messages", 0 }, { "/var/log/journal", 0 },
	{ "/run/log/journal", 0 },  { "/var/log/wtmp", 1 },
	{ "/var/lib/wtmpdb", 1 },   { "/var/log/audit/audit.log", 2 },
};

void doctor_logs(struct doctor *d, struct doctor_result *r)
{
	struct buf have = { 0 };
	bool kind[3] = { false, false, false }, denied = false;
	struct stat st;

	(void)d;
	for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		if (lstat(logs[i].path, &st) < 0) {
			denied = denied || errno == EACCES;
			continue;
		}
		if (access(logs[i].path, R_OK) < 0) {
			denied = true;
			continue;
		}
		kind[logs[i].kind] = true;
		buf_fmt(&have, " %s", logs[i].path);
	}
	buf_c(&have, '\0');
	doctor_say(r,
		   !kind[0]               ? DOCTOR_GAP
		   : !kind[1] || !kind[2] ? DOCTOR_NOTE
					  : DOCTOR_OK,
		   "readable:%s%s", "読み取り可：%s%s",
		   have.n > 1 ? have.p : " -",
		   denied     ? "; some are denied"
		   : !kind[0] ? "; no log of logins, no journal"
		   : !kind[1] ? "; no wtmp"
		   : !kind[2] ? "; no audit log"
			      : "");
	buf_free(&have);
}

static uint64_t meminfo(struct str text, const char *key)
{
	while (text.p) {
		struct str line = str_cut(&text, '\n');
		uint64_t kib;

		if (!str_is(str_cut(&line, ':'), key) || !line.p)
			continue;
		line = str_trim(line);
		if (str_u64(str_cut(&line, ' '), &kib))
			return kib >> 10;
	}
	return 0;
}

void doctor_memory(struct doctor *d, struct doctor_result *r)
{
	struct buf mem = { 0 }, cpu = { 0 };
	bool vm;

	(void)d;
	(void)doctor_text("/proc/meminfo", &mem); /* then the sizes are 0 */
	(void)doctor_text("/proc/cpuinfo", &cpu);
	vm = str_has(buf_view(&cpu), STR(" hypervisor"));
	doctor_say(r, DOCTOR_NOTE,
		   "RAM is not imaged (%llu MiB, swap %llu MiB)%s",
		   "RAM イメージは取得しない（%llu MiB、スワップ %llu MiB）%s",
		   (unsigned long long)meminfo(buf_view(&mem), "MemTotal"),
		   (unsigned long long)meminfo(buf_view(&mem), "SwapTotal"),
		   vm ? " [VM]" : "");
	buf_free(&mem);
	buf_free(&cpu);
}
