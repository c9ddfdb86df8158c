/*
 * kernel_helper.h - what the running kernel starts by itself, out of the rows
 * of the stream `kernel'.
 */
#ifndef PARSE_KERNEL_HELPER_H
#define PARSE_KERNEL_HELPER_H

#include "stream.h"

/* Emits an autorun when the row names a program; WHOLE when it does not. */
enum outcome kernel_helper(struct parse *, const struct stream_pair *, size_t n,
			   const struct stream_row *);

#endif
