/*
 * autorun.c - what the host's other evidence says of an autorun: whose file
 * the definition is and when it came, and whose the program that it starts.
 */
#include "../host/initscripts.h"
#include "../host/units.h"
#include "join.h"

/* No file of the host: the kernel's own, or inside an image of the boot. */
static bool is_file(struct str path)
{
	return !str_starts(path, STR("/proc/")) &&
	       !str_starts(path, STR("/sys/")) && !str_has(path, STR("!/"));
}

static void package_of(struct join *j, struct str path)
{
	const struct package *pkg;
	enum package_state state;

	/* a script in a database is its package's */
	if (!(j->ctx->have & CTX_PACKAGES) || !is_file(path) ||
	    ev_get(j->ev, KEY_PACKAGE_NAME))
		return;
	state = join_package_state(j, path, &pkg);
	if (pkg)
		ev_str(j->ev, KEY_PACKAGE_NAME, pkg->name);
	ev_cstr(j->ev, KEY_K_FILE_PACKAGE_STATE, package_state_name(state));
}

static void time_add(struct join *j, unsigned key, int64_t ts_ns)
{
	if (ts_ns != INT64_MIN)
		ev_time(j->ev, key, ts_ns);
}

/* By the walk; what else was handed in has what its archive kept. */
static void times(struct join *j, struct str path)
{
	const struct kept *k = ctx_kept(j->ctx, path);
	bool own = str_eq(path, j->src->path);

	if (k && k->mtime_ns != INT64_MIN) {
		time_add(j, KEY_FILE_CREATED, k->btime_ns);
		time_add(j, KEY_FILE_CTIME, k->ctime_ns);
		ev_time(j->ev, KEY_FILE_MTIME, k->mtime_ns);
	} else if (own) {
		if (j->src->btime_ns)
			ev_time(j->ev, KEY_FILE_CREATED, j->src->btime_ns);
		if (j->src->ctime_ns)
			ev_time(j->ev, KEY_FILE_CTIME, j->src->ctime_ns);
		time_add(j, KEY_FILE_MTIME, j->src->mtime_ns);
	}
}

static void target(struct join *j, struct str path)
{
	const struct package *pkg;

	path = ctx_resolve(j->ctx, path, j->scratch);
	if (j->ctx->have & CTX_FILES)
		ev_bool(j->ev, KEY_K_AUTORUN_TARGET_EXISTS,
			ctx_exists(j->ctx, path));
	if (!(j->ctx->have & CTX_PACKAGES))
		return;
	pkg = ctx_owner(j->ctx, path);
	if (pkg)
		ev_str(j->ev, KEY_K_AUTORUN_TARGET_PACKAGE, pkg->name);
	else
		ev_bool(j->ev, KEY_K_AUTORUN_TARGET_UNPACKAGED, true);
}

/* A timer, socket or path: what the service it starts would run. */
static void started_service(struct join *j, struct str path,
			    const struct unit_info *self)
{
	const struct unit_info *s;
	struct str exec;

	s = ctx_unit(j->ctx, path, self->starts, j->scratch);
	if (!s || !s->exec.n || ev_get(j->ev, KEY_PROCESS_COMMAND_LINE))
		return;
	exec = s->exec;
	while (exec.n > 1 && strchr("@-:+!|", exec.p[0]))
		exec = str_skip(exec, 1);
	ev_str(j->ev, KEY_PROCESS_COMMAND_LINE, exec);
	if (s->user.n)
		ev_set_str(j->ev, KEY_USER_NAME, s->user);
	if (exec.p[0] == '/' && !ev_get(j->ev, KEY_K_AUTORUN_TARGET))
		ev_str(j->ev, KEY_K_AUTORUN_TARGET,
		       str_head(exec, str_chr(exec, ' ')));
}

static bool installs(const struct join *j)
{
	struct str o = ev_get_str(j->ev, KEY_K_AUTORUN_OPTIONS);

	return str_has(o, STR("WantedBy=")) || str_has(o, STR("RequiredBy=")) ||
	       str_has(o, STR("UpheldBy="));
}

/* What starts this unit, when it is the one of its name that is read. */
static const struct unit_info *trigger(struct join *j, struct str path,
				       struct str name)
{
	const struct unit_info *self = ctx_unit(j->ctx, path, name, j->scratch);

	if (self && str_eq(str_base(path), name) && !str_eq(self->path, path))
		return NULL;
	return ctx_unit_trigger(j->ctx, path, name, j->scratch);
}

/* By links of its own, or by what starts it. */
static void unit_enabled(struct join *j, struct str path, struct str name,
			 const struct unit_info *t)
{
	enum start_state is =
		ctx_unit_enabled(j->ctx, path, name, installs(j), j->scratch);

	if (t && is != START_YES &&
	    ctx_unit_enabled(j->ctx, t->path, t->name, t->installs,
			     j->scratch) == START_YES)
		is = START_YES;
	if (is != START_UNKNOWN)
		ev_bool(j->ev, KEY_K_AUTORUN_ENABLED, is == START_YES);
}

static void units(struct join *j, struct str path)
{
	struct str mechanism = ev_get_str(j->ev, KEY_K_AUTORUN_MECHANISM);
	struct str name = ev_get_str(j->ev, KEY_K_AUTORUN_NAME);
	const struct unit_info *self, *t;

	if (!str_starts(mechanism, STR("systemd")) ||
	    str_is(mechanism, "systemd_generator"))
		return;
	self = ctx_unit(j->ctx, path, name, j->scratch);
	t = trigger(j, path, name);
	unit_enabled(j, path, name, t);
	if (self && self->starts.n)
		started_service(j, path, self);
	else if (t && !ev_get(j->ev, KEY_K_AUTORUN_SCHEDULE))
		ev_str(j->ev, KEY_K_AUTORUN_SCHEDULE,
		       t->when.n ? t->when : t->name);
}

/* A script that claims the service of another one hides behind its name. */
static void init_script(struct join *j, struct str path)
{
	if (!str_is(ev_get_str(j->ev, KEY_K_AUTORUN_MECHANISM), "init"))
		return;
	if (!ev_get(j->ev, KEY_K_AUTORUN_COMMENT))
		ev_str(j->ev, KEY_K_AUTORUN_COMMENT,
		       ctx_provides(j->ctx, path));
	ev_str(j->ev, KEY_K_AUTORUN_CLAIMS, ctx_provided_by(j->ctx, path));
}

/* Where the list of modules is known, one that is not in it is not loaded. */
static void module(struct join *j)
{
	struct str name = ev_get_str(j->ev, KEY_K_AUTORUN_NAME);

	if (j->ctx->have & CTX_MODULES && name.n &&
	    str_is(ev_get_str(j->ev, KEY_K_AUTORUN_MECHANISM), "modules_load"))
		ev_bool(j->ev, KEY_K_AUTORUN_LOADED, ctx_module(j->ctx, name));
}

void join_autorun(struct join *j)
{
	struct str path = ev_get_str(j->ev, KEY_K_AUTORUN_PATH), to;

	units(j, path);
	init_script(j, path);
	to = ev_get_str(j->ev, KEY_K_AUTORUN_TARGET);
	package_of(j, path);
	times(j, path);
	module(j);
	/* a path inside an image is none of the host */
	if (to.n && to.p[0] == '/' && !str_has(path, STR("!/")))
		target(j, to);
}
