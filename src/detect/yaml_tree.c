/* yaml_tree.c - libyaml's events into a tree; a stack instead of recursion. */
#include "yaml_tree.h"

#include <yaml.h>

struct level {
	struct yaml *node, *last;
	struct str key; /* of a map whose value is awaited */
	bool have_key;
};

struct load {
	struct arena *arena;
	struct yaml_error *err;
	struct level stack[YAML_MAX_DEPTH];
	unsigned depth;
	size_t nnode;
	struct yaml *first, *last;
};

static bool fail(struct load *l, size_t line, const char *why)
{
	l->err->line = (uint32_t)line;
	l->err->why = str_of(why);
	return false;
}

static bool duplicate(const struct level *up, struct str key)
{
	/* quadratic only in the size of one map: capped */
	if (up->node->nkid > 4096)
		return false;
	for (const struct yaml *k = up->node->kid; k; k = k->next)
		if (str_eq(k->key, key))
			return true;
	return false;
}

/* Hangs n where the stack says. */
static bool attach(struct load *l, struct yaml *n)
{
	struct level *up = l->depth ? &l->stack[l->depth - 1] : NULL;

	if (!up) {
		if (l->last)
			l->last->next = n;
		else
			l->first = n;
		l->last = n;
		return true;
	}
	if (up->node->type == YAML_MAP) {
		if (!up->have_key)
			return fail(l, n->line, "a key is not a scalar");
		if (duplicate(up, up->key))
			return fail(l, n->line, "a key stands twice");
		n->key = up->key;
		up->have_key = false;
	}
	if (up->last)
		up->last->next = n;
	else
		up->node->kid = n;
	up->last = n;
	up->node->nkid++;
	return true;
}

static struct yaml *make(struct load *l, const yaml_event_t *e, unsigned type)
{
	struct yaml *n;

	if (++l->nnode > YAML_MAX_NODES) {
		(void)fail(l, e->start_mark.line + 1, "too many values");
		return NULL;
	}
	n = ARENA_NEW(l->arena, struct yaml);
	n->type = (uint8_t)type;
	n->line = (uint32_t)e->start_mark.line + 1;
	return n;
}

static bool scalar(struct load *l, const yaml_event_t *e)
{
	struct level *up = l->depth ? &l->stack[l->depth - 1] : NULL;
	struct str s = arena_dup(
		l->arena, str_mem(e->data.scalar.value, e->data.scalar.length));
	struct yaml *n;

	if (up && up->node->type == YAML_MAP && !up->have_key) {
		up->key = s;
		up->have_key = true;
		return true;
	}
	n = make(l, e, YAML_SCALAR);
	if (!n)
		return false;
	n->s = s;
	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return attach(l, n);
}

static bool open_level(struct load *l, const yaml_event_t *e, unsigned type)
{
	struct yaml *n;

	if (l->depth >= YAML_MAX_DEPTH)
		return fail(l, e->start_mark.line + 1, "nested too deeply");
	n = make(l, e, type);
	if (!n || !attach(l, n))
		return false;
	l->stack[l->depth++] = (struct level){ .node = n };
	return true;
}

static bool take(struct load *l, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return scalar(l, e);
	case YAML_SEQUENCE_START_EVENT:
		return open_level(l, e, YAML_SEQ);
	case YAML_MAPPING_START_EVENT:
		return open_level(l, e, YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		l->depth--;
		return true;
	case YAML_ALIAS_EVENT:
		return fail(l, e->start_mark.line + 1, "aliases are refused");
	default:
		return true;
	}
}

static bool run(struct load *l, yaml_parser_t *p)
{
	bool done = false, ok = true;

	while (ok && !done) {
		yaml_event_t e;

		if (!yaml_parser_parse(p, &e)) {
			struct str why =
				arena_fmt(l->arena, "%s",
					  p->problem ? p->problem : "not YAML");

			l->err->line = (uint32_t)p->problem_mark.line + 1;
			l->err->why = why;
			return false;
		}
		done = e.type == YAML_STREAM_END_EVENT;
		ok = take(l, &e);
		yaml_event_delete(&e);
	}
	return ok;
}

struct yaml *yaml_load(struct arena *a, struct str text, struct yaml_error *err)
{
	struct load l = { .arena = a, .err = err };
	yaml_parser_t p;
	bool ok;

	*err = (struct yaml_error){ 0 };
	if (text.n > YAML_MAX_TEXT) {
		(void)fail(&l, 1, "the file is too large");
		return NULL;
	}
	if (!yaml_parser_initialize(&p)) {
		(void)fail(&l, 1, "no memory for the YAML reader");
		return NULL;
	}
	yaml_parser_set_input_string(
		&p, (const unsigned char *)(text.p ? text.p : ""), text.n);
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	ok = run(&l, &p);
	yaml_parser_delete(&p);
	return ok ? l.first : NULL;
}

const struct yaml *yaml_get(const struct yaml *n, const char *key)
{
	struct str k = str_of(key);

	if (!n || n->type != YAML_MAP)
		return NULL;
	for (n = n->kid; n; n = n->next)
		if (str_eq(n->key, k))
			return n;
	return NULL;
}

struct str yaml_str(const struct yaml *n, const char *key)
{
	n = yaml_get(n, key);
	return n && n->type == YAML_SCALAR ? n->s : STR_NONE;
}

bool yaml_is_null(const struct yaml *n)
{
	return n->type == YAML_SCALAR && !n->quoted &&
	       (n->s.n == 0 || str_is(n->s, "~") || str_ieq(n->s, STR("null")));
}

bool yaml_is_bool(const struct yaml *n, bool *out)
{
	if (n->type != YAML_SCALAR || n->quoted)
		return false;
	*out = str_ieq(n->s, STR("true"));
	return *out || str_ieq(n->s, STR("false"));
}

bool yaml_true(const struct yaml *n, const char *key)
{
	bool v = false;

	n = yaml_get(n, key);
	return n && yaml_is_bool(n, &v) && v;
}
