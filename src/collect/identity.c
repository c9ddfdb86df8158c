/*
 * identity.c - which host this is: names, ids, system and zone, by plain
 * reads below the root; alive, uname and procfs too.
 */
#include "live.h"
#include "manifest.h"
#include "../host/tzif.h"
#include "../util/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)

static void first_line(int root, const char *path, struct buf *out)
{
	struct buf text = { 0 };
	struct str left;

	if (out->n == 0 && live_read_in(root, path, TEXT_MAX, &text) >= 0) {
		left = buf_view(&text);
		buf_str(out, str_trim(str_cut(&left, '\n')));
	}
	buf_free(&text);
}

struct str os_release_value(struct str text, struct str key)
{
	while (text.p && text.n) {
		struct str v = str_cut(&text, '\n'), k = str_cut(&v, '=');

		if (!v.p || !str_eq(str_trim(k), key))
			continue;
		v = str_trim(v);
		if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
		    v.p[v.n - 1] == v.p[0])
			v = str_head(str_skip(v, 1), v.n - 2);
		return v;
	}
	return STR_NONE;
}

static void os_release(int root, struct host_identity *id)
{
	struct buf text = { 0 };
	struct str t, name;

	if (live_read_in(root, "etc/os-release", TEXT_MAX, &text) < 0 &&
	    live_read_in(root, "usr/lib/os-release", TEXT_MAX, &text) < 0) {
		buf_free(&text);
		return;
	}
	t = buf_view(&text);
	name = os_release_value(t, STR("PRETTY_NAME"));
	if (name.n == 0)
		name = os_release_value(t, STR("NAME"));
	buf_str(&id->os_id, os_release_value(t, STR("ID")));
	buf_str(&id->os_name, name);
	buf_str(&id->os_version, os_release_value(t, STR("VERSION_ID")));
	buf_free(&text);
}

/* Of a dead system: what its shell was built for. */
static void elf_architecture(int root, struct buf *out)
{
	static const struct {
		unsigned machine;
		const char *name;
	} known[] = { { 3, "i686" },     { 21, "ppc64le" }, { 22, "s390x" },
		      { 40, "armv7l" },  { 62, "x86_64" },  { 183, "aarch64" },
		      { 243, "riscv64" } };
	int fd =
		live_open_in(root, "bin/sh", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char h[20];
	unsigned machine;
	ssize_t n;

	if (fd < 0)
		return;
	n = pread(fd, h, sizeof h, 0);
	close(fd);
	if (n != (ssize_t)sizeof h || memcmp(h, "\177ELF", 4) != 0)
		return;
	machine = h[5] == 2 ? (unsigned)h[18] << 8 | h[19]
			    : (unsigned)h[19] << 8 | h[18];
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].machine == machine)
			buf_puts(out, known[i].name);
}

/* What follows zoneinfo/ in the target of /etc/localtime. */
static void zone_name(int root, struct buf *out)
{
	int etc = live_open_in(root, "etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char link[LIVE_LINK_MAX + 1];
	size_t at;
	ssize_t n;

	if (etc >= 0) {
		n = live_link(etc, "localtime", link);
		close(etc);
		at = n > 0 ? str_find(str_of(link), STR("zoneinfo/"))
			   : (size_t)-1;
		if (at != (size_t)-1)
			buf_puts(out, link + at + 9);
	}
	first_line(root, "etc/timezone", out);
}

static void zone(int root, int64_t now_ns, struct host_identity *id)
{
	struct buf text = { 0 };
	struct arena arena;
	struct tz tz;

	arena_init(&arena, 0);
	zone_name(root, &id->zone);
	if (live_read_in(root, "etc/localtime", TEXT_MAX, &text) >= 0 &&
	    tz_read(buf_view(&text), &arena, &tz))
		id->offset_s = tz_offset(&tz, ts_s(now_ns));
	arena_free(&arena);
	buf_free(&text);
}

static void alive(const struct collect_env *env, struct host_identity *id)
{
	struct buf text = { 0 };
	struct utsname u;

	if (uname(&u) == 0) {
		buf_puts(&id->hostname, u.nodename);
		buf_puts(&id->kernel, u.release);
		buf_puts(&id->architecture, u.machine);
	}
	first_line(env->root, "sys/class/dmi/id/product_uuid", &id->dmi_uuid);
	if (env->proc >= 0 &&
	    live_read(env->proc, "sys/kernel/random/boot_id", 256, &text) >= 0)
		buf_str(&id->boot_id, str_trim(buf_view(&text)));
	buf_free(&text);
}

void host_identify(const struct collect_env *env, int64_t now_ns,
		   struct host_identity *id)
{
	*id = (struct host_identity){ 0 };
	if (env->live)
		alive(env, id);
	else
		elf_architecture(env->root, &id->architecture);
	first_line(env->root, "etc/hostname", &id->hostname);
	first_line(env->root, "etc/machine-id", &id->machine_id);
	first_line(env->root, "var/lib/dbus/machine-id", &id->machine_id);
	os_release(env->root, id);
	zone(env->root, now_ns, id);
	root_fs_uuid(env, &id->root_fs_uuid);
}

void host_identity_free(struct host_identity *id)
{
	struct buf *all[] = { &id->hostname,     &id->machine_id, &id->dmi_uuid,
			      &id->root_fs_uuid, &id->boot_id,    &id->os_id,
			      &id->os_name,      &id->os_version, &id->kernel,
			      &id->architecture, &id->zone };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		buf_free(all[i]);
}
