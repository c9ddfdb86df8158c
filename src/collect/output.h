/*
 * collect/output.h - where the archive goes: FILE.partial until it is whole,
 * mode 0600, or standard output.
 */
#ifndef COLLECT_OUTPUT_H
#define COLLECT_OUTPUT_H

#include "scene.h"

struct output {
	int fd;
	bool stream;
	char path[4096], partial[4096 + 16];
	uint64_t dev, ino;
};

/* For the name of the file only; the manifest says it properly. */
void output_host_name(const struct scene *, char out[256]);

/* What an investigator mounted: not a disk of the suspect host. */
bool output_plugged_in(const struct mount *, const struct mounts *);
/*
 * Refuses an existing file without force, a terminal, and a file system of
 * the suspect host without here.  hostname names the default file.
 */
int output_open(struct output *, const struct scene *, const char *hostname,
		struct err *);
/* The final name; the partial one is gone. */
int output_commit(struct output *, struct err *);
void output_discard(struct output *); /* leaves nothing */

#endif
