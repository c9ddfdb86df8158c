/*
 * roots_programs.c - what a process runs: its executable, the objects mapped
 * executable, the script that its interpreter was given.  The kernel names
 * the first two from the top of their mount namespace; the script is named
 * as the process itself sees it.
 */
#include "beneath.h"
#include "content.h"
#include "live.h"
#include "roots.h"

#include "../host/program.h"
#include "../util/scan.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAPS_MAX (8u << 20)
#define ARGS_MAX (64u << 10)
#define PROGRAM_MAX (UINT64_C(256) << 20)

static void copy(struct root *ro, struct str path, int fd, const struct meta *m)
{
	struct content c = { .path = path,
			     .prefix = str_of(ro->prefix),
			     .fd = fd,
			     .meta = *m,
			     .max = PROGRAM_MAX };
	struct buf name = { 0 };

	buf_puts(&name, ro->prefix);
	buf_str(&name, path);
	if (!map_get(&ro->host->scene->done, buf_view(&name)) &&
	    root_room(ro, path, m->size)) {
		content_copy(&ro->run, &c);
		if (c.state != PROBE_COLLECTED)
			run_status(&ro->run, "roots", NULL, buf_view(&name),
				   c.state, c.errnum, 0, c.bytes, 0);
	}
	buf_free(&name);
}

static void could_not(struct root *ro, struct str path, int errnum)
{
	struct buf name = { 0 };
	enum probe_state s = run_state_of(errnum);

	if (s == PROBE_ABSENT) /* deleted ones are recovered elsewhere */
		return;
	if (errnum == EREMOTE || errnum == EINVAL)
		s = PROBE_SKIPPED;
	buf_puts(&name, ro->prefix);
	buf_str(&name, path);
	run_status(&ro->run, "roots", NULL, buf_view(&name), s, errnum, 0, 0,
		   0);
	buf_free(&name);
}

static void one(struct root *ro, struct str path)
{
	struct place p;
	struct str real;
	bool added;
	int fd;

	(void)map_put(&ro->run.named, path, &added);
	if (!added || path.n < 2 || path.p[0] != '/' ||
	    str_ends(path, STR(" (deleted)")))
		return;
	if (beneath(&ro->run, path, true, &p) < 0) {
		could_not(ro, path, errno);
		return;
	}
	real = buf_view(&p.real);
	(void)map_put(&ro->run.seen, real, &added);
	fd = added && S_ISREG(p.meta.mode) ? place_open(&ro->run, &p) : -1;
	if (fd >= 0) {
		if (root_look(ro, real, fd, &p.meta, true))
			copy(ro, real, fd, &p.meta);
		close(fd);
	} else if (added && S_ISREG(p.meta.mode)) {
		could_not(ro, real, errno);
	}
	place_close(&p);
}

/* 55d0-55d1 r-xp 00000000 fe:00 1234   /usr/bin/x */
static void mapped(struct root *ro, int dir)
{
	struct buf text = { 0 };
	struct str left;

	if (live_read(dir, "maps", MAPS_MAX, &text) < 0)
		return;
	for (left = buf_view(&text); left.p && left.n;) {
		struct scan s = scan_of(str_cut(&left, '\n'));
		struct str perms;

		(void)scan_word(&s); /* addresses */
		(void)scan_blank(&s);
		perms = scan_word(&s);
		if (perms.n < 3 || perms.p[2] != 'x')
			continue;
		for (int i = 0; i < 3; i++) { /* offset, device, inode */
			(void)scan_blank(&s);
			(void)scan_word(&s);
		}
		(void)scan_blank(&s);
		one(ro, s.s);
	}
	buf_free(&text);
}

/* root, cwd and the words as the process has them, below its own root */
static void script(struct root *ro, int dir, struct str exe)
{
	char root[LIVE_LINK_MAX + 1], cwd[LIVE_LINK_MAX + 1];
	struct buf args = { 0 }, path = { 0 };
	struct str left, w;

	if (!program_is_interpreter(exe) || live_link(dir, "root", root) < 0 ||
	    live_link(dir, "cwd", cwd) < 0 ||
	    live_read(dir, "cmdline", ARGS_MAX, &args) < 0) {
		buf_free(&args);
		return;
	}
	left = buf_view(&args);
	(void)str_cut(&left, '\0');
	do {
		w = str_cut(&left, '\0');
	} while (left.p && w.n && w.p[0] == '-');
	if (w.n && w.p[0] == '/' && strcmp(root, "/") != 0)
		buf_puts(&path, root);
	else if (w.n && w.p[0] != '/')
		buf_fmt(&path, "%s/", cwd);
	buf_str(&path, w);
	if (w.n)
		one(ro, buf_view(&path));
	buf_free(&args);
	buf_free(&path);
}

void root_process(struct root *ro, uint32_t pid)
{
	int dir = live_pid(ro->host->env->proc, pid);
	char exe[LIVE_LINK_MAX + 1], what[32];

	if (dir < 0)
		return;
	snprintf(what, sizeof(what), "%u", pid);
	run_touch(&ro->run, 0, str_of(what));
	if (live_ns(dir, "mnt") == ro->inode &&
	    live_link(dir, "exe", exe) > 0) {
		one(ro, str_of(exe));
		script(ro, dir, str_of(exe));
		run_touch(&ro->run, 0, str_of(what));
		mapped(ro, dir);
	}
	close(dir);
}
