/*
 * sigma_draft.c - what the modifiers make of one string value: wildcards
 * around it, the five dashes, base64 at three offsets, UTF-16.
 */
#include "sigma.h"

static void draft_pattern(struct atom_draft *d, const struct units *u,
			  struct str shown)
{
	struct pat p = pattern_make(&d->s->rs->im, u, d->m->cased, shown);
	const struct image *im = &d->s->rs->im;

	buf_fmt(&d->key, "\n%u %u ", p.type, p.text.len);
	buf_str(&d->key, pool_str(im, p.text));
	buf_str(&d->key, pool_str(im, p.glob));
	vec_grow(&d->pat, &d->cappat, d->npat + 1, sizeof(*d->pat));
	d->pat[d->npat++] = p;
}

/* Adds wildcards as contains, startswith, endswith say, and drafts it. */
static void wrap(struct atom_draft *d, const struct units *u, struct str shown)
{
	unsigned op = d->m->op;
	struct units w = { 0 };
	bool head = op == OP_CONTAINS || op == OP_ENDS;
	bool tail = op == OP_CONTAINS || op == OP_STARTS;

	vec_grow(&w.u, &w.cap, u->n + 2, sizeof(*w.u));
	if (head && !(u->n && u->u[0] == GLOB_MANY))
		w.u[w.n++] = GLOB_MANY;
	if (u->n)
		memcpy(w.u + w.n, u->u, u->n * sizeof(*u->u));
	w.n += u->n;
	if (tail && !(w.n && w.u[w.n - 1] == GLOB_MANY))
		w.u[w.n++] = GLOB_MANY;
	draft_pattern(d, &w, shown);
	free(w.u);
}

static bool word(uint16_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

/*
 * windash: a dash or slash that begins a word stands for each of five signs.
 * Up to three such places are permuted; more change together.
 */
#define DASH_PLACES 3
static const char *const dash[] = { "-", "/", "\xe2\x80\x93", "\xe2\x80\x94",
				    "\xe2\x80\x95" };
#define NDASH 5u

static void dash_variant(struct atom_draft *d, const struct units *u,
			 unsigned variant, unsigned nplace, struct str shown)
{
	struct units w = { 0 };
	unsigned place = 0;

	vec_grow(&w.u, &w.cap, u->n * 3 + 3, sizeof(*w.u));
	for (size_t i = 0; i < u->n; i++) {
		const char *with = NULL;

		if ((u->u[i] == '-' || u->u[i] == '/') &&
		    (i == 0 || !word(u->u[i - 1])) && i + 1 < u->n &&
		    word(u->u[i + 1])) {
			unsigned v = variant;

			for (unsigned k = 0; nplace <= DASH_PLACES && k < place;
			     k++)
				v /= NDASH;
			with = dash[v % NDASH];
			place++;
		}
		if (!with)
			w.u[w.n++] = u->u[i];
		for (; with && *with; with++)
			w.u[w.n++] = (unsigned char)*with;
	}
	wrap(d, &w, shown);
	free(w.u);
}

static void windash(struct atom_draft *d, const struct units *u,
		    struct str shown)
{
	unsigned nplace = 0, n = 1;

	for (size_t i = 0; i + 1 < u->n; i++)
		nplace += (u->u[i] == '-' || u->u[i] == '/') &&
			  (i == 0 || !word(u->u[i - 1])) && word(u->u[i + 1]);
	for (unsigned k = 0; k < nplace && k < DASH_PLACES; k++)
		n *= NDASH;
	if (nplace > DASH_PLACES)
		n = NDASH;
	for (unsigned v = 0; v < n; v++)
		dash_variant(d, u, v, nplace, shown);
}

/* UTF-8 to UTF-16 bytes; ASCII and the BMP are what rules hold. */
static void widen(struct buf *out, struct str s, bool be)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned c = (unsigned char)s.p[i];

		if (c >= 0xe0 && i + 2 < s.n) {
			c = (c & 15) << 12 |
			    ((unsigned char)s.p[i + 1] & 63u) << 6 |
			    ((unsigned char)s.p[i + 2] & 63u);
			i += 2;
		} else if (c >= 0xc0 && i + 1 < s.n) {
			c = (c & 31) << 6 | ((unsigned char)s.p[i + 1] & 63u);
			i++;
		}
		buf_c(out, (char)(be ? c >> 8 : c & 255));
		buf_c(out, (char)(be ? c & 255 : c >> 8));
	}
}

static void encoded(struct atom_draft *d, struct str plain, struct str shown)
{
	/* characters that depend on what stands before and after */
	static const unsigned skip[3] = { 0, 2, 3 }, cut[3] = { 0, 3, 2 };
	struct units u = { 0 };

	for (unsigned off = 0; off < (d->m->offset ? 3u : 1u); off++) {
		struct buf in = { 0 }, out = { 0 };
		struct str t;

		buf_add(&in, "   ", off);
		buf_str(&in, plain);
		buf_b64(&out, in.p, in.n);
		t = buf_view(&out);
		if (d->m->offset) {
			t = str_skip(t, skip[off]);
			t.n -= t.n >= cut[in.n % 3] ? cut[in.n % 3] : t.n;
		}
		units_plain(&u, t);
		wrap(d, &u, shown);
		buf_free(&in);
		buf_free(&out);
	}
	free(u.u);
}

bool draft_string(struct atom_draft *d, const struct yaml *v)
{
	const struct modifiers *m = d->m;
	struct units u = { 0 };
	bool ok = units_parse(&u, v->s);

	if (!ok)
		(void)sigma_fail(d->s, v->line, "a value is too long");
	else if (m->base64 || m->offset || m->wide || m->utf16be ||
		 m->utf16bom) {
		struct buf b = { 0 };

		if (m->utf16bom)
			buf_add(&b, "\xff\xfe", 2);
		if (m->wide || m->utf16be || m->utf16bom)
			widen(&b, v->s, m->utf16be);
		else
			buf_str(&b, v->s);
		if (m->base64 || m->offset) {
			encoded(d, buf_view(&b), v->s);
		} else {
			units_plain(&u, buf_view(&b));
			wrap(d, &u, v->s);
		}
		buf_free(&b);
	} else if (m->windash) {
		windash(d, &u, v->s);
	} else {
		wrap(d, &u, v->s);
	}
	free(u.u);
	if (ok && d->npat > SIGMA_MAX_VALUES)
		ok = sigma_fail(d->s, v->line, "too many values");
	return ok;
}

void draft_literal(struct atom_draft *d, struct str text)
{
	struct units u = { 0 };

	units_plain(&u, text);
	wrap(d, &u, text);
	free(u.u);
}
