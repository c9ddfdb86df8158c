/*
 * archive/proof.h - holds what was read against what the seals say.
 * For every member that was read a line is made as the writer made it; a
 * seal is proved when its lines are those and its chain follows.
 */
#ifndef ARCHIVE_PROOF_H
#define ARCHIVE_PROOF_H

#include "../util/map.h"
#include "seal.h"
#include "verify.h"

#define PROOF_MAX_SEAL (64u << 20)
#define PROOF_MAX_QUEUE (48u << 20) /* lines of members not sealed yet */

struct proof_member; /* read, not sealed yet */

struct proof {
	/* A seal says that member number `index' was cut at `at'. */
	void (*on_short)(void *arg, uint64_t index, uint64_t at);
	void (*on_problem)(void *arg, struct str);
	void *arg;

	struct proof_member *queue;
	size_t nqueue, capqueue, next;
	struct buf lines;   /* of the queue */
	struct map by_name; /* of the queue; made when first needed */
	unsigned char chain[SHA256_LEN];
	unsigned nseal;  /* seals read */
	uint64_t expect; /* number of the next seal */
	bool chain_known, cut, ended;
	const char *state; /* of the last seal: open, complete, interrupted */
	uint64_t nmember, nsealed, nproblem;
};

void proof_init(struct proof *);
/* A whole member was read; index is what on_short will be given. */
void proof_member(struct proof *, const struct seal_facts *, uint64_t index);
/* The text of a seal member, before proof_member is told of it. */
void proof_seal(struct proof *, struct str text);
void proof_problem(struct proof *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* cut: the input ends within a frame or before the end of the tar. */
enum wholeness proof_end(struct proof *, bool cut, struct buf *why);
void proof_free(struct proof *);

/* A name for people: escaped, at most 200 bytes. */
void proof_name(struct buf *, struct str name);

#endif
