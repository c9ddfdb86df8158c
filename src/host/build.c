/*
 * build.c - which members say something of the host as a whole, and who
 * reads them.
 */
#include "build.h"

#include <stdlib.h>

#include "../util/buf.h"
#include "../util/glob.h"
#include "hostid.h"
#include "initscripts.h"
#include "kept.h"
#include "konseki/archive.h"
#include "layers.h"
#include "manifest_in.h"
#include "osrelease.h"
#include "passwd.h"
#include "pkgfiles.h"
#include "units.h"

#define MAX_ACCOUNTS 65536
#define MAX_NAME 256
#define ZONEINFO "/usr/share/zoneinfo/"

struct zonefile {
	struct str name, tzif;
};

struct context_draft {
	struct manifest manifest;
	struct str hostname, machine_id, zone_name;
	bool has_localtime;
	struct tz local;
	struct zonefile *zone;
	size_t nzone, capzone;
	bool os_release;
	struct pkgfiles pkgfiles;
};

void context_init(struct context *c)
{
	*c = (struct context){ .collected_ns = INT64_MIN,
			       .collected_end_ns = INT64_MIN };
	c->draft = xmalloc(sizeof(*c->draft));
	c->draft->manifest.realtime_ns = INT64_MIN;
}

/* --- one reader per kind of member ----------------------------------- */

static void take_manifest(struct context *c, struct str path, struct str data)
{
	(void)path;
	if (manifest_read(data, &c->arena, &c->draft->manifest))
		c->have |= CTX_MANIFEST;
}

static void take_passwd(struct context *c, struct str path, struct str data)
{
	(void)path;
	while (data.p && c->naccount < MAX_ACCOUNTS) {
		struct passwd p;
		struct account *a;

		if (!passwd_line(str_cut(&data, '\n'), &p))
			continue;
		vec_grow(&c->account, &c->capaccount, c->naccount + 1,
			 sizeof(*c->account));
		a = &c->account[c->naccount++];
		a->name = arena_dup(&c->arena, p.name);
		a->gecos = arena_dup(&c->arena, p.gecos);
		a->home = arena_dup(&c->arena, p.home);
		a->shell = arena_dup(&c->arena, p.shell);
		a->uid = p.uid;
		a->gid = p.gid;
		c->have |= CTX_ACCOUNTS;
	}
}

static void take_group(struct context *c, struct str path, struct str data)
{
	(void)path;
	while (data.p && c->ngroup < MAX_ACCOUNTS) {
		struct group g;

		if (!group_line(str_cut(&data, '\n'), &g))
			continue;
		vec_grow(&c->group, &c->capgroup, c->ngroup + 1,
			 sizeof(*c->group));
		c->group[c->ngroup].name = arena_dup(&c->arena, g.name);
		c->group[c->ngroup++].gid = g.gid;
	}
}

static struct str first_line(struct context *c, struct str data)
{
	struct str line = str_trim(str_cut(&data, '\n'));

	return arena_dup(&c->arena, str_head(line, MAX_NAME));
}

static void take_hostname(struct context *c, struct str path, struct str data)
{
	(void)path;
	c->draft->hostname = first_line(c, data);
}

static void take_machine_id(struct context *c, struct str path, struct str data)
{
	(void)path;
	c->draft->machine_id = first_line(c, data);
}

static void take_timezone(struct context *c, struct str path, struct str data)
{
	(void)path;
	c->draft->zone_name = first_line(c, data);
}

static void take_os_release(struct context *c, struct str path, struct str data)
{
	/* /etc wins over /usr/lib */
	if (c->draft->os_release && !str_starts(path, STR("/etc/")))
		return;
	c->draft->os_release = true;
	c->os_name = osrelease_get(data, "NAME", &c->arena);
	c->os_version = osrelease_get(data, "VERSION", &c->arena);
}

static void take_localtime(struct context *c, struct str path, struct str data)
{
	(void)path;
	c->draft->has_localtime = tz_read(data, &c->arena, &c->draft->local);
}

/* Kept whole until the zone's name is known. */
static void take_zoneinfo(struct context *c, struct str path, struct str data)
{
	struct context_draft *d = c->draft;
	struct str name = str_skip(path, sizeof(ZONEINFO) - 1);

	if (data.n > 16384 || d->nzone >= 1024 ||
	    !str_starts(data, STR("TZif")))
		return;
	vec_grow(&d->zone, &d->capzone, d->nzone + 1, sizeof(*d->zone));
	d->zone[d->nzone].name = arena_dup(&c->arena, name);
	d->zone[d->nzone++].tzif = arena_dup(&c->arena, data);
}

static void take_packages(struct context *c, struct str path, struct str data)
{
	pkgfiles_take(&c->draft->pkgfiles, &c->packages, path, data);
}

static void take_processes(struct context *c, struct str path, struct str data)
{
	(void)path;
	proctab_processes(c, data);
}

static void take_sockets(struct context *c, struct str path, struct str data)
{
	(void)path;
	proctab_sockets(c, data);
}

static void take_files(struct context *c, struct str path, struct str data)
{
	(void)path;
	proctab_files(c, data);
}

static void take_state(struct context *c, struct str path, struct str data)
{
	(void)path;
	proctab_status(c, data);
}

static void take_roots(struct context *c, struct str path, struct str data)
{
	(void)path;
	proctab_roots(c, data);
}

static void take_mounts(struct context *c, struct str path, struct str data)
{
	(void)path;
	layers_mounts(c, data);
}

static const struct wanted {
	const char *member, *path; /* a glob on the one or the other */
	void (*take)(struct context *, struct str path, struct str data);
} wanted[] = {
	{ KONSEKI_MANIFEST, NULL, take_manifest },
	{ KONSEKI_LIVE "processes.*", NULL, take_processes },
	{ KONSEKI_LIVE "mounts.*", NULL, take_mounts },
	{ KONSEKI_LIVE "modules.*", NULL, modtab_take },
	{ KONSEKI_LIVE "sockets.*", NULL, take_sockets },
	{ KONSEKI_STATE "files.*", NULL, take_files },
	{ KONSEKI_STATE "roots.*", NULL, take_roots },
	{ KONSEKI_STATUS "*", NULL, take_state },
	{ NULL, "/**/docker/containers/*/*.json", containers_take },
	{ NULL, "/**/overlay-containers/**.json", containers_take },
	{ NULL, "/run/**/io.containerd.runtime.v2.task/*/*/config.json",
	  containers_take },
	{ NULL, "/var/lib/lxc/*/config", containers_take },
	{ NULL, "/**/image/overlay2/layerdb/mounts/*/mount-id",
	  layers_mount_id },
	{ NULL, "/etc/group", take_group },
	{ NULL, "/etc/hostname", take_hostname },
	{ NULL, "/etc/localtime", take_localtime },
	{ NULL, "/etc/machine-id", take_machine_id },
	{ NULL, "/etc/os-release", take_os_release },
	{ NULL, "/etc/passwd", take_passwd },
	{ NULL, "/etc/timezone", take_timezone },
	{ NULL, "/usr/lib/os-release", take_os_release },
	{ NULL, ZONEINFO "**", take_zoneinfo },
};

static const struct wanted units = { NULL, NULL, unit_take };
static const struct wanted packages = { NULL, NULL, take_packages };
static const struct wanted initscripts = { NULL, NULL, initscript_take };

static const struct wanted *find(struct str member, struct str path)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		const struct wanted *w = &wanted[i];

		if (w->member ? glob_match(str_of(w->member), member)
			      : glob_match(str_of(w->path), path))
			return w;
	}
	if (pkgfiles_wants(path))
		return &packages;
	if (unit_wanted(path))
		return &units;
	return initscript_wanted(path) ? &initscripts : NULL;
}

bool context_wants(struct str member, struct str path)
{
	return find(member, path) != NULL;
}

void context_take(struct context *c, struct str member, struct str path,
		  struct str data)
{
	const struct wanted *w = find(member, path);

	if (!c->draft)
		context_init(c);
	/* the strings' arena moved with the context if it was copied */
	c->packages.arena = &c->arena;
	if (w)
		w->take(c, path, data);
}

/* --- the end --------------------------------------------------------- */

static struct str either(struct str a, struct str b)
{
	return a.n ? a : b;
}

static void zone_of(struct context *c)
{
	struct context_draft *d = c->draft;

	c->zone = tz_fixed(0);
	c->zone_name = either(d->manifest.zone_name, d->zone_name);
	if (d->has_localtime) {
		c->zone = d->local;
		c->have |= CTX_ZONE;
		return;
	}
	for (size_t i = 0; i < d->nzone; i++)
		if (c->zone_name.n && str_eq(d->zone[i].name, c->zone_name) &&
		    tz_read(d->zone[i].tzif, &c->arena, &c->zone)) {
			c->have |= CTX_ZONE;
			return;
		}
	if (d->manifest.has_zone) {
		c->zone = tz_fixed(d->manifest.zone_offset_s);
		c->have |= CTX_ZONE;
	}
}

static int by_u32(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void responders(struct context *c)
{
	const struct manifest *m = &c->draft->manifest;

	/* the pids of a dead system's collector are none of its own */
	if (m->root || m->pid == 0)
		return;
	c->responder_pid = m->pid;
	c->responder =
		arena_array(&c->arena, m->nparent + 1, sizeof(*c->responder));
	c->responder[c->nresponder++] = m->pid;
	/* everything descends from 1: it is not ours */
	for (size_t i = 0; i < m->nparent; i++)
		if (m->parent[i] > 1)
			c->responder[c->nresponder++] = m->parent[i];
	qsort(c->responder, c->nresponder, sizeof(*c->responder), by_u32);
}

void context_finish(struct context *c)
{
	struct context_draft *d;

	if (!c->draft)
		context_init(c);
	d = c->draft;
	c->hostname = either(d->manifest.hostname, d->hostname);
	c->machine_id = either(d->manifest.machine_id, d->machine_id);
	c->dmi_uuid = d->manifest.dmi_uuid;
	c->root_fs_uuid = d->manifest.root_fs_uuid;
	c->boot_id = d->manifest.boot_id;
	c->os_name = either(d->manifest.os_name, c->os_name);
	c->os_version = either(d->manifest.os_version, c->os_version);
	c->kernel = d->manifest.kernel;
	c->collected_ns = d->manifest.realtime_ns;
	c->dead_root = d->manifest.root;
	c->id = host_id(c->machine_id, c->dmi_uuid, c->hostname,
			c->root_fs_uuid, &c->arena);
	/* the parser of the database tells what is damaged */
	(void)pkgfiles_finish(&d->pkgfiles, &c->packages);
	if (c->packages.systems)
		c->have |= CTX_PACKAGES;
	zone_of(c);
	responders(c);
	proctab_finish(c);
	layers_finish(c);
	containers_finish(c);
	kept_finish(c);
	unit_finish(c);
	free(d->zone);
	free(d);
	c->draft = NULL;
	if (c->host)
		root_finish(c);
}

void context_free(struct context *c)
{
	if (c->draft)
		free(c->draft->zone);
	free(c->draft);
	free(c->account);
	free(c->group);
	free(c->proc);
	free(c->sock);
	free(c->owner);
	free(c->link_to);
	map_free(&c->link);
	map_free(&c->module);
	map_free(&c->mnt_ns);
	map_free(&c->net_ns);
	kept_free(c);
	free(c->unit);
	free(c->init);
	map_free(&c->init_path);
	map_free(&c->init_service);
	map_free(&c->unit_name);
	map_free(&c->unit_trigger);
	layers_free(c);
	containers_free(c);
	packages_free(&c->packages);
	for (size_t i = 0; i < c->nroot; i++) {
		context_free(c->root[i]);
		free(c->root[i]);
	}
	free(c->root);
	arena_free(&c->arena);
	*c = (struct context){ 0 };
}
