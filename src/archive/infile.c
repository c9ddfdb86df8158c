/* infile.c - one place to read an input, sealed or not. */
#include "infile.h"

#include <unistd.h>

#include "../util/io.h"

ssize_t infile_read(const struct infile *in, void *p, size_t n, uint64_t off)
{
	return in->age ? age_pread(in->age, p, n, (off_t)off)
		       : io_pread(in->fd, p, n, (off_t)off);
}

uint64_t infile_size(const struct infile *in)
{
	off_t size =
		in->age ? (off_t)in->age->size : lseek(in->fd, 0, SEEK_END);

	return size > 0 ? (uint64_t)size : 0;
}

bool infile_sealed(struct str head)
{
	return str_starts(head, STR("age-encryption.org/v1"));
}
