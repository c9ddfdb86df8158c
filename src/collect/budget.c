/* budget.c - reserve of the output file system, priorities. */
#define _GNU_SOURCE
#include "budget.h"
#include "sys.h"

#include <sys/resource.h>
#include <sys/statvfs.h>

#define RESERVE_MIN (UINT64_C(1) << 30)
#define LOOK_EVERY (UINT64_C(4) << 20) /* bytes between two looks, at most */

void budget_init(struct budget *b, int fd, uint64_t reserve)
{
	struct statvfs s;

	*b = (struct budget){ .fd = fd, .reserve = reserve };
	if (fd < 0 || fstatvfs(fd, &s) < 0) {
		b->fd = -1;
		return;
	}
	if (reserve == UINT64_MAX) {
		b->reserve = (uint64_t)s.f_blocks * s.f_frsize / 20;
		if (b->reserve < RESERVE_MIN)
			b->reserve = RESERVE_MIN;
	}
}

/* Bytes free beyond what must stay; UINT64_MAX: nobody can say. */
static uint64_t left(const struct budget *b, uint64_t keep)
{
	struct statvfs s;
	uint64_t avail;

	if (b->fd < 0 || fstatvfs(b->fd, &s) < 0)
		return UINT64_MAX;
	avail = (uint64_t)s.f_bavail * s.f_frsize;
	return avail > keep ? avail - keep : 0;
}

bool budget_room(struct budget *b)
{
	return left(b, b->reserve) > 0;
}

bool budget_may_write(void *budget, uint64_t bytes)
{
	struct budget *b = budget;
	uint64_t room;

	b->unseen += bytes;
	if (b->closing || b->unseen < b->next)
		return true;
	/* the closer the end, the more often: it is never overrun */
	room = left(b, b->reserve / 2);
	b->unseen = 0;
	b->next = room / 4 < LOOK_EVERY ? room / 4 : LOOK_EVERY;
	return room > bytes;
}

void budget_be_gentle(void)
{
	/* neither is needed for a right result: refusals do not matter */
	(void)setpriority(PRIO_PROCESS, 0, 10);
	(void)sys_idle_io();
}
