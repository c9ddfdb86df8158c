/*
 * bpf_held.c - who keeps eBPF objects: descriptors of processes (fdinfo names
 * the id), pins below every bpffs, programs attached to control groups.
 */
#define _GNU_SOURCE
#include "bpf.h"
#include "live.h"

#include "../host/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MOUNTS_MAX_BYTES (16u << 20)
#define HOLDERS_MAX 262144u
#define NAMES_MAX 65536u /* pins and control groups looked at */
#define DEPTH_MAX 32
#define CGROUP_PROGRAMS 64

struct seek {
	const struct collect_env *env;
	struct bpf_held *held;
	uint64_t dev[16]; /* of bpffs that were walked */
	size_t ndev, names;
};

static struct bpf_holder *add(struct bpf_held *h, enum bpf_what what,
			      uint32_t id, uint32_t pid)
{
	if (id == 0 || h->n == HOLDERS_MAX)
		return &h->none;
	vec_grow(&h->holder, &h->cap, h->n + 1, sizeof *h->holder);
	h->holder[h->n] =
		(struct bpf_holder){ .what = what, .id = id, .pid = pid };
	return &h->holder[h->n++];
}

/* "prog_id:\t12" */
static uint32_t number_of(struct str text, const char *key)
{
	uint64_t v;

	while (text.p && text.n) {
		struct str line = str_cut(&text, '\n');
		struct str k = str_cut(&line, ':');

		if (str_is(k, key) && str_u64(str_trim(line), &v) &&
		    v <= UINT32_MAX)
			return (uint32_t)v;
	}
	return 0;
}

static void of_fd(struct bpf_held *h, int dir, uint32_t pid, uint32_t fd,
		  struct str link)
{
	struct buf text = { 0 };
	char name[32];

	if (str_is(link, "anon_inode:[perf_event]")) {
		uint32_t id = bpf_of_task_fd(pid, fd);

		/* without this call (before 4.18), and for programs that only
		 * overflow runs, no one knows */
		h->unseen += id == 0 && (errno == EINVAL || errno == EPERM ||
					 errno == EOPNOTSUPP);
		add(h, BPF_PROGRAM, id, pid);
		return;
	}
	if (!str_starts(link, STR("anon_inode:bpf")) &&
	    !str_starts(link, STR("anon_inode:[bpf")))
		return;
	snprintf(name, sizeof name, "fdinfo/%u", fd);
	if (live_read(dir, name, 65536, &text) >= 0) {
		struct str t = buf_view(&text);
		uint32_t prog = number_of(t, "prog_id");

		if (!prog)
			prog = bpf_of_task_fd(pid, fd);
		add(h, BPF_PROGRAM, prog, pid);
		add(h, BPF_MAP, number_of(t, "map_id"), pid);
		add(h, BPF_LINK, number_of(t, "link_id"), pid);
		add(h, BPF_BTF, number_of(t, "btf_id"), pid);
	}
	buf_free(&text);
}

static void of_process(struct seek *s, uint32_t pid)
{
	int dir = live_pid(s->env->proc, pid);
	uint32_t *fd;
	size_t n;

	if (dir < 0)
		return;
	if (live_numbers(dir, "fd", &fd, &n) < 0) {
		s->held->denied += errno == EACCES || errno == EPERM;
		close(dir);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char name[32], link[LIVE_LINK_MAX + 1];
		ssize_t len;

		snprintf(name, sizeof name, "fd/%u", fd[i]);
		len = live_link(dir, name, link);
		if (len > 0)
			of_fd(s->held, dir, pid, fd[i],
			      str_mem(link, (size_t)len));
	}
	free(fd);
	close(dir);
}

static void of_processes(struct seek *s)
{
	uint32_t *pid;
	size_t n;

	if (live_numbers(s->env->proc, ".", &pid, &n) < 0) {
		s->held->denied++;
		return;
	}
	for (size_t i = 0; i < n; i++)
		of_process(s, pid[i]);
	free(pid);
}

static void text_of(struct bpf_held *h, struct bpf_holder *b, const char *text)
{
	b->text = h->text.n;
	b->ntext = strlen(text);
	buf_puts(&h->text, text);
}

/*
 * What a pin is, without opening it: opening an iterator runs its program.
 * The path leads through the private clone, whose accesses leave no time.
 */
static void of_pin(struct seek *s, const char *path)
{
	union {
		struct bpf_prog_info prog;
		struct bpf_map_info map;
		struct bpf_link_info link;
	} info;
	enum bpf_what what[] = { BPF_PROGRAM, BPF_MAP, BPF_LINK };
	char at[PATH_MAX + 64], link[LIVE_LINK_MAX + 1];
	struct str kind;
	uint32_t id;
	int fd;

	snprintf(at, sizeof at, "/proc/self/fd/%d%s", s->env->root, path);
	fd = bpf_by_path(at);
	if (fd < 0) {
		s->held->unseen++;
		return;
	}
	snprintf(at, sizeof at, "self/fd/%d", fd);
	kind = live_link(s->env->proc, at, link) > 0 ? str_of(link) : STR_NONE;
	memset(&info, 0, sizeof info);
	if (bpf_info(fd, &info, sizeof info) == 0) {
		int k = str_has(kind, STR("prog"))  ? 0
			: str_has(kind, STR("map")) ? 1
						    : 2;

		/* type and id stand first; a program's and a map's alike */
		id = k == 0   ? info.prog.id
		     : k == 1 ? info.map.id
			      : info.link.id;
		text_of(s->held, add(s->held, what[k], id, 0), path);
		s->held->pins++;
	}
	close(fd);
}

static void of_cgroup(struct seek *s, int dir, const char *path)
{
	/* attach types of control groups, linux/bpf.h */
	static const uint8_t attach[] = { 0,  1,  2,  3,  6,  8,  9,  10,
					  11, 12, 13, 14, 15, 18, 19, 20,
					  21, 22, 29, 30, 31, 32, 34, 43 };

	for (size_t i = 0; i < sizeof attach; i++) {
		uint32_t id[CGROUP_PROGRAMS];
		int n = bpf_of_cgroup(dir, attach[i], id, CGROUP_PROGRAMS);

		for (int k = 0; k < n; k++) {
			struct bpf_holder *b =
				add(s->held, BPF_PROGRAM, id[k], 0);
			char text[PATH_MAX + 64];

			snprintf(text, sizeof text, "cgroup %s %s", path,
				 bpf_attach_type(attach[i]));
			b->attached = true;
			text_of(s->held, b, text);
		}
	}
}

/* Every entry below `path' of the root, directories first to last. */
static void walk(struct seek *s, const char *path, bool cgroups, int depth)
{
	int dir = live_open_in(s->env->root, path,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf names = { 0 };
	struct str left;
	struct statvfs v;

	if (dir < 0)
		return;
	if (cgroups)
		of_cgroup(s, dir, path);
	else if (fstatvfs(dir, &v) < 0 ||
		 !(v.f_flag & (ST_NOATIME | ST_RDONLY)))
		s->held->unseen++; /* asking would leave its time */
	else if (live_list(dir, ".", &names) < 0)
		s->held->unseen++;
	if (cgroups)
		(void)live_list(dir, ".", &names);
	for (left = buf_view(&names); left.p && left.n && depth < DEPTH_MAX;) {
		struct str name = str_cut(&left, '\0');
		char next[PATH_MAX];
		struct stat st;

		if (name.n == 0 || s->names == NAMES_MAX ||
		    fstatat(dir, name.p, &st,
			    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0 ||
		    snprintf(next, sizeof next, "%s/%s", path, name.p) >=
			    (int)sizeof next)
			continue;
		if (S_ISDIR(st.st_mode)) {
			s->names++;
			walk(s, next, cgroups, depth + 1);
		} else if (!cgroups) {
			s->names++;
			of_pin(s, next);
		}
	}
	buf_free(&names);
	close(dir);
}

static bool first_time(struct seek *s, const struct mount *m)
{
	uint64_t dev = (uint64_t)m->major << 32 | m->minor;

	for (size_t i = 0; i < s->ndev; i++)
		if (s->dev[i] == dev)
			return false;
	if (s->ndev < sizeof s->dev / sizeof s->dev[0])
		s->dev[s->ndev++] = dev;
	return true;
}

static void of_mounts(struct seek *s, int dir, const char *file, bool ours,
		      bool cgroups)
{
	struct mounts_options opt = { .root = STR("/") };
	struct buf text = { 0 };
	struct arena a = { 0 };
	struct mounts m = { 0 };

	if (live_read(dir, file, MOUNTS_MAX_BYTES, &text) >= 0 &&
	    (str_has(buf_view(&text), STR(" - bpf ")) ||
	     str_has(buf_view(&text), STR(" - cgroup2 "))))
		mounts_read(buf_view(&text), &opt, &a, &m);
	for (size_t i = 0; i < m.nmount; i++) {
		const struct mount *x = &m.mount[i];
		bool groups = str_is(x->type, "cgroup2");

		if ((!groups && !str_is(x->type, "bpf")) ||
		    (groups && (!cgroups || !ours)) || !first_time(s, x))
			continue;
		if (!ours)
			s->held->unseen++;
		else
			walk(s, arena_cstr(&a, x->point), groups, 0);
	}
	arena_free(&a);
	buf_free(&text);
}

static int by_object(const void *a, const void *b)
{
	const struct bpf_holder *x = a, *y = b;

	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->text < y->text ? -1 : x->text > y->text;
}

void bpf_held_read(const struct collect_env *env, bool cgroups,
		   struct bpf_held *h)
{
	struct seek s = { .env = env, .held = h };
	uint64_t ours = 0, seen[256];
	size_t nseen = 0, n;
	uint32_t *pid;

	of_processes(&s);
	of_mounts(&s, env->proc, "self/mountinfo", true, cgroups);
	if (live_numbers(env->proc, ".", &pid, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		int dir = live_pid(env->proc, pid[i]);
		uint64_t ns = dir < 0 ? 0 : live_ns(dir, "mnt");
		bool known = ns == 0 || ns == ours || nseen == 256;

		for (size_t k = 0; k < nseen && !known; k++)
			known = seen[k] == ns;
		if (!known) {
			seen[nseen++] = ns;
			of_mounts(&s, dir, "mountinfo", false, false);
		}
		if (dir >= 0)
			close(dir);
	}
	free(pid);
	if (h->n)
		qsort(h->holder, h->n, sizeof *h->holder, by_object);
}

void bpf_held_free(struct bpf_held *h)
{
	free(h->holder);
	buf_free(&h->text);
	*h = (struct bpf_held){ 0 };
}

bool bpf_is_held(const struct bpf_held *h, enum bpf_what what, uint32_t id)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->holder[i].what == what && h->holder[i].id == id)
			return true;
	return false;
}
