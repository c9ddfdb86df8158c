/*
 * archive/samples.h - a zip with a password, for sending samples: what is in
 * it cannot be opened by accident, nor deleted by a mail filter.
 */
#ifndef ARCHIVE_SAMPLES_H
#define ARCHIVE_SAMPLES_H

#include "unpack.h"

struct archive;

struct archive *samples_open(int fd, const char *password, struct err *);
int samples_add(struct archive *, const struct unpacked *, int spool,
		struct str name, struct err *);
/* Completes and frees it. */
int samples_close(struct archive *, struct err *);

#endif
