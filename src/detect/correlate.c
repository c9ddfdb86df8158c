/* correlate.c - groups and windows of every correlation. */
#include "correlate.h"

#include "../util/hash.h"

#define MAX_CHAIN 8 /* correlations of correlations */

struct entry { /* value_count: of a value; event_count: of an event */
	int64_t ts_ns;
	uint64_t value;
};

struct group {
	struct str key; /* in the map's arena */
	int64_t last_ns;
	struct entry *entry; /* oldest first, at most corr.keep */
	size_t nentry, capentry;
	/* temporal: newest time per rule; ordered: newest start of a chain */
	int64_t at[CORR_MAX_RULES];
	uint32_t have; /* bit per rule */
	struct finding_event event[CORR_EVIDENCE];
	size_t nevent; /* ever; the newest stand in event[i % CORR_EVIDENCE] */
};

struct table {            /* of one correlation */
	struct map index; /* key -> group */
	struct group *group;
	size_t ngroup, capgroup, bytes;
};

struct user { /* correlation that refers to a rule, as its i-th */
	uint32_t corr, i, next;
};

struct correlator {
	const struct ruleset *rs;
	struct table *table;
	uint32_t *first; /* per rule: first user + 1 */
	struct user *user;
	size_t nuser, capuser;
	size_t share; /* bytes that one correlation may take */
	uint64_t dropped;
	struct buf key;
};

struct correlator *correlator_new(const struct ruleset *rs)
{
	struct correlator *c = xmalloc(sizeof(*c));
	const struct image *im = &rs->im;

	c->rs = rs;
	c->share = CORR_MAX_ALL / (im->n_corr ? im->n_corr : 1);
	if (c->share > CORR_MAX_BYTES)
		c->share = CORR_MAX_BYTES;
	c->table = xmalloc(im->n_corr * sizeof(*c->table));
	c->first = xmalloc(rs->nrule * sizeof(*c->first));
	for (uint32_t k = 0; k < im->n_corr; k++)
		for (uint32_t i = 0; i < im->corr[k].nrule; i++) {
			uint32_t of = im->corr[k].of[i];

			vec_grow(&c->user, &c->capuser, c->nuser + 1,
				 sizeof(*c->user));
			c->user[c->nuser] = (struct user){ k, i, c->first[of] };
			c->first[of] = (uint32_t)++c->nuser;
		}
	return c;
}

static void table_clear(struct table *t)
{
	for (size_t i = 0; i < t->ngroup; i++)
		free(t->group[i].entry);
	free(t->group);
	map_free(&t->index);
}

void correlator_free(struct correlator *c)
{
	if (!c)
		return;
	for (size_t k = 0; k < c->rs->im.n_corr; k++)
		table_clear(&c->table[k]);
	free(c->table);
	free(c->first);
	free(c->user);
	buf_free(&c->key);
	free(c);
}

uint64_t correlator_dropped(const struct correlator *c)
{
	return c->dropped;
}

/* The group's name; false when the event lacks one of its fields. */
static bool group_key(struct correlator *c, struct matcher *m,
		      const struct corr *k, unsigned i, uint32_t host)
{
	buf_clear(&c->key);
	buf_add(&c->key, &host, sizeof(host));
	for (unsigned g = 0; g < k->ngroup; g++) {
		size_t n;
		const struct value *v = match_values(m, k->group[i][g], &n);
		uint32_t len;

		if (n == 0)
			return false;
		len = (uint32_t)v[0].s.n;
		buf_add(&c->key, &len, sizeof(len));
		buf_str(&c->key, v[0].s);
	}
	return true;
}

static int by_last(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->last_ns != y->last_ns)
		return x->last_ns > y->last_ns ? -1 : 1;
	return str_cmp(x->key, y->key);
}

/* Keeps the newer half of the groups that are still in the window. */
static void make_room(struct correlator *c, struct table *t, int64_t oldest)
{
	struct table fresh = { 0 };
	size_t keep = t->ngroup / 2;

	qsort(t->group, t->ngroup, sizeof(*t->group), by_last);
	for (size_t i = 0; i < t->ngroup; i++) {
		struct group *g = &t->group[i];

		if (g->last_ns < oldest || i >= keep) {
			c->dropped += g->last_ns >= oldest;
			free(g->entry);
			continue;
		}
		vec_grow(&fresh.group, &fresh.capgroup, fresh.ngroup + 1,
			 sizeof(*fresh.group));
		*map_put(&fresh.index, g->key, NULL) = fresh.ngroup;
		fresh.group[fresh.ngroup] = *g;
		fresh.group[fresh.ngroup].key =
			fresh.index.item[fresh.ngroup].key;
		fresh.bytes += g->capentry * sizeof(*g->entry) + g->key.n +
			       sizeof(struct map_item);
		fresh.ngroup++;
	}
	free(t->group);
	map_free(&t->index);
	*t = fresh;
}

static struct group *group_get(struct correlator *c, struct table *t,
			       int64_t oldest)
{
	bool added;
	uint64_t *at;

	if (t->ngroup >= CORR_MAX_GROUPS ||
	    t->bytes + t->ngroup * sizeof(*t->group) > c->share)
		make_room(c, t, oldest);
	at = map_put(&t->index, buf_view(&c->key), &added);
	if (added) {
		vec_grow(&t->group, &t->capgroup, t->ngroup + 1,
			 sizeof(*t->group));
		t->group[t->ngroup] =
			(struct group){ .key = t->index.item[t->ngroup].key };
		t->bytes += c->key.n + sizeof(struct map_item);
		*at = t->ngroup++;
	}
	return &t->group[*at];
}

static void add_entry(struct table *t, struct group *g, size_t keep,
		      struct entry e)
{
	size_t before = g->capentry;

	if (g->nentry >= keep) {
		size_t drop = g->nentry - keep + 1;

		memmove(g->entry, g->entry + drop,
			(g->nentry - drop) * sizeof(*g->entry));
		g->nentry -= drop;
	}
	vec_grow(&g->entry, &g->capentry, g->nentry + 1, sizeof(*g->entry));
	t->bytes += (g->capentry - before) * sizeof(*g->entry);
	g->entry[g->nentry++] = e;
}

static void expire(struct group *g, int64_t oldest)
{
	size_t n = 0;

	while (n < g->nentry && g->entry[n].ts_ns < oldest)
		n++;
	if (n == 0)
		return;
	memmove(g->entry, g->entry + n, (g->nentry - n) * sizeof(*g->entry));
	g->nentry -= n;
}

static bool counts(const struct corr *k, size_t n)
{
	return n >= k->min && n <= k->max;
}

static bool value_count(struct matcher *m, struct table *t, struct group *g,
			const struct corr *k, unsigned i, int64_t ts)
{
	size_t n, w = 0;
	const struct value *v = match_values(m, k->value[i], &n);
	uint64_t h;

	if (n == 0)
		return false;
	h = hash_keyed(v[0].s.p, v[0].s.n);
	/* a value seen again moves to the newest place */
	for (size_t r = 0; r < g->nentry; r++)
		if (g->entry[r].value != h)
			g->entry[w++] = g->entry[r];
	g->nentry = w;
	add_entry(t, g, k->keep, (struct entry){ ts, h });
	return counts(k, g->nentry);
}

static bool temporal(struct group *g, const struct corr *k, unsigned i,
		     int64_t ts, int64_t oldest)
{
	size_t n = 0;

	g->at[i] = ts;
	g->have |= 1u << i;
	for (unsigned r = 0; r < k->nrule; r++)
		n += (g->have >> r & 1) && g->at[r] >= oldest;
	return counts(k, n);
}

/* at[i]: when the newest chain that reaches rule i began. */
static bool ordered(struct group *g, const struct corr *k, unsigned i,
		    int64_t ts, int64_t oldest)
{
	if (i > 0) {
		if (!(g->have >> (i - 1) & 1) || g->at[i - 1] < oldest)
			return false;
		ts = g->at[i - 1];
	}
	if (!(g->have >> i & 1) || g->at[i] < ts)
		g->at[i] = ts;
	g->have |= 1u << i;
	return i + 1 == k->nrule;
}

static bool window(struct matcher *m, struct table *t, struct group *g,
		   const struct corr *k, unsigned i, int64_t ts, int64_t oldest)
{
	expire(g, oldest);
	switch (k->type) {
	case CORR_EVENT_COUNT:
		add_entry(t, g, k->keep, (struct entry){ ts, 0 });
		return counts(k, g->nentry);
	case CORR_VALUE_COUNT:
		return value_count(m, t, g, k, i, ts);
	case CORR_TEMPORAL:
		return temporal(g, k, i, ts, oldest);
	default:
		return ordered(g, k, i, ts, oldest);
	}
}

static void remember(struct group *g, const struct event *e)
{
	struct finding_event *f = &g->event[g->nevent++ % CORR_EVIDENCE];

	memcpy(f->id, e->id, sizeof(f->id));
	f->source = e->source;
	f->off = e->off;
	f->ts_ns = e->when.ts_ns;
}

/* The remembered events that are in the window, oldest first. */
static size_t evidence(const struct group *g, int64_t oldest,
		       struct finding_event out[CORR_EVIDENCE])
{
	size_t n = 0;
	size_t from = g->nevent > CORR_EVIDENCE ? g->nevent - CORR_EVIDENCE : 0;

	for (size_t i = from; i < g->nevent; i++)
		if (g->event[i % CORR_EVIDENCE].ts_ns >= oldest)
			out[n++] = g->event[i % CORR_EVIDENCE];
	return n;
}

/* An undated event enters a window only if all of its interval fits. */
static bool dated(const struct when *w, int64_t span_ns)
{
	int64_t width;

	if (w->from != FROM_BOUNDED)
		return true;
	if (!(w->flags & WHEN_NOT_BEFORE) || !(w->flags & WHEN_NOT_AFTER))
		return false;
	return !__builtin_sub_overflow(w->not_after, w->not_before, &width) &&
	       width <= span_ns;
}

static int64_t minus(int64_t ts, int64_t span_ns)
{
	int64_t v;

	return __builtin_sub_overflow(ts, span_ns, &v) ? INT64_MIN : v;
}

struct chain {
	struct correlator *c;
	struct matcher *m;
	uint32_t host;
	void (*fire)(void *ctx, const struct corr_hit *);
	void *ctx;
};

static void hit(struct chain *ch, uint32_t rule, unsigned depth)
{
	struct correlator *c = ch->c;
	const struct event *e = ch->m->ev;
	uint32_t u = c->first[rule];

	for (; u && depth < MAX_CHAIN; u = c->user[u - 1].next) {
		const struct user *user = &c->user[u - 1];
		const struct corr *k = &c->rs->im.corr[user->corr];
		struct table *t = &c->table[user->corr];
		int64_t ts = e->when.ts_ns, oldest = minus(ts, k->span_ns);
		struct finding_event ev[CORR_EVIDENCE];
		struct group *g;
		size_t n;

		if (!dated(&e->when, k->span_ns) ||
		    !group_key(c, ch->m, k, user->i, ch->host))
			continue;
		g = group_get(c, t, oldest);
		g->last_ns = ts;
		remember(g, e);
		if (!window(ch->m, t, g, k, user->i, ts, oldest))
			continue;
		n = evidence(g, oldest, ev);
		ch->fire(ch->ctx, &(struct corr_hit){ k->rule, ev, n });
		hit(ch, k->rule, depth + 1);
	}
}

void correlator_hit(struct correlator *c, struct matcher *m, uint32_t rule,
		    uint32_t host,
		    void (*fire)(void *ctx, const struct corr_hit *), void *ctx)
{
	struct chain ch = { c, m, host, fire, ctx };

	hit(&ch, rule, 0);
}
