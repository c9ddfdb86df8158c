/*
 * host/manifest_in.h - konseki.json, the archive's first member.
 */
#ifndef HOST_MANIFEST_IN_H
#define HOST_MANIFEST_IN_H

#include "../util/arena.h"

#define MANIFEST_MAX (1u << 20)
#define MANIFEST_MAX_PARENTS 64

struct manifest {
	struct str tool, version, self_sha256, command_line;
	struct str hostname, machine_id, dmi_uuid, root_fs_uuid, boot_id;
	struct str os_name, os_version, kernel, architecture;
	int64_t realtime_ns; /* INT64_MIN: not stated */
	bool has_zone;
	struct str zone_name;
	int32_t zone_offset_s;
	bool root; /* a dead system */
	uint32_t uid, pid;
	uint32_t parent[MANIFEST_MAX_PARENTS];
	size_t nparent;
	struct str session, case_name, examiner, note;
};

/* False: not a manifest.  Strings go to the arena. */
bool manifest_read(struct str json, struct arena *, struct manifest *);

#endif
