/*
 * archive/infile.h - the bytes of an input: as they stand in the file, or as
 * they come out of one that was sealed for a public key.
 */
#ifndef ARCHIVE_INFILE_H
#define ARCHIVE_INFILE_H

#include "../util/age.h"

struct infile {
	int fd;
	struct age_reader *age; /* NULL: not sealed */
};

/* Like io_pread. */
ssize_t infile_read(const struct infile *, void *p, size_t n, uint64_t off);
uint64_t infile_size(const struct infile *);
/* Do these first bytes say that it is sealed? */
bool infile_sealed(struct str head);

#endif
