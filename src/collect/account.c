/* account.c - filled from the lines of the status. */
#include "account.h"

#include <stdlib.h>

void account_open(struct collect_result *res, const struct scene *sc)
{
	size_t n = 0;

	while (probe_table[n])
		n++;
	res->account = xmalloc((n + sc->nrule + 1) * sizeof(*res->account));
	for (size_t i = 0; i < n; i++)
		if (sc->env.live || !probe_table[i]->live_only)
			res->account[res->naccount++] =
				(struct collect_account){
					.name = probe_table[i]->name,
					.core = probe_table[i]->core
				};
	for (size_t i = 0; i < sc->nrule; i++)
		res->account[res->naccount++] =
			(struct collect_account){ .name = sc->rule[i].group,
						  .glob = sc->rule[i].glob,
						  .core = sc->rule[i].core };
}

void account_line(struct collect_result *r, const struct status_line *s)
{
	for (size_t i = 0; i < r->naccount; i++) {
		struct collect_account *a = &r->account[i];

		if (a->told || strcmp(a->name, s->probe) != 0 ||
		    !(a->glob ? str_is(s->item, a->glob) : s->item.n == 0))
			continue;
		a->told = true;
		a->state = (uint8_t)s->state;
		a->errnum = s->errnum;
		a->count = s->count;
		a->bytes = s->bytes;
		a->duration_ns = s->duration_ns;
		return;
	}
}

void collect_result_free(struct collect_result *res)
{
	free(res->account);
	res->account = NULL;
	res->naccount = 0;
}
