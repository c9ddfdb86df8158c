/*
 * archive/listen.h - starts the decoding process and writes down what it
 * says.  Meanwhile the input's own digest is computed here, where nobody
 * hostile can touch it.
 */
#ifndef ARCHIVE_LISTEN_H
#define ARCHIVE_LISTEN_H

#include "box.h"
#include "verify.h"

struct heard {
	struct unpacked *member; /* names in the arena; no paths yet */
	uint64_t *origin;        /* of each, ascending */
	size_t nmember, capmember, caporigin;
	struct unpacked_link *link; /* names in the arena, no paths yet */
	size_t nlink, caplink;
	enum input_kind kind;
	struct wire_end end;
	struct str why;
	struct str problem[PROBLEM_MAX];
	size_t nproblem;
	unsigned char sha256[SHA256_LEN]; /* of box.in, when there is one */
};

/* 0, or -1 with err: the process failed, died, or said that it is useless. */
int listen_to_box(const struct box *, struct arena *,
		  void (*progress)(void *, uint64_t, uint64_t), void *arg,
		  struct heard *, struct err *);
void heard_free(struct heard *);

#endif
