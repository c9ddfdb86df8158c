/*
 * proc.c - the processes probe: one row a process, pids ascending, beside
 * its raw texts and, when no path leads to it any more, its executable.
 *
 * A process can be made to block its reader: memory maps locked by a fault
 * that is never answered, an executable on a file system that never
 * answers.  Each is an item of its own, so that a reader lost to one of them
 * costs that part and not the row:
 *   4 pid      argv, environ, maps
 *   4 pid + 1  the executable: read, hashed, recovered
 *   4 pid + 2  memory again, when an earlier reader was lost in the executable
 *   4 pid + 3  everything that cannot block, and the row
 */
#include "proc.h"
#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000u
#define EXECS_MAX 3 /* times that a process is begun anew */

static const char *const part_name[PARTS] = {
	[PART_STATUS] = "status",   [PART_CMDLINE] = "cmdline",
	[PART_ENVIRON] = "environ", [PART_MAPS] = "maps",
	[PART_EXE] = "exe",         [PART_HASH] = "hash of exe",
	[PART_RECOVER] = "recover", [PART_CWD] = "cwd",
	[PART_ROOT] = "root",       [PART_FD] = "fd",
	[PART_NS] = "ns",           [PART_CGROUP] = "cgroup",
	[PART_GROUPS] = "groups",   [PART_TASKS] = "task",
};

/*
 * The first of a kind is said at once, the others at the end as one number:
 * a reader that is lost later does not take it along.
 */
static void count_gap(struct proc_probe *pp, enum proc_part part,
		      enum probe_state state, int errnum)
{
	struct proc_gap *g = &pp->gap[part];

	if (state == PROBE_DENIED)
		g->denied_errno = errnum;
	if (state == PROBE_FAILED)
		g->failed_errno = errnum;
	if ((state == PROBE_DENIED   ? g->denied++
	     : state == PROBE_FAILED ? g->failed++
				     : g->truncated++) == 0)
		probe_status(pp->run, str_of(part_name[part]), state, errnum, 1,
			     0);
}

void proc_missing(struct proc_probe *pp, enum proc_part part, int errnum)
{
	if (errnum == ENOENT || errnum == ESRCH)
		return;
	if (errnum == EACCES || errnum == EPERM)
		count_gap(pp, part, PROBE_DENIED, errnum);
	else
		count_gap(pp, part, PROBE_FAILED, errnum);
}

void proc_cut(struct proc_probe *pp, enum proc_part part)
{
	count_gap(pp, part, PROBE_TRUNCATED, 0);
}

struct str proc_fit(struct proc_probe *pp, enum proc_part part, struct str list)
{
	if (list.n <= pp->list_max)
		return list;
	pp->cut |= 1u << part;
	return str_head(list, pp->list_max);
}

void proc_text(struct proc_probe *pp, const struct proc *p, const char *name,
	       struct str text)
{
	struct buf path = { 0 };
	struct member m = { .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN,
			    .mode = 0600,
			    .size = text.n };

	if (text.n == 0)
		return;
	buf_fmt(&path, "live/proc/%s/%s", p->base, name);
	m.name = buf_view(&path);
	probe_member(pp->run, &m, -1, text);
	pp->bytes += text.n;
	buf_free(&path);
}

static void part_read(struct proc_probe *pp, const struct proc *p,
		      enum proc_part part, struct buf *out)
{
	size_t max = part == PART_MAPS || part == PART_STATUS ? PROC_TEXT_MAX
							      : PROC_ARGS_MAX;
	int rc = live_read(p->dir, part_name[part], max, out);

	if (rc < 0)
		proc_missing(pp, part, errno);
	else if (rc > 0)
		proc_cut(pp, part);
}

static void read_mm(struct proc_probe *pp, struct proc *p)
{
	part_read(pp, p, PART_CMDLINE, &p->cmdline);
	part_read(pp, p, PART_ENVIRON, &p->env);
	part_read(pp, p, PART_MAPS, &p->maps);
	proc_more_memory(p);
	p->have_mm = true;
}

/* Announces one part of a process. */
static bool item(struct proc_probe *pp, const struct proc *p, unsigned part,
		 const char *what)
{
	char t[96];

	snprintf(t, sizeof t, "%s%s%s", p->base, *what ? "/" : "", what);
	return probe_item(pp->run, (uint64_t)p->pid * 4 + part, str_of(t));
}

static void args_row(struct proc_probe *pp, const struct proc *p)
{
	struct str args = buf_view(&p->cmdline);

	if (args.n) {
		args = proc_fit(pp, PART_CMDLINE, args);
		row_key_list(&pp->row, KEY_PROCESS_ARGS, args);
		row_str(&pp->row, KEY_K_PROCESS_ARGV0,
			str_head(args, str_chr(args, '\0')));
	}
	if (p->env.n == 0)
		return;
	buf_clear(&pp->list);
	secret_environ(&pp->list, buf_view(&p->env), pp->env);
	row_key_list(&pp->row, KEY_PROCESS_ENV,
		     proc_fit(pp, PART_ENVIRON, buf_view(&pp->list)));
}

static void cut_row(struct proc_probe *pp)
{
	buf_clear(&pp->list);
	for (unsigned i = 0; i < PARTS; i++)
		if (pp->cut >> i & 1)
			list_add(&pp->list, str_of(part_name[i]));
	row_list(&pp->row, "cut", buf_view(&pp->list));
}

static void fill_row(struct proc_probe *pp, const struct proc *p)
{
	struct buf *row = &pp->row;

	pp->cut = 0;
	buf_clear(row);
	json_open(row);
	row_u64(row, KEY_PROCESS_PID, p->pid);
	proc_stat_row(row, &p->stat, pp->env);
	row_bool(row, KEY_K_PROCESS_KTHREAD, p->kthread);
	if (covers_have(&pp->covers, p->pid))
		row_bool(row, KEY_K_PROCESS_COVERED, true);
	proc_status_row(pp, buf_view(&p->status));
	args_row(pp, p);
	proc_exe_row(pp, p);
	proc_where_row(pp, p);
	if (!p->kthread && !p->zombie) {
		proc_fd_row(pp, p);
		if (p->have_mm)
			proc_maps_row(pp, buf_view(&p->maps));
	}
	proc_more_row(pp, p);
	cut_row(pp);
	json_close(row);
}

/*
 * What a process may choose (arguments, environment, names of open files) is
 * made shorter until its row can be passed on: nobody hides by being long.
 */
static void write_row(struct proc_probe *pp, const struct proc *p)
{
	pp->list_max = PROC_LIST_MAX;
	fill_row(pp, p);
	while (pp->row.n > PROC_ROW_MAX && pp->list_max > 1024) {
		pp->list_max /= 8;
		fill_row(pp, p);
	}
	for (unsigned i = 0; i < PARTS; i++)
		if (pp->cut >> i & 1)
			proc_cut(pp, i);
	probe_row(pp->run, "processes", buf_view(&pp->row));
	pp->bytes += pp->row.n;
	pp->count++;
}

/* for whoever wants to know more: nothing of it becomes a field */
static const char *const more_text[] = { "limits", "io" };

static void raw_texts(struct proc_probe *pp, struct proc *p)
{
	proc_text(pp, p, "stat", buf_view(&p->stat_text));
	proc_text(pp, p, "status", buf_view(&p->status));
	proc_text(pp, p, "cmdline", buf_view(&p->cmdline));
	proc_text(pp, p, "maps", buf_view(&p->maps));
	for (size_t i = 0; i < sizeof more_text / sizeof more_text[0]; i++)
		if (live_read(p->dir, more_text[i], PROC_TEXT_MAX, &pp->text) >=
		    0)
			proc_text(pp, p, more_text[i], buf_view(&pp->text));
	if (pp->env->secrets_full)
		proc_text(pp, p, "environ", buf_view(&p->env));
}

/*
 * What is said of a process is said of one program: where it came to be
 * another meanwhile, its memory and its executable are read anew.
 */
static void executable(struct proc_probe *pp, struct proc *p, bool memory)
{
	int fd;

	proc_exe_link(pp, p);
	fd = proc_exe_open(pp, p);
	for (int i = 0; i < EXECS_MAX && proc_execed(p); i++) {
		if (memory)
			read_mm(pp, p);
		if (fd >= 0)
			close(fd);
		proc_exe_link(pp, p);
		fd = proc_exe_open(pp, p);
	}
	proc_exe_read(pp, p, fd);
}

static void whole(struct proc_probe *pp, struct proc *p)
{
	bool mm, exe;
	bool own_memory = !p->kthread && !p->zombie;

	mm = item(pp, p, 0, "memory");
	if (mm && own_memory)
		read_mm(pp, p);
	exe = item(pp, p, 1, "exe");
	if (exe && own_memory)
		executable(pp, p, mm);
	/* An earlier reader was lost in exe, not in memory: ask again. */
	if (!mm && !exe && own_memory && item(pp, p, 2, "memory"))
		read_mm(pp, p);
	if (!item(pp, p, 3, "")) {
		pp->count++; /* an earlier reader wrote it */
		return;
	}
	if (!exe && own_memory)
		proc_exe_link(pp, p);
	part_read(pp, p, PART_STATUS, &p->status);
	write_row(pp, p);
	raw_texts(pp, p);
}

/*
 * When only the first thread ended, its directory is a zombie's while the
 * others run on: everything is asked of the next thread.
 */
static void next_thread(struct proc *p)
{
	uint32_t *tid;
	char name[32];
	size_t n;
	int fd = -1;

	if (live_numbers(p->dir, "task", &tid, &n) < 0)
		return;
	for (size_t i = 0; fd < 0 && i < n; i++) {
		if (tid[i] == p->pid)
			continue;
		snprintf(name, sizeof name, "task/%u", tid[i]);
		fd = openat(p->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	free(tid);
	if (fd < 0)
		return;
	close(p->dir);
	p->dir = fd;
	p->zombie = false;
}

static bool enter(struct proc_probe *pp, struct proc *p)
{
	p->dir = live_pid(pp->env->proc, p->pid);
	if (p->dir < 0)
		return false;
	if (live_read(p->dir, "stat", PROC_TEXT_MAX, &p->stat_text) < 0 ||
	    !proc_stat_read(buf_view(&p->stat_text), &p->stat))
		return false;
	p->kthread = p->stat.flags & PF_KTHREAD;
	p->zombie = p->stat.state == 'Z' || p->stat.state == 'X';
	p->led = p->zombie && p->stat.threads > 1;
	if (p->led)
		next_thread(p);
	snprintf(p->base, sizeof p->base, "%u-%llu", p->pid,
		 (unsigned long long)p->stat.ticks);
	return true;
}

static void one(struct proc_probe *pp, uint32_t pid)
{
	struct proc p = { .pid = pid, .dir = -1 };

	if (enter(pp, &p))
		whole(pp, &p);
	else if (errno == EACCES || errno == EPERM)
		proc_missing(pp, PART_STATUS, errno);
	else
		pp->vanished++;
	if (p.dir >= 0)
		close(p.dir);
	buf_free(&p.stat_text);
	buf_free(&p.status);
	buf_free(&p.cmdline);
	buf_free(&p.env);
	buf_free(&p.maps);
	buf_free(&p.execfn);
}

static void report(struct proc_probe *pp)
{
	struct probe_run *run = pp->run;

	for (int i = 0; i < PARTS; i++) {
		const struct proc_gap *g = &pp->gap[i];
		struct str what = str_of(part_name[i]);

		if (g->denied > 1)
			probe_status(run, what, PROBE_DENIED, g->denied_errno,
				     g->denied - 1, 0);
		if (g->failed > 1)
			probe_status(run, what, PROBE_FAILED, g->failed_errno,
				     g->failed - 1, 0);
		if (g->truncated > 1)
			probe_status(run, what, PROBE_TRUNCATED, 0,
				     g->truncated - 1, 0);
	}
	if (pp->vanished)
		probe_status(run, STR("ended meanwhile"), PROBE_VANISHED, ESRCH,
			     pp->vanished, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, pp->count, pp->bytes);
}

static void run_processes(struct probe_run *run)
{
	struct proc_probe pp = { .run = run, .env = probe_env(run) };
	uint32_t *pid;
	size_t n;

	if (live_numbers(pp.env->proc, ".", &pid, &n) < 0) {
		probe_status(run, STR_NONE,
			     errno == ENOENT ? PROBE_ABSENT : PROBE_DENIED,
			     errno, 0, 0);
		return;
	}
	covers_here(pp.env, &pp.arena, &pp.covers);
	for (size_t i = 0; i < n; i++)
		one(&pp, pid[i]);
	report(&pp);
	free(pp.covers.v);
	arena_free(&pp.arena);
	free(pid);
	map_free(&pp.hashed);
	free(pp.sha256);
	map_free(&pp.recovered);
	free(pp.image);
	buf_free(&pp.row);
	buf_free(&pp.list);
	buf_free(&pp.text);
}

const struct probe probe_processes = {
	.name = "processes",
	.title = "running processes, with deleted and in-memory executables",
	.title_ja =
		"動作中のプロセス（削除済み・メモリ上の実行ファイルを含む）",
	.stream = "live/processes",
	.reads = "/proc/PID/{stat,status,cmdline,environ,maps,exe,cwd,root,fd,"
		 "ns,cgroup,loginuid,sessionid,"
		 "auxv,mem,pagemap,oom_score_adj,timerslack_ns,wchan,syscall,"
		 "stack,task,limits,io}",
	.live_only = true,
	.core = "processes",
	.run = run_processes,
};
