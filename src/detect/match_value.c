/* match_value.c - what a field of a rule is in an event, as text. */
#include "match.h"

#include "../event/message.h"

static void add(struct matcher *m, struct str s, const struct field *f)
{
	vec_grow(&m->value, &m->capvalue, m->nvalue + 1, sizeof(*m->value));
	m->value[m->nvalue++] = (struct value){ s, f };
}

/* Numbers and addresses become text only when somebody reads it. */
static void make_text(struct matcher *m, struct value *v)
{
	const struct field *f = v->f;

	if (f->type == V_BOOL) {
		v->s = f->v.b ? STR("true") : STR("false");
		return;
	}
	buf_clear(&m->made);
	field_text(&m->made, f);
	v->s = arena_dup(&m->text, buf_view(&m->made));
}

static void add_field(struct matcher *m, const struct field *f)
{
	struct str s = f->type == V_STR ? f->v.str : STR_NONE;

	if (f->type == V_STR && !s.p)
		s = STR("");
	add(m, s, f);
}

/* Fields stand in ascending key order. */
static size_t first_of(const struct event *e, unsigned key)
{
	size_t lo = 0, hi = e->nfield;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (e->field[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void add_key(struct matcher *m, const struct ref *r)
{
	const struct event *e = m->ev;
	struct str name = pool_str(m->im, r->name);

	for (size_t i = first_of(e, r->key);
	     i < e->nfield && e->field[i].key == r->key; i++)
		if (r->type == REF_KEY || str_eq(e->field[i].name, name))
			add_field(m, &e->field[i]);
}

static void add_words(struct matcher *m, const char *words)
{
	struct str rest = str_of(words);

	while (rest.n) {
		struct str w = str_cut(&rest, '|');

		if (w.n)
			add(m, w, NULL);
	}
}

/* What keywords search: the text as it stood, else every string there is. */
static void add_record(struct matcher *m)
{
	const struct event *e = m->ev;

	if (e->original.n) {
		add(m, e->original, NULL);
		return;
	}
	for (size_t i = 0; i < e->nfield; i++)
		if (e->field[i].type == V_STR)
			add(m, e->field[i].v.str, &e->field[i]);
}

static void add_ref(struct matcher *m, const struct ref *r)
{
	static const char *const event_kind[] = { "event", "state", "alert" };
	const struct event *e = m->ev;
	size_t before = m->nvalue;

	switch (r->type) {
	case REF_KEY:
	case REF_NAMED:
		add_key(m, r);
		break;
	case REF_DATASET:
		add(m, e->dataset, NULL);
		break;
	case REF_ACTION:
		add_key(m, &(struct ref){ .key = KEY_EVENT_ACTION });
		if (m->nvalue == before)
			add(m, str_of(kind_info(e->kind)->action), NULL);
		break;
	case REF_EVENT_KIND:
		add(m, str_of(event_kind[e->event_kind % 3]), NULL);
		break;
	case REF_SOURCE:
		if (m->src && m->src->path.n)
			add(m, m->src->path, NULL);
		break;
	case REF_CATEGORY:
		add_words(m, kind_info(e->kind)->category);
		break;
	case REF_TYPE:
		add_words(m, kind_info(e->kind)->type);
		break;
	default:
		add_record(m);
		break;
	}
}

void match_begin(struct matcher *m, const struct event *ev)
{
	m->ev = ev;
	m->nvalue = 0;
	m->nhit = 0;
	if (m->text.used)
		arena_rewind(&m->text, (struct arena_mark){ 0 });
	if (++m->gen == 0) {
		/* once in four thousand million events */
		memset(m->hit_gen, 0, m->im->n_atom * sizeof(*m->hit_gen));
		memset(m->seen_gen, 0, m->im->n_atom * sizeof(*m->seen_gen));
		memset(m->rule_gen, 0, m->rs->nrule * sizeof(*m->rule_gen));
		memset(m->field, 0, m->im->n_field * sizeof(*m->field));
		m->gen = 1;
	}
}

const struct value *match_raw(struct matcher *m, uint32_t field, size_t *n)
{
	const struct rule_field *f = &m->im->field[field];
	struct field_cache *c = &m->field[field];

	if (c->gen != m->gen) {
		*c = (struct field_cache){ m->gen, (uint32_t)m->nvalue, 0,
					   false };
		for (uint32_t i = 0; i < f->nref; i++)
			add_ref(m, &m->im->ref[f->ref + i]);
		c->n = (uint32_t)m->nvalue - c->first;
	}
	*n = c->n;
	return m->value + c->first;
}

const struct value *match_values(struct matcher *m, uint32_t field, size_t *n)
{
	size_t first = (size_t)(match_raw(m, field, n) - m->value);

	for (size_t i = 0; i < *n; i++)
		if (!m->value[first + i].s.p)
			make_text(m, &m->value[first + i]);
	return m->value + first;
}
