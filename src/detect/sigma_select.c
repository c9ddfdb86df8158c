/*
 * sigma_select.c - selections: maps (AND), lists of maps (OR), keywords.
 */
#include "sigma.h"

uint32_t node_add(struct image *im, unsigned op, uint32_t arg,
		  const uint32_t *kid, size_t nkid)
{
	uint32_t n = IMAGE_ADD(im, node), first = (uint32_t)im->n_kid;

	for (size_t i = 0; i < nkid; i++)
		im->kid[IMAGE_ADD(im, kid)] = kid[i];
	im->node[n] = (struct node){ .op = (uint8_t)op,
				     .arg = arg,
				     .kid = first,
				     .nkid = (uint32_t)nkid };
	return n;
}

uint32_t node_join(struct image *im, unsigned op, const uint32_t *kid, size_t n)
{
	if (n == 1)
		return kid[0];
	if (n == 0)
		op = op == NODE_AND ? NODE_TRUE : NODE_FALSE;
	return node_add(im, op, 0, kid, n);
}

static bool map_node(struct sigma *s, const struct yaml *map, uint32_t *node)
{
	uint32_t *kid = arena_array(s->tmp, map->nkid + 1u, sizeof(*kid));
	size_t n = 0;

	if (map->nkid == 0)
		return sigma_fail(s, map->line, "an empty selection");
	for (const struct yaml *e = map->kid; e; e = e->next) {
		struct str mods = e->key, name = str_cut(&mods, '|');
		struct modifiers m = { 0 };

		if (mods.p && !modifiers_parse(s, mods, e->line, &m))
			return false;
		/* keywords are looked for, not compared */
		if (name.n == 0 && m.op == OP_EQUALS)
			m.op = OP_CONTAINS;
		if (!sigma_value(s, name, &m, e, &kid[n++]))
			return false;
	}
	*node = node_join(&s->rs->im, NODE_AND, kid, n);
	return true;
}

static bool list_node(struct sigma *s, const struct yaml *seq, uint32_t *node)
{
	static const struct modifiers keyword = { .op = OP_CONTAINS };
	uint32_t *kid = arena_array(s->tmp, seq->nkid + 1u, sizeof(*kid));
	size_t n = 0, nscalar = 0;

	for (const struct yaml *k = seq->kid; k; k = k->next)
		nscalar += k->type == YAML_SCALAR;
	if (nscalar && nscalar == seq->nkid)
		return sigma_value(s, STR_NONE, &keyword, seq, node);
	for (const struct yaml *k = seq->kid; k; k = k->next) {
		bool ok =
			k->type == YAML_MAP ? map_node(s, k, &kid[n])
			: k->type == YAML_SCALAR
				? sigma_value(s, STR_NONE, &keyword, k, &kid[n])
				: sigma_fail(s, k->line, "a list in a list");
		if (!ok)
			return false;
		n++;
	}
	if (n == 0)
		return sigma_fail(s, seq->line, "an empty selection");
	*node = node_join(&s->rs->im, NODE_OR, kid, n);
	return true;
}

bool sigma_selection(struct sigma *s, const struct yaml *sel, uint32_t *node)
{
	static const struct modifiers keyword = { .op = OP_CONTAINS };

	if (sel->type == YAML_MAP)
		return map_node(s, sel, node);
	if (sel->type == YAML_SEQ)
		return list_node(s, sel, node);
	return sigma_value(s, STR_NONE, &keyword, sel, node);
}
