/*
 * collect/roots.h - the job that reads what only other mount namespaces show:
 * their programs, the files of roots.def, file systems mounted nowhere else.
 * Members are roots/<mount namespace>/<path>, rows go to state/roots.
 */
#ifndef COLLECT_ROOTS_H
#define COLLECT_ROOTS_H

#include "gather.h"
#include "nslist.h"

#include "../host/packages.h"

extern const struct job job_roots;

struct roots_progress { /* shared */
	uint64_t ns;    /* being read */
	uint64_t phase; /* of enum in roots.c */
	uint64_t item;  /* of the phase */
	uint64_t files, bytes, over, over_bytes;
	uint64_t of_ns; /* bytes of this one */
};

struct root {                   /* one, while it is read */
	struct probe_run *host; /* the reader itself */
	struct roots_progress *at;
	uint64_t inode;
	int fd;               /* of its topmost directory */
	bool shielded;        /* reading changes no access time */
	bool same;            /* that directory is the host's own */
	struct buf mountinfo; /* as seen from there */
	char prefix[48];      /* roots/<inode> */
	uint64_t rows;
	/* the reader as it sees this root */
	struct probe_run run;
	struct scene scene;
	struct arena arena;
	struct packages packages;
	struct gather_view view;
	struct buf row;
	unsigned char *chunk;
};

/* roots_open.c: fd, mountinfo, shielded; false with errno. */
bool root_open(struct root *, const struct ns *);

/* roots_look.c: what is known of one open file; sends its row. */
bool root_look(struct root *, struct str path, int fd, const struct meta *,
	       bool programs_only);
/* Copies it when root_look said so and the budget has room. */
bool root_room(struct root *, struct str path, uint64_t size);

/* Has the host this file system, wherever? */
bool root_mounted(const struct root *, const struct mount *);

/* roots_programs.c: what a process runs, as far as it lies in this root. */
void root_process(struct root *, uint32_t pid);

#endif
