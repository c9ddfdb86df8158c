/* budget.c - reserve of the output file system, priorities. */
#define _GNU_SOURCE
#include "budget.h"
#include "sys.h"

#include <sys/resource.h>
#include <sys/statvfs.h>

#define RESERVE_MIN (UINT64_C(1) << 30)
#define LOOK_EVERY (4u << 20) /* bytes written between two statvfs calls */

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

static bool more_than(struct budget *b, uint64_t need)
{
	struct statvfs s;

	if (b->fd < 0 || fstatvfs(b->fd, &s) < 0)
		return true;
	return (uint64_t)s.f_bavail * s.f_frsize > need;
}

bool budget_room(struct budget *b)
{
	return more_than(b, b->reserve);
}

bool budget_may_write(void *budget, uint64_t bytes)
{
	struct budget *b = budget;

	b->unseen += bytes;
	if (b->closing || b->unseen < LOOK_EVERY)
		return true;
	b->unseen = 0;
	return more_than(b, b->reserve / 2);
}

void budget_be_gentle(void)
{
	/* neither is needed for a right result: refusals do not matter */
	(void)setpriority(PRIO_PROCESS, 0, 10);
	(void)sys_idle_io();
}
