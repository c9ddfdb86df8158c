/*
 * modules.c - kernel modules: /proc/modules beside what /sys/module shows.
 * A loaded module has `initstate' there (built-in ones have not); one that
 * has, but is not in the list, stands in a row with listed = false.
 *   name size refcount users state address [(taint)]
 */
#include "live.h"
#include "probe.h"
#include "row.h"

#include "../util/map.h"
#include "../util/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TEXT_MAX (4u << 20)

struct modules {
	struct probe_run *run;
	int sys; /* /sys/module, -1 */
	struct map listed;
	struct buf row, list, text;
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
	char path[320];

	if (m->sys < 0 || name.n > 255 || str_chr(name, '/') != (size_t)-1)
		return STR_NONE;
	snprintf(path, sizeof path, STR_FMT "/%s", STR_ARG(name), file);
	if (live_read(m->sys, path, 4096, &m->text) < 0)
		return STR_NONE;
	return str_trim(buf_view(&m->text));
}

static void send(struct modules *m)
{
	json_close(&m->row);
	probe_row(m->run, "modules", buf_view(&m->row));
	m->count++;
}

static struct buf *open_row(struct modules *m, struct str name, bool listed)
{
	buf_clear(&m->row);
	json_open(&m->row);
	row_str(&m->row, KEY_FILE_NAME, name);
	row_bool(&m->row, KEY_K_MODULE_LISTED, listed);
	return &m->row;
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
	struct str name = word(&c), users, state, taint;
	struct buf *row;
	uint64_t size = 0;

	if (name.n == 0)
		return;
	(void)map_put(&m->listed, name, NULL);
	(void)str_u64(word(&c), &size);
	(void)word(&c);
	users = word(&c);
	state = word(&c);
	taint = sys_text(m, name, "taint");
	row = open_row(m, name, true);
	row_u64(row, KEY_FILE_SIZE, size);
	row_str(row, KEY_K_MODULE_STATE, state);
	if (taint.n)
		row_str(row, KEY_K_MODULE_TAINT, taint);
	users_row(m, users);
	send(m);
}

static void unlisted(struct modules *m)
{
	struct buf names = { 0 };
	struct str left;

	if (m->sys < 0 || live_list(m->sys, ".", &names) < 0)
		return;
	for (left = buf_view(&names); left.p && left.n;) {
		struct str name = str_cut(&left, '\0');
		struct str state, taint;

		if (name.n == 0 || map_get(&m->listed, name))
			continue;
		state = sys_text(m, name, "initstate");
		if (state.n == 0)
			continue;
		open_row(m, name, false);
		row_str(&m->row, KEY_K_MODULE_STATE, state);
		taint = sys_text(m, name, "taint");
		if (taint.n)
			row_str(&m->row, KEY_K_MODULE_TAINT, taint);
		send(m);
	}
	buf_free(&names);
}

static void run_modules(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct modules m = { .run = run };
	struct buf text = { 0 };
	struct str left;
	int rc, errnum;

	if (!probe_item(run, 1, STR("/proc/modules")))
		return;
	m.sys = live_open_in(env->root, "sys/module",
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = live_read(env->proc, "modules", TEXT_MAX, &text);
	errnum = errno;
	for (left = buf_view(&text); left.p && left.n;)
		line_row(&m, str_cut(&left, '\n'));
	/* without modules in this kernel there is no such file */
	if (rc >= 0 || errnum != ENOENT)
		unlisted(&m);
	if (rc > 0)
		probe_status(run, STR("/proc/modules"), PROBE_TRUNCATED, 0, 0,
			     0);
	probe_status(run, STR_NONE,
		     rc >= 0            ? PROBE_COLLECTED
		     : errnum == ENOENT ? PROBE_ABSENT
		     : errnum == EACCES ? PROBE_DENIED
		     : errnum == EPERM  ? PROBE_DENIED
					: PROBE_FAILED,
		     rc >= 0 ? 0 : errnum, m.count, text.n);
	if (m.sys >= 0)
		close(m.sys);
	map_free(&m.listed);
	buf_free(&m.row);
	buf_free(&m.list);
	buf_free(&m.text);
	buf_free(&text);
}

const struct probe probe_modules = {
	.name = "modules",
	.title = "kernel modules, and those that only /sys shows",
	.title_ja = "カーネルモジュール（/sys にのみ現れるものを含む）",
	.stream = "live/modules",
	.reads = "/proc/modules, /sys/module/*/{initstate,taint}",
	.live_only = true,
	.run = run_modules,
};
