/*
 * modules.c - kernel modules: what each says of itself, and which parts of
 * the kernel name it.  What lacks in the list or in sysfs three times over
 * 100 ms is stated as hidden; loading and removing take less, or say so.
 *   name size refcount users state address [(taint)]
 */
#include "live.h"
#include "modules_view.h"
#include "row.h"
#include "taint.h"

#include "../util/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ROUNDS 3
#define PAUSE_NS 60000000
#define DEP_MAX (16u << 20)
#define PARAMETERS_MAX 128u
#define PARAMETER_LEN 256

struct modules {
	struct probe_run *run;
	int sys;                /* /sys/module, -1 */
	struct module_views at; /* at first */
	struct map missing;     /* name -> views that always lacked it */
	struct map dep;         /* name -> offset of its path in deps, + 1 */
	struct buf deps, row, list, text;
	char release[65];
	uint32_t carried; /* letters of taint that some module has, A = bit 0 */
	uint64_t count;
};

static struct str word(struct scan *s)
{
	(void)scan_blank(s);
	return scan_word(s);
}

/* /sys/module/<name>/<file>, trimmed; empty when there is none. */
static struct str sys_text(struct modules *m, struct str name, const char *file)
{
	char path[600];

	if (m->sys < 0 || name.n > 255 || str_chr(name, '/') != (size_t)-1)
		return STR_NONE;
	snprintf(path, sizeof path, STR_FMT "/%s", STR_ARG(name), file);
	if (live_read(m->sys, path, 4096, &m->text) < 0)
		return STR_NONE;
	return str_trim(buf_view(&m->text));
}

/* "kernel/net/foo-bar.ko.xz: …" is foo_bar */
static void dep_line(struct modules *m, size_t off, struct str line)
{
	struct str path = str_cut(&line, ':'), base = str_base(path);
	char name[256];

	base = str_cut(&base, '.');
	if (base.n == 0 || base.n > sizeof name)
		return;
	for (size_t i = 0; i < base.n; i++)
		name[i] = base.p[i] == '-' ? '_' : base.p[i];
	*map_put(&m->dep, str_mem(name, base.n), NULL) = off + 1;
}

static void read_dep(struct modules *m, const struct collect_env *env)
{
	struct utsname u;
	char path[128];
	struct str left;

	if (uname(&u) < 0)
		return;
	snprintf(m->release, sizeof m->release, "%s", u.release);
	snprintf(path, sizeof path, "lib/modules/%s/modules.dep", m->release);
	if (live_read_in(env->root, path, DEP_MAX, &m->deps) < 0) {
		probe_status(m->run, STR("modules.dep"), PROBE_ABSENT, errno, 0,
			     0);
		return;
	}
	for (left = buf_view(&m->deps); left.p && left.n;) {
		size_t off = (size_t)(left.p - m->deps.p);

		dep_line(m, off, str_cut(&left, '\n'));
	}
}

static void path_row(struct modules *m, struct str name)
{
	const uint64_t *off = map_get(&m->dep, name);
	struct buf path = { 0 };
	struct str rel;

	if (m->dep.nitem == 0)
		return;
	row_bool(&m->row, KEY_K_MODULE_INDEXED, off != NULL);
	if (!off)
		return;
	rel = str_skip(buf_view(&m->deps), *off - 1);
	rel = str_cut(&rel, ':');
	buf_fmt(&path, "/lib/modules/%s/" STR_FMT, m->release, STR_ARG(rel));
	row_str(&m->row, KEY_FILE_PATH, buf_view(&path));
	row_str(&m->row, KEY_FILE_TYPE, STR("file"));
	buf_free(&path);
}

/* An ELF note: 4 namesz, 4 descsz, 4 type, "GNU\0", the id */
static void build_id(struct modules *m, struct str name)
{
	struct str note;
	struct buf hex = { 0 };
	char path[600];

	if (m->sys < 0)
		return;
	snprintf(path, sizeof path, STR_FMT "/notes/.note.gnu.build-id",
		 STR_ARG(name));
	if (live_read(m->sys, path, 4096, &m->text) < 0)
		return;
	note = str_skip(buf_view(&m->text), 16);
	if (note.n == 0 || note.n > 64)
		return;
	buf_hex(&hex, note.p, note.n);
	row_str(&m->row, KEY_K_MODULE_BUILD_ID, buf_view(&hex));
	buf_free(&hex);
}

static void parameters(struct modules *m, struct str name)
{
	struct buf names = { 0 }, text = { 0 };
	struct str left;
	char dir[300];
	unsigned n = 0;

	snprintf(dir, sizeof dir, STR_FMT "/parameters", STR_ARG(name));
	buf_clear(&m->list);
	if (m->sys < 0 || live_list(m->sys, dir, &names) < 0)
		return;
	for (left = buf_view(&names); left.p && left.n && n < PARAMETERS_MAX;) {
		struct str p = str_cut(&left, '\0');
		char file[600];

		if (p.n == 0)
			continue;
		snprintf(file, sizeof file, "%s/" STR_FMT, dir,
			 STR_ARG(str_head(p, 255)));
		buf_str(&m->list, p);
		if (live_read(m->sys, file, PARAMETER_LEN, &text) >= 0) {
			buf_c(&m->list, '=');
			buf_str(&m->list, str_trim(buf_view(&text)));
		}
		buf_c(&m->list, '\0');
		n++;
	}
	row_key_list(&m->row, KEY_K_MODULE_PARAMETERS, buf_view(&m->list));
	buf_free(&names);
	buf_free(&text);
}

static void views_row(struct modules *m, enum key key, uint64_t bits)
{
	buf_clear(&m->list);
	for (unsigned v = 0; v < MODULE_VIEWS; v++)
		if (bits >> v & 1)
			list_add(&m->list, str_of(module_view_name[v]));
	row_key_list(&m->row, key, buf_view(&m->list));
}

static void letters(struct modules *m, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			m->carried |= 1u << (s.p[i] - 'A');
}

static const struct {
	const char *file;
	enum key key;
} said[] = {
	{ "version", KEY_K_MODULE_VERSION },
	{ "srcversion", KEY_K_MODULE_SRCVERSION },
	{ "taint", KEY_K_MODULE_TAINT },
};

/* What sysfs and modules.dep say, and who names it. */
static void rest_row(struct modules *m, struct str name)
{
	const uint64_t *lacks = map_get(&m->missing, name);
	const uint64_t *bits = map_get(&m->at.name, name);

	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		struct str v = sys_text(m, name, said[i].file);

		if (v.n)
			row_str(&m->row, said[i].key, v);
		if (said[i].key == KEY_K_MODULE_TAINT)
			letters(m, v);
	}
	build_id(m, name);
	parameters(m, name);
	path_row(m, name);
	if (bits)
		views_row(m, KEY_K_MODULE_VIEWS, *bits);
	if (lacks) {
		views_row(m, KEY_K_MODULE_MISSING, *lacks);
		row_bool(&m->row, KEY_K_MODULE_HIDDEN,
			 *lacks & (1u << VIEW_LIST | 1u << VIEW_SYSFS));
	}
	json_close(&m->row);
	probe_row(m->run, "modules", buf_view(&m->row));
	m->count++;
}

static void open_row(struct modules *m, struct str name, bool listed)
{
	buf_clear(&m->row);
	json_open(&m->row);
	row_str(&m->row, KEY_FILE_NAME, name);
	row_bool(&m->row, KEY_K_MODULE_LISTED, listed);
}

static void users_row(struct modules *m, struct str users)
{
	buf_clear(&m->list);
	while (users.p && users.n) {
		struct str u = str_cut(&users, ',');

		if (u.n && !str_is(u, "-"))
			list_add(&m->list, u);
	}
	row_key_list(&m->row, KEY_K_MODULE_USED_BY, buf_view(&m->list));
}

static void line_row(struct modules *m, struct str line)
{
	struct scan c = scan_of(line);
	struct str name = word(&c);
	uint64_t n = 0;

	if (name.n == 0)
		return;
	open_row(m, name, true);
	if (str_u64(word(&c), &n))
		row_u64(&m->row, KEY_FILE_SIZE, n);
	if (str_u64(word(&c), &n))
		row_u64(&m->row, KEY_K_MODULE_REFCOUNT, n);
	users_row(m, word(&c));
	row_str(&m->row, KEY_K_MODULE_STATE, word(&c));
	(void)word(&c);
	letters(m, word(&c)); /* "(OE)" */
	rest_row(m, name);
}

/* In order of their names, whatever view gave them. */
static void unlisted(struct modules *m)
{
	for (size_t i = 0; i < m->at.name.nitem; i++) {
		const struct map_item *it = &m->at.name.item[i];
		struct str state;

		if (it->value & 1u << VIEW_LIST)
			continue;
		/* without a list to lack in it is what one view alone says */
		if (m->at.have & 1u << VIEW_LIST &&
		    !map_get(&m->missing, it->key))
			continue;
		open_row(m, it->key, false);
		state = sys_text(m, it->key, "initstate");
		if (state.n)
			row_str(&m->row, KEY_K_MODULE_STATE, state);
		rest_row(m, it->key);
	}
}

/* Names that this view of things always lacks. */
static void compare(struct modules *m, const struct module_views *v, bool first)
{
	for (size_t i = 0; first && i < v->name.nitem; i++) {
		unsigned lacks = module_views_missing(v, v->name.item[i].key);

		if (lacks)
			*map_put(&m->missing, v->name.item[i].key, NULL) =
				lacks;
	}
	for (size_t i = 0; !first && i < m->missing.nitem; i++)
		m->missing.item[i].value &=
			module_views_missing(v, m->missing.item[i].key);
}

static bool some_missing(const struct modules *m)
{
	for (size_t i = 0; i < m->missing.nitem; i++)
		if (m->missing.item[i].value)
			return true;
	return false;
}

static void recheck(struct modules *m, const struct collect_env *env)
{
	struct timespec pause = { 0, PAUSE_NS };
	struct map always = { 0 };

	compare(m, &m->at, true);
	for (int i = 1; i < ROUNDS && some_missing(m); i++) {
		struct module_views again = { 0 };

		(void)nanosleep(&pause, NULL);
		module_views_read(env, &again);
		compare(m, &again, false);
		module_views_free(&again);
	}
	for (size_t i = 0; i < m->missing.nitem; i++)
		if (m->missing.item[i].value)
			*map_put(&always, m->missing.item[i].key, NULL) =
				m->missing.item[i].value;
	map_free(&m->missing);
	m->missing = always;
}

static enum probe_state state_of(int errnum)
{
	return errnum == 0                           ? PROBE_COLLECTED
	       : errnum == ENOENT                    ? PROBE_ABSENT
	       : errnum == EACCES || errnum == EPERM ? PROBE_DENIED
	       : errnum == ENOSYS                    ? PROBE_SKIPPED
						     : PROBE_FAILED;
}

/* Which views there were to compare: one that is missing is not checked. */
static void say_views(struct modules *m)
{
	for (unsigned v = 0; v < MODULE_VIEWS; v++)
		probe_status(m->run, str_of(module_view_path[v]),
			     v == VIEW_LIST && m->at.cut
				     ? PROBE_TRUNCATED
				     : state_of(m->at.errnum[v]),
			     m->at.errnum[v], m->at.count[v], 0);
}

static void run_modules(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct modules m = { .run = run, .at = { .keep_list = true } };
	uint64_t taint;
	struct str left;
	bool tainted;

	if (!probe_item(run, 1, STR("/proc/modules")))
		return;
	/* first: what is loaded meanwhile is in the views, and explains it */
	tainted = taint_read(env->proc, &taint);
	m.sys = live_open_in(env->root, "sys/module",
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	read_dep(&m, env);
	module_views_read(env, &m.at);
	recheck(&m, env);
	for (left = buf_view(&m.at.list); left.p && left.n;)
		line_row(&m, str_cut(&left, '\n'));
	unlisted(&m);
	if (tainted)
		taint_row(run, taint, m.carried, m.at.have & 1u << VIEW_LIST);
	say_views(&m);
	probe_status(run, STR_NONE, state_of(m.at.errnum[VIEW_LIST]),
		     m.at.errnum[VIEW_LIST], m.count, m.at.list.n);
	if (m.sys >= 0)
		close(m.sys);
	module_views_free(&m.at);
	map_free(&m.missing);
	map_free(&m.dep);
	buf_free(&m.deps);
	buf_free(&m.row);
	buf_free(&m.list);
	buf_free(&m.text);
}

const struct probe probe_modules = {
	.name = "modules",
	.title = "kernel modules, by five views of the kernel",
	.title_ja = "カーネルモジュール（5 つの視点で照合）",
	.stream = "live/modules",
	.reads = "/proc/modules, /sys/module/*, /proc/kallsyms, "
		 "/sys/kernel/btf, tracefs/available_filter_functions, "
		 "modules.dep",
	.live_only = true,
	.run = run_modules,
};
