/* root.c - contexts of other roots, beside that of their host. */
#include <stdlib.h>

#include "../util/buf.h"
#include "build.h"

#define MAX_ROOTS 1024 /* a context each */

struct context *context_root(struct context *host, uint64_t mnt_ns)
{
	struct context *c;

	for (size_t i = 0; i < host->nroot; i++)
		if (host->root[i]->root_ns == mnt_ns)
			return host->root[i];
	if (host->nroot == MAX_ROOTS)
		return NULL;
	vec_grow(&host->root, &host->caproot, host->nroot + 1,
		 sizeof(*host->root));
	c = xmalloc(sizeof(*c));
	context_init(c);
	c->host = host;
	c->root_ns = mnt_ns;
	host->root[host->nroot++] = c;
	return c;
}

/* A root is no host of its own: when and where is its host's. */
void root_finish(struct context *c)
{
	const struct context *h = c->host;

	c->hostname = h->hostname;
	c->machine_id = h->machine_id;
	c->boot_id = h->boot_id;
	c->id = h->id;
	c->kernel = h->kernel;
	c->collected_ns = h->collected_ns;
	c->collected_end_ns = h->collected_end_ns;
	c->dead_root = h->dead_root;
}
