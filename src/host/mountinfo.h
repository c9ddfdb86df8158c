/*
 * host/mountinfo.h - /proc/PID/mountinfo (proc_pid_mountinfo(5)): what is
 * mounted where, and which of it may be touched.  Decided from the text
 * alone: asking a dead file system blocks for ever.
 */
#ifndef HOST_MOUNTINFO_H
#define HOST_MOUNTINFO_H

#include "../util/arena.h"

#define MOUNTS_MAX 65536u /* lines read; a host has some hundred */

enum mount_class {
	MOUNT_LOCAL,   /* walked */
	MOUNT_LISTED,  /* devtmpfs: names and metadata, nothing is opened */
	MOUNT_BIND,    /* local, but the same tree is walked elsewhere */
	MOUNT_LAYERED, /* overlay other than /: its layers are walked */
	MOUNT_REMOTE,  /* never touched, as all below */
	MOUNT_FUSE,
	MOUNT_AUTO,
	MOUNT_PSEUDO,
	MOUNT_UNKNOWN,
	MOUNT_HIDDEN, /* another mount lies on the same point, or over it */
};

struct mount {
	uint32_t id, parent, major, minor;
	struct str root;  /* subtree of the file system, unescaped */
	struct str point; /* below the root asked for: "/" or "/a/b" */
	struct str type, source, options;
	struct str super; /* options of the file system: layers, addresses */
	enum mount_class class;
	uint32_t twin; /* MOUNT_BIND: index of the mount that is walked */
};

struct mounts {
	struct mount *mount; /* in the order of the text */
	size_t nmount;
	bool cut; /* there were more than MOUNTS_MAX */
};

struct mounts_options {
	struct str root;               /* "/", or the DIR of --root */
	const char *const *local_type; /* further local types */
	size_t nlocal_type;
};

/*
 * Mounts at or below `root', points made relative to it, classified.  For a
 * `root' that is no mount point itself the mount that holds it comes first,
 * with point "/" and class MOUNT_LOCAL (the user named it).  Malformed lines
 * are passed over.
 */
void mounts_read(struct str mountinfo, const struct mounts_options *,
		 struct arena *, struct mounts *);
/* The topmost mount exactly at this point; NULL when there is none. */
const struct mount *mounts_at(const struct mounts *, struct str point);
/* The topmost mount that holds this path. */
const struct mount *mounts_of(const struct mounts *, struct str path);
/* May files on it be opened? */
bool mount_readable(const struct mount *);
/* May it be listed? */
bool mount_walkable(const struct mount *);
/* \040 and the like in a field of the text. */
struct str mounts_unescape(struct arena *, struct str field);
const char *mount_class_name(enum mount_class); /* "remote", "fuse" … */

#endif
