/*
 * host/hostid.h - host.id: tells hosts apart, clones too.
 */
#ifndef HOST_HOSTID_H
#define HOST_HOSTID_H

#include "../util/arena.h"

/*
 * 32 hex digits: the first 16 bytes of SHA-256 over the four, each followed
 * by nothing and parted by newlines; what is unknown is empty.
 */
struct str host_id(struct str machine_id, struct str dmi_uuid,
		   struct str hostname, struct str root_fs_uuid,
		   struct arena *);

#endif
