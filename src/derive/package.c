/* package.c - what the package database says of files and programs. */
#include "join.h"

enum package_state join_package_state(const struct join *j, struct str path,
				      const struct package **pkg)
{
	const struct digests have = {
		.of = { [DIGEST_MD5] = ev_get_str(j->ev, KEY_FILE_HASH_MD5),
			[DIGEST_SHA1] = ev_get_str(j->ev, KEY_FILE_HASH_SHA1),
			[DIGEST_SHA256] =
				ev_get_str(j->ev, KEY_FILE_HASH_SHA256),
			[DIGEST_SHA512] =
				ev_get_str(j->ev, KEY_FILE_HASH_SHA512) }
	};

	return packages_state(&j->ctx->packages, path, &have, pkg);
}

void join_file_package(struct join *j)
{
	const struct package *pkg;
	enum package_state state;

	/* the walk's parser looked it up once for all of a row's times */
	if (!(j->ctx->have & CTX_PACKAGES) || ev_get(j->ev, KEY_PACKAGE_NAME) ||
	    ev_get(j->ev, KEY_K_FILE_PACKAGE_STATE) ||
	    ev_get(j->ev, KEY_K_ROOT) || ev_get(j->ev, KEY_K_CONTAINER_LAYER))
		return;
	state = join_package_state(j, ev_get_str(j->ev, KEY_FILE_PATH), &pkg);
	if (pkg)
		ev_str(j->ev, KEY_PACKAGE_NAME, pkg->name);
	/* links and directories are made by many hands */
	if (str_is(ev_get_str(j->ev, KEY_FILE_TYPE), "file"))
		ev_cstr(j->ev, KEY_K_FILE_PACKAGE_STATE,
			package_state_name(state));
}

/* Its paths are those of another root; a chroot's are of no database. */
static const struct context *packages_of(const struct join *j)
{
	struct str root = ev_get_str(j->ev, KEY_K_PROCESS_ROOT);
	uint64_t mnt_ns = 0;

	if (root.n && !str_is(root, "/"))
		return ctx_root(j->ctx, UINT64_MAX); /* nothing is known */
	for (size_t i = 0; i < j->ev->nfield; i++) {
		const struct field *f = &j->ev->field[i];

		if (f->key == KEY_K_PROCESS_NAMESPACE &&
		    str_is(f->name, "mnt") && f->type == V_STR)
			(void)str_u64(f->v.str, &mnt_ns); /* else the host's */
	}
	return ctx_packages(j->ctx, mnt_ns,
			    ev_get_str(j->ev, KEY_K_PROCESS_CGROUP));
}

void join_process_package(struct join *j)
{
	struct str exe = ev_get_str(j->ev, KEY_PROCESS_EXECUTABLE);
	const struct context *c = packages_of(j);
	const struct package *pkg;

	if (!(c->have & CTX_PACKAGES) || exe.n == 0 || exe.p[0] != '/' ||
	    join_bool(j->ev, KEY_K_PROCESS_KTHREAD))
		return;
	pkg = ctx_owner(c, exe);
	if (pkg)
		ev_str(j->ev, KEY_K_PROCESS_EXE_PACKAGE, pkg->name);
	else
		ev_bool(j->ev, KEY_K_PROCESS_EXE_UNPACKAGED, true);
}
