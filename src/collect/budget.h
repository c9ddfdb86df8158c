/*
 * collect/budget.h - how much the run may take from the host: niceness, idle
 * I/O, and the room that must stay free where the archive grows.
 */
#ifndef COLLECT_BUDGET_H
#define COLLECT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
	int fd;           /* of the archive; -1: streamed, nothing to watch */
	uint64_t reserve; /* bytes that stay free */
	bool closing;     /* the last seal may use the reserve */
	uint64_t unseen;  /* written since the last look */
	uint64_t next;    /* bytes until the next one */
};

/* reserve UINT64_MAX: max(5 % of the file system, 1 GiB) */
void budget_init(struct budget *, int fd, uint64_t reserve);
/* Is there room before the run starts, and still? */
bool budget_room(struct budget *);
/* writer_options.may_write: the hard stop, at half the reserve. */
bool budget_may_write(void *budget, uint64_t bytes);
/* nice 10, idle I/O class; children inherit both. */
void budget_be_gentle(void);

#endif
