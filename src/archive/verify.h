/*
 * archive/verify.h - proves header fields, extents and data of every member
 * against the chain of seals.
 */
#ifndef ARCHIVE_VERIFY_H
#define ARCHIVE_VERIFY_H

#include "../util/arena.h"
#include "../util/err.h"
#include "unpack.h"

#define PROBLEM_MAX 100 /* told one by one; all are counted */

struct verify_result {
	bool is_archive;
	enum wholeness whole;
	unsigned char file_sha256[32], seal_sha256[32];
	uint64_t nmember, nsealed, bytes;
	struct str last_seal_state; /* complete, interrupted, "" */
	struct str *problem;        /* one line each, English, bounded */
	size_t nproblem;
	uint64_t nproblem_all; /* also those not kept */
	struct str why;        /* in one line; empty when whole */
};

/* -1 with err only when the file cannot be read, or opened, at all. */
int verify_archive(int fd, const struct age_identity *, size_t nidentity,
		   struct arena *, struct verify_result *, struct err *);

#endif
