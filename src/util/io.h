/*
 * io.h - whole reads and writes on descriptors.
 */
#ifndef UTIL_IO_H
#define UTIL_IO_H

#include <sys/types.h>

#include "buf.h"
#include "err.h"

/*
 * Descriptors 0 to 2 that the caller closed are taken by /dev/null, not to
 * be written to: no file we open gets what was meant for people.  -1: none
 * to be had.
 */
int io_standard(void);
/* 0, or -1 with errno. */
int io_write(int fd, const void *p, size_t n);
int io_pwrite(int fd, const void *p, size_t n, off_t off);
/* Bytes read, less than n only at the end; -1 with errno. */
ssize_t io_read(int fd, void *p, size_t n);
ssize_t io_pread(int fd, void *p, size_t n, off_t off);
/* The rest of fd, at most max bytes (the caller's cap); -1 with err. */
int io_slurp(int fd, size_t max, struct buf *out, struct err *err);
/* An unnamed file in dir (O_TMPFILE, else created and unlinked), 0600. */
int io_tmpfile(const char *dir, struct err *err);

#endif
