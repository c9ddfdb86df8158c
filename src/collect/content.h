/*
 * collect/content.h - one file's bytes into the archive: holes kept, big
 * files in numbered parts, secrets as facts, page cache as it was.
 */
#ifndef COLLECT_CONTENT_H
#define COLLECT_CONTENT_H

#include "konseki/archive.h"
#include "run.h"

#define CONTENT_PART KONSEKI_PART /* data bytes of one member */

struct content {
	struct str path;   /* on the host: member files/<path> */
	struct str prefix; /* of the member instead of `files' */
	int fd;
	struct meta meta;
	uint64_t max; /* data bytes that are taken */
	bool shadow;  /* password hashes: facts only */
	bool log;     /* too long a text: head, tail and around --since */
	/* results */
	uint64_t bytes;
	enum probe_state state;
	int errnum;
	/* within */
	struct buf head; /* of a file that is searched for secrets */
	bool masked;     /* the head has lost some */
	bool text;       /* masked further on, too */
	unsigned nsecret;
	size_t nmasked;    /* bytes */
	struct buf rows;   /* of keys and hashes that stay here */
	struct buf before; /* of a piece: where a key or a line may begin */
	uint64_t bad, end; /* what no read gave lies in [bad, end) */
	unsigned nbad;     /* blocks of it */
};

/* Reads fd into the member that was begun: its extents from offset 0. */
void content_stream(struct probe_run *, int fd, const struct member *);
/* content_parts.c: its members, with what is masked in the head. */
/* Bytes of name that say which part it is (.part0001): 9, or 0. */
size_t content_part_suffix(struct str name);
void content_parts(struct probe_run *, struct content *);
/* content_mask.c: what leaves the host of a secret is that there is one. */
void content_mask_head(struct content *);
/* A stretch of a text begins there: what stands before it is looked at. */
void content_mask_begin(struct probe_run *, struct content *, uint64_t off);
/* Bytes of a later piece that may go out; the others are to be read again. */
size_t content_mask_piece(struct content *, char *, size_t, bool last);
/* What there is to tell of them: never while a piece waits to go out. */
void content_mask_end(struct probe_run *, struct content *);
/* The whole file; fills the results. */
void content_copy(struct probe_run *, struct content *);

#endif
