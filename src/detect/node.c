/* node.c - what can still become of a condition when fields are missing. */
#include "sigma.h"

enum { MAY_TRUE = 1, MAY_FALSE = 2 };

static void name_once(struct buf *b, struct str name)
{
	struct str rest = buf_view(b);

	while (rest.n)
		if (str_eq(str_cut(&rest, ' '), name))
			return;
	if (b->n)
		buf_c(b, ' ');
	buf_str(b, name);
}

static unsigned atom_may(const struct image *im, const struct atom *a,
			 struct buf *missing)
{
	const struct rule_field *f = &im->field[a->field];

	if (f->nref)
		return MAY_TRUE | MAY_FALSE;
	name_once(missing, pool_str(im, f->name));
	return a->op == ATOM_NULL ? MAY_TRUE : MAY_FALSE;
}

static unsigned may(const struct image *im, uint32_t i, struct buf *missing,
		    unsigned depth)
{
	const struct node *n = &im->node[i];
	unsigned v, out;

	/* deeper than a condition can be: leave it open */
	if (depth > 4 * SIGMA_MAX_NEST)
		return MAY_TRUE | MAY_FALSE;
	switch (n->op) {
	case NODE_TRUE:
		return MAY_TRUE;
	case NODE_FALSE:
		return MAY_FALSE;
	case NODE_ATOM:
		return atom_may(im, &im->atom[n->arg], missing);
	case NODE_NOT:
		v = may(im, im->kid[n->kid], missing, depth + 1);
		return (v & MAY_TRUE ? MAY_FALSE : 0u) |
		       (v & MAY_FALSE ? MAY_TRUE : 0u);
	default:
		break;
	}
	/* AND is false when one can be, true when all can; OR the reverse */
	out = n->op == NODE_AND ? MAY_TRUE : MAY_FALSE;
	for (uint32_t k = 0; k < n->nkid; k++) {
		v = may(im, im->kid[n->kid + k], missing, depth + 1);
		if (n->op == NODE_AND)
			out = (out & v & MAY_TRUE) | ((out | v) & MAY_FALSE);
		else
			out = (out & v & MAY_FALSE) | ((out | v) & MAY_TRUE);
	}
	return out;
}

bool node_possible(const struct image *im, uint32_t node, struct buf *missing)
{
	return (may(im, node, missing, 0) & MAY_TRUE) != 0;
}
