/* cache.c - up to 64 windows of at least 1 MiB. */
#define _GNU_SOURCE
#include "cache.h"

#include <fcntl.h>

#define WINDOW_MIN (UINT64_C(1) << 20)

void cache_look(struct cache *c, struct sys *sys, int fd, uint64_t base,
		uint64_t len)
{
	*c = (struct cache){ base, WINDOW_MIN, len, 0 };
	if (len > 64 * WINDOW_MIN)
		c->window = (len / 64 + WINDOW_MIN) & ~(WINDOW_MIN - 1);
	for (unsigned k = 0; k < 64 && k * c->window < len; k++) {
		uint64_t off = k * c->window, n = len - off;

		if (n > c->window)
			n = c->window;
		if (sys_resident(sys, fd, base + off, n) == 0)
			c->cold |= UINT64_C(1) << k;
	}
}

void cache_restore(const struct cache *c, int fd)
{
	for (unsigned k = 0; k < 64 && k * c->window < c->len; k++)
		if (c->cold >> k & 1)
			(void)posix_fadvise(
				fd, (off_t)(c->base + k * c->window),
				(off_t)c->window, POSIX_FADV_DONTNEED);
}
