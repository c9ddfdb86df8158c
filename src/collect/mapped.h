/*
 * collect/mapped.h - what the files of the mapped probe share.
 */
#ifndef COLLECT_MAPPED_H
#define COLLECT_MAPPED_H

#include "proc.h"

#define LIBRARIES_MAX 4096u /* of one process */

struct mapped_file { /* a distinct one */
	struct str path, soname;
	struct str *needed;
	size_t nneeded;
	bool elf, deleted; /* deleted: the path may be another file's now */
};

struct mapped {
	struct probe_run *run;
	const struct collect_env *env;
	struct arena arena;
	struct map known; /* dev, ino -> index + 1 */
	struct mapped_file *file;
	size_t nfile, capfile;
	uint64_t hashed, count, denied;
	uint64_t names;  /* bytes of those that are remembered */
	bool cut;        /* not all of them are */
	uint64_t mnt_ns; /* ours */
	unsigned char *chunk;
	struct buf row, text, maps;
	/* the process at hand */
	uint32_t pid;
	int dir;
	uint64_t its_mnt_ns;
	struct proc_stat stat;
	uint32_t lib[LIBRARIES_MAX]; /* indexes of its files */
	bool reached[LIBRARIES_MAX];
	size_t nlib;
	bool unread; /* one was gone before it could be read */
};

/*
 * mapped_named.c: marks this one of m->lib and all that it names, and they
 * name.
 */
void mapped_reach(struct mapped *, size_t from);
/* Does another one that is not reached name it? */
bool mapped_named_by_stranger(const struct mapped *, size_t lib);
/* The program that loads libraries, by its name: nothing names it. */
bool mapped_is_loader(const struct mapped_file *);

#endif
