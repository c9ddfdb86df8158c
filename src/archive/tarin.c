/*
 * tarin.c - a push parser of tar: bytes in any portions, members out.
 *
 * States: a block is gathered in HEADER; PAX and MAP gather more of the same
 * member; DATA is handed on; PASS drops what nobody wants; after two zero
 * blocks the tar is OVER; a block that is no header makes it LOST until
 * tarin_break.  The layout of a block is in tarout.c.
 */
#include "tarin.h"

#include "tarhead.h"
#include "tarout.h"

void tarin_init(struct tarin *t, const struct tarin_sink *sink)
{
	*t = (struct tarin){ .sink = sink, .need = TAR_BLOCK };
	sha256_init(&t->header);
	t->m.mtime_ns = INT64_MIN;
}

static void await_header(struct tarin *t)
{
	t->state = TARIN_HEADER;
	t->need = TAR_BLOCK;
	t->sparse = false;
	t->has_size = t->has_mtime = t->has_uid = t->has_gid = false;
	t->realsize = 0;
	buf_clear(&t->block);
	buf_clear(&t->name);
	sha256_init(&t->header);
	t->m = (struct tarin_member){ .mtime_ns = INT64_MIN };
}

static void lose(struct tarin *t)
{
	t->state = TARIN_LOST;
	t->left = 0;
}

static void begin_data(struct tarin *t)
{
	struct seal_facts *f = &t->m.facts;

	sha256_end(&t->header, f->header);
	sha256_init(&t->data);
	f->short_at = SEAL_NO_SHORT;
	t->got = t->at = 0;
	t->iextent = 0;
	t->left = t->m.stored;
	t->padding = tar_padding(t->m.stored);
	t->state = TARIN_DATA;
	t->sink->begin(t->sink->arg, &t->m);
}

static void pass(struct tarin *t, uint64_t n)
{
	t->left = n;
	t->state = TARIN_PASS;
}

static void end_member(struct tarin *t)
{
	sha256_end(&t->data, t->m.facts.data);
	t->sink->end(t->sink->arg, &t->m, t->got);
}

/* After the header of a plain file: its name, size and kind are settled. */
static void plain_file(struct tarin *t)
{
	struct seal_facts *f = &t->m.facts;

	f->name = buf_view(&t->name);
	t->m.stored = t->size;
	if (t->sparse) {
		f->size = t->realsize;
		if (f->size > TARIN_MAX_SIZE || t->size < TAR_BLOCK) {
			lose(t);
			return;
		}
		t->state = TARIN_MAP;
		t->need = TAR_BLOCK;
		t->nline = 0;
		buf_clear(&t->block);
		return;
	}
	f->size = t->size;
	begin_data(t);
}

static void pax_header(struct tarin *t, char type, uint64_t size)
{
	if (size > TARIN_MAX_HEADER) {
		lose(t);
		return;
	}
	if (type == 'g' || size == 0) { /* speaks of all: not needed */
		await_header(t);
		pass(t, size + tar_padding(size));
		return;
	}
	t->size = size;
	t->need = (size_t)size + tar_padding(size);
	t->state = TARIN_PAX;
}

static void main_header(struct tarin *t, const char *h, uint64_t size)
{
	if (!t->has_size)
		t->size = size;
	tarhead_ustar(t, h);
	t->m.type = h[156] == '\0' ? '0' : h[156];
	if (t->size > TARIN_MAX_SIZE) {
		lose(t);
	} else if (t->m.type == '0' || t->m.type == '7') {
		plain_file(t);
	} else {
		t->m.facts.name = buf_view(&t->name);
		t->sink->begin(t->sink->arg, &t->m);
		t->sink->end(t->sink->arg, &t->m, 0);
		/* links and devices have no body, whatever their size says */
		pass(t, t->m.type >= '1' && t->m.type <= '6'
				? 0
				: t->size + tar_padding(t->size));
	}
}

static void header_block(struct tarin *t, const char *h)
{
	int64_t size = tarhead_octal(h + 124, 12);

	if (tarhead_zero(h)) {
		await_header(t);
		if (++t->nzero == 2)
			t->state = TARIN_OVER;
		return;
	}
	t->nzero = 0;
	if (!tarhead_checksum_ok(h) || size < 0) {
		lose(t);
		return;
	}
	sha256_add(&t->header, h, TAR_BLOCK);
	if (h[156] == 'x' || h[156] == 'g')
		pax_header(t, h[156], (uint64_t)size);
	else
		main_header(t, h, (uint64_t)size);
}

static void map_block(struct tarin *t)
{
	int done;

	/* counted block by block: the map is parsed once, when it is whole */
	for (size_t i = t->block.n - TAR_BLOCK; i < t->block.n; i++)
		t->nline += t->block.p[i] == '\n';
	done = tarhead_map(t);

	if (done == 0 && t->block.n < t->size &&
	    t->block.n < TARIN_MAX_HEADER) {
		t->need = t->block.n + TAR_BLOCK;
		return;
	}
	if (done <= 0) {
		lose(t);
		return;
	}
	sha256_add(&t->header, t->block.p, t->block.n);
	begin_data(t);
}

/* Gathers up to t->need bytes; true when they are there. */
static bool gather(struct tarin *t, const char **p, size_t *n)
{
	size_t k = t->need - t->block.n;

	if (k > *n)
		k = *n;
	buf_add(&t->block, *p, k);
	*p += k;
	*n -= k;
	return t->block.n == t->need;
}

static void gathered(struct tarin *t)
{
	if (t->state == TARIN_MAP) {
		map_block(t);
	} else if (t->state == TARIN_PAX) {
		sha256_add(&t->header, t->block.p, t->block.n);
		if (!tarhead_pax(t, str_head(buf_view(&t->block),
					     (size_t)t->size))) {
			lose(t);
			return;
		}
		t->state = TARIN_HEADER;
		t->need = TAR_BLOCK;
		buf_clear(&t->block);
	} else {
		char h[TAR_BLOCK];

		memcpy(h, t->block.p, TAR_BLOCK);
		buf_clear(&t->block);
		header_block(t, h);
	}
}

/* Hands data on, extent by extent. */
static size_t hand_on(struct tarin *t, const char *p, size_t n)
{
	const struct seal_facts *f = &t->m.facts;
	uint64_t off = t->got;

	if (n > t->left)
		n = (size_t)t->left;
	if (f->extent) {
		const struct extent *x = &f->extent[t->iextent];

		off = x->off + t->at;
		if (n > x->len - t->at)
			n = (size_t)(x->len - t->at);
		t->at += n;
		if (t->at == x->len) {
			t->iextent++;
			t->at = 0;
		}
	}
	sha256_add(&t->data, p, n);
	t->sink->data(t->sink->arg, off, p, n);
	t->got += n;
	t->left -= n;
	return n;
}

static void finish_data(struct tarin *t)
{
	size_t padding = t->padding;

	end_member(t);
	await_header(t);
	pass(t, padding);
}

void tarin_add(struct tarin *t, const void *data, size_t n)
{
	const char *p = data;

	for (;;) {
		/* states that end without a further byte come first */
		if (t->state == TARIN_DATA && t->left == 0) {
			finish_data(t);
		} else if (t->state == TARIN_PASS && t->left == 0) {
			await_header(t);
		} else if (n == 0) {
			return;
		} else if (t->state == TARIN_LOST || t->state == TARIN_OVER) {
			if (t->state == TARIN_OVER)
				t->extra += n;
			return;
		} else if (t->state == TARIN_DATA) {
			size_t k = hand_on(t, p, n);

			p += k;
			n -= k;
		} else if (t->state == TARIN_PASS) {
			size_t k = n < t->left ? n : (size_t)t->left;

			t->left -= k;
			p += k;
			n -= k;
		} else if (gather(t, &p, &n)) {
			gathered(t);
		}
	}
}

void tarin_break(struct tarin *t)
{
	if (t->state == TARIN_DATA)
		end_member(t);
	if (t->state != TARIN_OVER)
		await_header(t);
	t->nzero = 0;
}

void tarin_free(struct tarin *t)
{
	buf_free(&t->block);
	buf_free(&t->name);
	free(t->extent);
	*t = (struct tarin){ 0 };
}
