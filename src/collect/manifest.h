/*
 * collect/manifest.h - konseki.json, the archive's first member: who
 * collected, what host, which clocks, with which options.
 */
#ifndef COLLECT_MANIFEST_H
#define COLLECT_MANIFEST_H

#include "../util/buf.h"
#include "probe.h"

/*
 * Appends the whole text (one JSON object and a newline) to *out.  What the
 * host does not have is an empty string, never guessed.  Runs nothing and
 * writes nothing; -1 only when the encoder failed.  env->options may be NULL.
 */
int manifest_build(struct buf *out, const struct collect_env *, struct err *);

/*
 * The host's identity as `host' and its zone as `zone', found below
 * env->root (and, alive, in procfs and uname).
 */
struct host_identity {
	struct buf hostname, machine_id, dmi_uuid, root_fs_uuid, boot_id;
	struct buf os_id, os_name, os_version, kernel, architecture;
	struct buf zone;
	int32_t offset_s;
};
void host_identify(const struct collect_env *, int64_t now_ns,
		   struct host_identity *);
void host_identity_free(struct host_identity *);

/* UUID of the file system at / of env->root, or of its fstab; may be empty. */
void root_fs_uuid(const struct collect_env *, struct buf *out);
/* What a tree's own fstab states for /; empty when it names no UUID. */
struct str fstab_root_uuid(struct str fstab);
/* A value of os-release, without its quotes. */
struct str os_release_value(struct str text, struct str key);

#endif
