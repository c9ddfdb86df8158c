/* package.c - what the package database says of files and programs. */
#include "join.h"

void join_file_package(struct join *j)
{
	const struct package *pkg;
	enum package_state state;

	/* the walk's parser looked it up once for all of a row's times */
	if (!(j->ctx->have & CTX_PACKAGES) || ev_get(j->ev, KEY_PACKAGE_NAME) ||
	    ev_get(j->ev, KEY_K_FILE_PACKAGE_STATE))
		return;
	state = dpkg_state(&j->ctx->dpkg, ev_get_str(j->ev, KEY_FILE_PATH),
			   ev_get_str(j->ev, KEY_FILE_HASH_MD5), &pkg);
	if (pkg)
		ev_str(j->ev, KEY_PACKAGE_NAME, pkg->name);
	/* links and directories are made by many hands */
	if (str_is(ev_get_str(j->ev, KEY_FILE_TYPE), "file"))
		ev_cstr(j->ev, KEY_K_FILE_PACKAGE_STATE,
			package_state_name(state));
}

/* Its paths are those of another root, not of this database. */
static bool elsewhere(const struct event *e)
{
	struct str root = ev_get_str(e, KEY_K_PROCESS_ROOT);

	return ev_get(e, KEY_CONTAINER_ID) || (root.n && !str_is(root, "/"));
}

void join_process_package(struct join *j)
{
	struct str exe = ev_get_str(j->ev, KEY_PROCESS_EXECUTABLE);
	const struct package *pkg;

	if (!(j->ctx->have & CTX_PACKAGES) || exe.n == 0 || exe.p[0] != '/' ||
	    join_bool(j->ev, KEY_K_PROCESS_KTHREAD) || elsewhere(j->ev))
		return;
	pkg = ctx_owner(j->ctx, exe);
	if (pkg)
		ev_str(j->ev, KEY_K_PROCESS_EXE_PACKAGE, pkg->name);
	else
		ev_bool(j->ev, KEY_K_PROCESS_EXE_UNPACKAGED, true);
}
