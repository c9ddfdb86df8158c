/*
 * collect/netlink.h - dumps over netlink: one request, many answers.
 */
#ifndef COLLECT_NETLINK_H
#define COLLECT_NETLINK_H

#include <linux/netlink.h>

#include "../util/str.h"

struct netlink {
	int fd;
	uint32_t seq;
	char *in;  /* its buffer, from the first answer on */
	bool torn; /* the kernel said a dump is inconsistent, or lost parts */
};

/* In the network namespace of the caller.  0, or -1 with errno. */
int netlink_open(struct netlink *, int protocol);
void netlink_close(struct netlink *);
/*
 * Sends `body' as a dump request of this type and calls each() with every
 * answer's type and payload; each() returns false to stop listening (the rest
 * is thrown away with the socket).  0, or -1 with errno (ENOENT: the kernel
 * has no such table).
 */
int netlink_dump(struct netlink *, uint16_t type, const void *body,
		 size_t nbody,
		 bool (*each)(void *arg, uint16_t type, struct str payload),
		 void *arg);
/*
 * The same for a request that is no dump: until each() returns false, an
 * error or the end of a list of answers.
 */
int netlink_ask(struct netlink *, uint16_t type, const void *body, size_t nbody,
		bool (*each)(void *arg, uint16_t type, struct str payload),
		void *arg);
/*
 * Does the kernel speak this protocol (of /proc, a descriptor)?  Opening a
 * socket of one that it does not would make it run modprobe.
 */
bool netlink_known(int proc, int protocol);
/*
 * Attributes behind a fixed part of n bytes: fills at[0..max-1], absent ones
 * empty.  Nested and network-order bits are taken off the type.
 */
void netlink_attrs(struct str payload, size_t n, struct str *at, size_t max);
/* A number of an attribute, 0 when it is absent. */
uint32_t attr_u32(struct str);
uint16_t attr_u16(struct str);
uint64_t attr_u64(struct str);
/* A text attribute ends at its NUL. */
struct str netlink_text(struct str);
/*
 * The next attribute of a list in which one type may come often: its type and
 * value, *list shorter by it; false at the end, or when it is damaged.
 */
bool netlink_next(struct str *list, unsigned *type, struct str *value);

#endif
