/*
 * modules_view.c - the names of modules by five ways through the kernel.  A
 * module that took itself off the list is left in sysfs, or in the table of
 * symbols, which it would have to patch as well.
 */
#include "modules_view.h"
#include "kallsyms.h"
#include "live.h"
#include "pseudo.h"

#include "../util/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_MAX (4u << 20)
#define FUNCTIONS_MAX (64u << 20)
#define CHUNK 65536
#define NAMES_MAX 65536u /* a host has some hundred modules */

const char *const module_view_name[MODULE_VIEWS] = {
	"list", "sysfs", "symbols", "btf", "functions",
};

const char *const module_view_path[MODULE_VIEWS] = {
	"/proc/modules",
	"/sys/module",
	"/proc/kallsyms",
	"/sys/kernel/btf",
	"tracefs/available_filter_functions",
};

static void put(struct module_views *v, struct str name, enum module_view at)
{
	uint64_t *bits;

	if (name.n == 0 || name.n > 255)
		return;
	if (v->name.nitem >= NAMES_MAX && !map_get(&v->name, name))
		return;
	bits = map_put(&v->name, name, NULL);
	if (*bits >> at & 1)
		return;
	*bits |= UINT64_C(1) << at;
	v->count[at]++;
}

static void done(struct module_views *v, enum module_view at, bool ok)
{
	v->errnum[at] = ok ? 0 : errno;
	if (ok)
		v->have |= 1u << at;
}

/* name size refcount users state address [(taint)] */
static void read_list(const struct collect_env *env, struct module_views *v)
{
	int rc = live_read(env->proc, "modules", LIST_MAX, &v->list);
	struct str left;

	for (left = buf_view(&v->list); left.p && left.n;) {
		struct scan c = scan_of(str_cut(&left, '\n'));
		struct str name = scan_word(&c), state = STR_NONE;

		for (int i = 0; i < 4; i++) {
			(void)scan_blank(&c);
			state = scan_word(&c);
		}
		put(v, name, VIEW_LIST);
		if (name.n &&
		    (str_is(state, "Loading") || str_is(state, "Unloading")))
			(void)map_put(&v->going, name, NULL);
	}
	v->cut |= rc > 0;
	done(v, VIEW_LIST, rc >= 0);
	if (!v->keep_list)
		buf_free(&v->list);
}

static void read_sysfs(const struct collect_env *env, struct module_views *v)
{
	int dir = live_open_in(env->root, "sys/module",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf names = { 0 };
	struct str left;
	bool ok = dir >= 0 && live_list(dir, ".", &names) >= 0;

	for (left = buf_view(&names); ok && left.p && left.n;) {
		struct str name = str_cut(&left, '\0');
		char path[300];
		struct stat st;

		snprintf(path, sizeof path, STR_FMT "/initstate",
			 STR_ARG(str_head(name, 255)));
		if (name.n && fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			put(v, name, VIEW_SYSFS);
	}
	done(v, VIEW_SYSFS, ok);
	if (dir >= 0)
		close(dir);
	buf_free(&names);
}

/*
 * The kernel's own tags: [bpf] for eBPF programs, whose symbols are called
 * bpf_…; [__builtin__ftrace] and [__builtin__kprobes] for trampolines.
 */
static bool of_kernel(struct str module, struct str symbol)
{
	return str_starts(module, STR("__builtin__")) ||
	       (str_is(module, "bpf") && str_starts(symbol, STR("bpf_")));
}

struct tags {
	struct module_views *v;
	struct str last; /* most lines name the module of the line before */
	char name[256];
};

static bool tag(void *arg, const struct ksym *s)
{
	struct tags *t = arg;

	if (s->module.n == 0 || str_eq(s->module, t->last) ||
	    of_kernel(s->module, s->name))
		return true;
	put(t->v, s->module, VIEW_SYMBOLS);
	t->last =
		str_mem(t->name, s->module.n < sizeof t->name ? s->module.n
							      : sizeof t->name);
	memcpy(t->name, s->module.p, t->last.n);
	return true;
}

static void read_symbols(const struct collect_env *env, struct module_views *v)
{
	struct tags t = { .v = v };
	int64_t n = kallsyms_each(env, tag, &t);

	if (n == 0)
		errno = EACCES; /* an empty text: masked */
	done(v, VIEW_SYMBOLS, n > 0);
}

static void read_btf(const struct collect_env *env, struct module_views *v)
{
	int dir = live_open_in(env->root, "sys/kernel/btf",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf names = { 0 };
	struct str left;
	bool ok = dir >= 0 && live_list(dir, ".", &names) >= 0;

	for (left = buf_view(&names); ok && left.p && left.n;) {
		struct str name = str_cut(&left, '\0');

		if (!str_is(name, "vmlinux"))
			put(v, name, VIEW_BTF);
	}
	done(v, VIEW_BTF, ok);
	if (dir >= 0)
		close(dir);
	buf_free(&names);
}

/* "tcp_v4_rcv", "nf_hook [nf_tables]" */
static void function_line(struct module_views *v, struct str line)
{
	struct str symbol = str_cut(&line, ' ');

	if (line.n > 2 && line.p[0] == '[' && line.p[line.n - 1] == ']') {
		line = str_mem(line.p + 1, line.n - 2);
		if (!of_kernel(line, symbol))
			put(v, line, VIEW_FUNCTIONS);
	}
}

static void read_functions(const struct collect_env *env,
			   struct module_views *v)
{
	int dir = pseudo_open(env, "tracefs");
	int fd = dir < 0 ? -1
			 : openat(dir, "available_filter_functions",
				  O_RDONLY | O_CLOEXEC);
	struct buf text = { 0 };
	ssize_t got = -1;
	size_t all = 0;

	while (fd >= 0 && all < FUNCTIONS_MAX &&
	       (got = read(fd, buf_room(&text, CHUNK), CHUNK)) > 0) {
		struct str left;

		text.n += (size_t)got;
		all += (size_t)got;
		left = buf_view(&text);
		while (str_chr(left, '\n') != (size_t)-1)
			function_line(v, str_cut(&left, '\n'));
		text.n = left.n < CHUNK ? left.n : 0;
		memmove(text.p, left.p, text.n);
	}
	done(v, VIEW_FUNCTIONS, fd >= 0 && got >= 0);
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	buf_free(&text);
}

void module_views_read(const struct collect_env *env, struct module_views *v)
{
	read_list(env, v);
	read_sysfs(env, v);
	read_symbols(env, v);
	read_btf(env, v);
	read_functions(env, v);
}

void module_views_free(struct module_views *v)
{
	map_free(&v->name);
	map_free(&v->going);
	buf_free(&v->list);
}

unsigned module_views_missing(const struct module_views *v, struct str name)
{
	const uint64_t *bits = map_get(&v->name, name);
	unsigned must = v->have & (1u << VIEW_LIST | 1u << VIEW_SYSFS |
				   1u << VIEW_SYMBOLS);

	if (!bits || map_get(&v->going, name))
		return 0;
	if (v->count[VIEW_SYMBOLS] == 0)
		must &= ~(1u << VIEW_SYMBOLS); /* a kernel without tags */
	return must & ~(unsigned)*bits;
}
