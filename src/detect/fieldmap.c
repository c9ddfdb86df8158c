/* fieldmap.c - names of rules to keys of events, logsources to predicates. */
#include "fieldmap.h"

#define MAX_REFS 8

bool fieldmap_load(struct fieldmap *fm, struct arena *a, struct str text,
		   struct yaml_error *err)
{
	const struct yaml *doc = yaml_load(a, text, err);

	*fm = (struct fieldmap){ 0 };
	if (!doc)
		return false;
	fm->fields = yaml_get(doc, "fields");
	fm->logsources = yaml_get(doc, "logsources");
	return fm->fields && fm->logsources && fm->logsources->type == YAML_SEQ;
}

/* An absent product (in the rule or here) is any; the others must agree. */
static bool source_is(const struct yaml *e, const struct yaml *logsource)
{
	struct str a = yaml_str(e, "product"),
		   b = yaml_str(logsource, "product");

	if (a.n && b.n && !str_ieq(a, b))
		return false;
	if (!b.n && a.n && !yaml_str(logsource, "category").n)
		return false;
	return str_ieq(yaml_str(e, "category"),
		       yaml_str(logsource, "category")) &&
	       str_ieq(yaml_str(e, "service"), yaml_str(logsource, "service"));
}

const struct yaml *fieldmap_source(const struct fieldmap *fm,
				   const struct yaml *logsource)
{
	const struct yaml *e;

	if (!fm->logsources)
		return NULL;
	for (e = fm->logsources->kid; e; e = e->next)
		if (source_is(e, logsource))
			return e;
	return NULL;
}

static void add_kind(struct where *w, struct str name)
{
	for (unsigned k = 0; k < KIND_COUNT && k < 128; k++)
		if (str_is(name, kind_info(k)->name))
			w->kinds[k / 64] |= UINT64_C(1) << k % 64;
}

static void add_event_kind(struct where *w, struct str name)
{
	if (str_is(name, "event"))
		w->event_kinds |= 1u << EK_EVENT;
	else if (str_is(name, "state"))
		w->event_kinds |= 1u << EK_STATE;
	else if (str_is(name, "alert"))
		w->event_kinds |= 1u << EK_ALERT;
}

static const struct yaml *items(const struct yaml *e, const char *key)
{
	e = yaml_get(e, key);
	return e && e->type == YAML_SEQ ? e->kid : NULL;
}

void fieldmap_where(struct image *im, const struct yaml *e, struct where *w)
{
	const struct yaml *k;

	*w = (struct where){ .none = e == NULL };
	if (!e)
		return;
	for (k = items(e, "kinds"); k; k = k->next)
		add_kind(w, k->s);
	for (k = items(e, "event"); k; k = k->next)
		add_event_kind(w, k->s);
	w->set = (uint32_t)im->n_set;
	for (k = items(e, "datasets"); k; k = k->next) {
		struct span s = pool_add(im, k->s);

		im->set[IMAGE_ADD(im, set)] = s;
		w->nset++;
	}
	w->text = yaml_true(e, "text");
}

static bool special(struct str name, struct ref *r)
{
	static const struct {
		const char *name;
		uint8_t type;
	} table[] = {
		{ "event.dataset", REF_DATASET },
		{ "event.action", REF_ACTION },
		{ "event.kind", REF_EVENT_KIND },
		{ "event.category", REF_CATEGORY },
		{ "event.type", REF_TYPE },
		{ "event.original", REF_RECORD },
		{ "konseki.source", REF_SOURCE },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (str_is(name, table[i].name)) {
			*r = (struct ref){ .type = table[i].type };
			return true;
		}
	return false;
}

/* One ECS name as a ref; false when no event can carry it. */
static bool resolve(struct image *im, struct str name, struct ref *r)
{
	struct str rest;
	unsigned key;

	if (name.n == 0) {
		*r = (struct ref){ .type = REF_RECORD };
		return true;
	}
	if (special(name, r))
		return true;
	key = key_find(name);
	if (key != KEY_NONE) {
		*r = (struct ref){ .type = REF_KEY, .key = (uint16_t)key };
		return true;
	}
	key = key_find_named(name, &rest);
	if (key == KEY_NONE)
		return false;
	*r = (struct ref){ .type = REF_NAMED,
			   .key = (uint16_t)key,
			   .name = pool_add(im, rest) };
	return true;
}

static const struct yaml *entry(const struct yaml *map, struct str name)
{
	if (!map || map->type != YAML_MAP)
		return NULL;
	for (map = map->kid; map; map = map->next)
		if (str_eq(map->key, name))
			return map;
	return NULL;
}

/* What the map says of name: its own entry's words first. */
static size_t refs_of(const struct fieldmap *fm, struct ruleset *rs,
		      const struct yaml *source, struct str name,
		      struct ref ref[MAX_REFS])
{
	const struct yaml *e = entry(yaml_get(source, "fields"), name);
	struct image *im = &rs->im;
	size_t n = 0;

	if (!e)
		e = entry(fm->fields, name);
	if (!e)
		return resolve(im, name, &ref[0]) ? 1 : 0;
	if (e->type == YAML_SCALAR)
		return resolve(im, e->s, &ref[0]) ? 1 : 0;
	for (const struct yaml *k = e->kid; k && n < MAX_REFS; k = k->next)
		n += resolve(im, k->s, &ref[n]);
	return n;
}

uint32_t fieldmap_field(const struct fieldmap *fm, struct ruleset *rs,
			const struct yaml *source, struct str name)
{
	struct image *im = &rs->im;
	struct ref ref[MAX_REFS];
	size_t n = refs_of(fm, rs, source, name, ref);
	struct buf key = { 0 };
	uint64_t *at;
	bool added;

	/* same name and same refs: same field */
	buf_str(&key, name);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&key, "|%u %u " STR_FMT, ref[i].type, ref[i].key,
			STR_ARG(pool_str(im, ref[i].name)));
	at = map_put(&rs->fields, buf_view(&key), &added);
	buf_free(&key);
	if (added) {
		uint32_t f = IMAGE_ADD(im, field), first = (uint32_t)im->n_ref;
		struct span said =
			pool_add(im, name.n ? name : STR("event.original"));

		for (size_t i = 0; i < n; i++)
			im->ref[IMAGE_ADD(im, ref)] = ref[i];
		im->field[f] = (struct rule_field){ .ref = first,
						    .nref = (uint32_t)n,
						    .name = said };
		*at = f;
	}
	return (uint32_t)*at;
}
