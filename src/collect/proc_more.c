/*
 * proc_more.c - what else the kernel says of a process: how it was started,
 * where in the kernel it waits, its threads, rights it may still take, and
 * how much of its executable memory without a file is in use.
 */
#define _GNU_SOURCE
#include "mapline.h"
#include "proc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define ENTRIES 4096u                  /* of pagemap, at once */
#define PAGES_MAX (1u << 20)           /* of one process that are counted */
#define PAGE_THERE (UINT64_C(3) << 62) /* present or swapped */
#define TASKS_MAX 4096u
#define SMALL 4096u

/* Pages of [from, to) that hold something. */
static uint64_t held_pages(int pagemap, const struct mapline *m, uint64_t page,
			   uint64_t *left)
{
	uint64_t entry[512], n = 0, at = m->from / page, end = m->to / page;

	while (at < end && *left) {
		uint64_t want = end - at < 512 ? end - at : 512;
		ssize_t got = pread(pagemap, entry, (size_t)want * 8,
				    (off_t)(at * 8));

		if (got < 8)
			break;
		for (ssize_t i = 0; i < got / 8; i++)
			n += (entry[i] & PAGE_THERE) != 0;
		at += (uint64_t)got / 8;
		*left -= *left < want ? *left : want;
	}
	return n;
}

static void executable_memory(struct proc *p)
{
	struct str left = buf_view(&p->maps);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), budget = PAGES_MAX;
	struct mapline m;
	int pagemap = openat(p->dir, "pagemap", O_RDONLY | O_CLOEXEC);

	while (mapline_next(&left, &m)) {
		if (m.perms.p[2] != 'x' || m.inode ||
		    str_is(m.path, "[vdso]") || str_is(m.path, "[vsyscall]") ||
		    str_is(m.path, "[uprobes]"))
			continue;
		p->writable_exec += m.perms.p[1] == 'w';
		if (pagemap >= 0)
			p->exec_held +=
				held_pages(pagemap, &m, page, &budget) * page;
	}
	if (pagemap >= 0)
		close(pagemap);
}

/* A number of the auxiliary vector, of words of this size. */
static bool aux_value(struct str auxv, size_t word, uint64_t type,
		      uint64_t *out)
{
	while (auxv.n >= 2 * word) {
		uint64_t v[2] = { 0, 0 };

		/* little and big endian alike: the words are the host's */
		for (int i = 0; i < 2; i++) {
			uint32_t half;

			if (word == 8) {
				memcpy(&v[i], auxv.p + 8 * i, 8);
			} else {
				memcpy(&half, auxv.p + 4 * i, 4);
				v[i] = half;
			}
		}
		if (v[0] == type) {
			*out = v[1];
			return true;
		}
		auxv = str_skip(auxv, 2 * word);
	}
	return false;
}

/* The path that execve(2) was given. */
static void started_as(struct proc *p)
{
	struct buf text = { 0 };
	uint64_t at = 0;
	int mem;

	if (live_read(p->dir, "auxv", SMALL, &text) < 0 ||
	    (!aux_value(buf_view(&text), 8, AT_EXECFN, &at) &&
	     !aux_value(buf_view(&text), 4, AT_EXECFN, &at)))
		at = 0;
	mem = at ? openat(p->dir, "mem", O_RDONLY | O_CLOEXEC) : -1;
	if (mem >= 0) {
		ssize_t n = pread(mem, buf_room(&p->execfn, SMALL), SMALL,
				  (off_t)at);
		struct str s = str_mem(p->execfn.p, n > 0 ? (size_t)n : 0);

		p->execfn.n =
			str_chr(s, '\0') != (size_t)-1 ? str_chr(s, '\0') : 0;
		close(mem);
	}
	buf_free(&text);
}

void proc_more_memory(struct proc *p)
{
	p->exec_held = p->writable_exec = 0;
	buf_clear(&p->execfn);
	executable_memory(p);
	started_as(p);
}

/* Nothing but NULs and blanks where its arguments were. */
static bool wiped(struct str args)
{
	for (size_t i = 0; i < args.n; i++)
		if (args.p[i] != '\0' && args.p[i] != ' ')
			return false;
	return true;
}

static void number_row(struct proc_probe *pp, const struct proc *p,
		       const char *name, enum key k)
{
	int64_t n;

	if (live_read(p->dir, name, 64, &pp->text) >= 0 &&
	    str_i64(str_trim(buf_view(&pp->text)), &n))
		row_i64(&pp->row, k, n);
}

static void line_row(struct proc_probe *pp, const struct proc *p,
		     const char *name, enum key k)
{
	struct str s;

	if (live_read(p->dir, name, SMALL, &pp->text) < 0)
		return;
	s = str_trim(buf_view(&pp->text));
	if (s.n && !str_is(s, "0")) /* it waits for nothing */
		row_str(&pp->row, k, s);
}

/* "[<0>] packet_recvmsg+0x5c/0x5c0" a line: the names alone. */
static void stack_row(struct proc_probe *pp, const struct proc *p)
{
	struct str left;

	if (live_read(p->dir, "stack", SMALL, &pp->text) < 0)
		return;
	buf_clear(&pp->list);
	for (left = buf_view(&pp->text); left.p && left.n;) {
		struct str line = str_cut(&left, '\n');

		(void)str_cut(&line, ' ');
		line = str_head(line, str_chr(line, '+'));
		if (line.n)
			list_add(&pp->list, line);
	}
	row_key_list(&pp->row, KEY_K_PROCESS_STACK, buf_view(&pp->list));
}

static void tasks_row(struct proc_probe *pp, const struct proc *p)
{
	uint32_t *tid;
	size_t n;

	if (p->stat.threads < 2 || live_numbers(p->dir, "task", &tid, &n) < 0)
		return;
	buf_clear(&pp->list);
	for (size_t i = 0; i < n && i < TASKS_MAX; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "task/%u/comm", tid[i]);
		if (live_read(p->dir, name, 64, &pp->text) < 0)
			continue;
		buf_fmt(&pp->list, "%u ", tid[i]);
		list_add(&pp->list, str_trim(buf_view(&pp->text)));
	}
	free(tid);
	row_list(&pp->row, "tasks",
		 proc_fit(pp, PART_TASKS, buf_view(&pp->list)));
}

void proc_more_row(struct proc_probe *pp, const struct proc *p)
{
	struct buf *row = &pp->row;

	if (p->kthread || p->zombie)
		return;
	if (p->have_mm) {
		if (p->exec_held)
			row_u64(row, KEY_K_PROCESS_EXEC_HELD, p->exec_held);
		if (p->writable_exec)
			row_u64(row, KEY_K_PROCESS_WRITABLE_EXEC,
				p->writable_exec);
		if (p->execfn.n)
			row_str(row, KEY_K_PROCESS_EXECFN,
				buf_view(&p->execfn));
		/* start_code comes last: there are none before it */
		if (p->maps.n && p->stat.start_code && p->stat.arg_start &&
		    wiped(buf_view(&p->cmdline)))
			row_bool(row, KEY_K_PROCESS_ARGS_WIPED, true);
	}
	number_row(pp, p, "oom_score_adj", KEY_K_PROCESS_OOM);
	number_row(pp, p, "timerslack_ns", KEY_K_PROCESS_TIMERSLACK);
	line_row(pp, p, "wchan", KEY_K_PROCESS_WCHAN);
	line_row(pp, p, "syscall", KEY_K_PROCESS_SYSCALL);
	stack_row(pp, p);
	tasks_row(pp, p);
}
