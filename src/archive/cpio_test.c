/* cpio_test.c - archives of the early boot, whole, in pieces, and damaged. */
#include "cpio.h"

#include "../util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct seen {
	struct buf text; /* names, sizes, and what came of them */
	uint64_t due, came;
	bool open;
};

static void begin(void *arg, const struct cpio_entry *e)
{
	struct seen *s = arg;

	assert_false(s->open);
	s->open = true;
	s->due = e->size;
	s->came = 0;
	buf_str(&s->text, e->name);
	buf_c(&s->text, '=');
}

static void data(void *arg, uint64_t off, const char *p, size_t n)
{
	struct seen *s = arg;

	assert_true(s->open);
	assert_int_equal(off, s->came);
	assert_true(n <= s->due - s->came);
	s->came += n;
	buf_add(&s->text, p, n);
}

static void end(void *arg)
{
	struct seen *s = arg;

	assert_true(s->open);
	assert_int_equal(s->came, s->due);
	s->open = false;
	buf_c(&s->text, ';');
}

static void member(struct buf *b, const char *name, const char *text)
{
	size_t n = strlen(name) + 1;

	buf_fmt(b, "070701%08X%08X%08X%08X%08X%08X%08zX", 1, 0100755, 0, 0, 1,
		0, strlen(text));
	buf_fmt(b, "%08X%08X%08X%08X%08zX%08X", 0, 0, 0, 0, n, 0);
	buf_add(b, name, n);
	for (; (CPIO_HEAD + n) % 4; n++)
		buf_c(b, '\0');
	buf_puts(b, text);
	for (n = strlen(text); n % 4; n++)
		buf_c(b, '\0');
}

static void sample(struct buf *b)
{
	member(b, "init", "#!/bin/sh\n");
	member(b, "empty", "");
	member(b, "TRAILER!!!", "");
	for (int i = 0; i < 300; i++)
		buf_c(b, '\0');
	member(b, "scripts/x", "abc");
	member(b, "TRAILER!!!", "");
	for (int i = 0; i < 5; i++)
		buf_c(b, '\0');
}

/* In pieces of `step' bytes; how many were taken. */
static size_t feed(struct cpio *c, struct str in, size_t step)
{
	size_t at = 0;

	while (at < in.n && !c->bad) {
		size_t n = in.n - at < step ? in.n - at : step;
		size_t used = cpio_feed(c, in.p + at, n);

		assert_true(used == n || c->bad);
		at += used;
	}
	return at;
}

static void pieces_of_any_size(void **state)
{
	struct buf b = { 0 };

	(void)state;
	sample(&b);
	for (size_t step = 1; step < 200; step++) {
		struct seen s = { .open = false };
		const struct cpio_sink sink = { &s, begin, data, end };
		struct cpio c = { .sink = &sink };

		assert_int_equal(feed(&c, buf_view(&b), step), b.n);
		assert_true(cpio_idle(&c));
		assert_int_equal(c.nmember, 3);
		assert_true(str_is(buf_view(&s.text),
				   "init=#!/bin/sh\n;empty=;scripts/x=abc;"));
		buf_free(&s.text);
	}
	buf_free(&b);
}

static void something_else_behind_it(void **state)
{
	struct seen s = { .open = false };
	const struct cpio_sink sink = { &s, begin, data, end };
	struct cpio c = { .sink = &sink };
	struct buf b = { 0 };
	size_t n;

	(void)state;
	sample(&b);
	while (b.p[b.n - 1] == '\0')
		b.n--;
	b.n++; /* no padding behind the last name */
	assert_int_equal(feed(&c, buf_view(&b), 64), b.n);
	assert_true(cpio_idle(&c));
	while (b.n % 4)
		buf_c(&b, '\0');
	c = (struct cpio){ .sink = &sink };
	buf_clear(&s.text);
	n = b.n;
	buf_puts(&b, "\x1f\x8b compressed");
	assert_int_equal(feed(&c, buf_view(&b), 64), n);
	assert_true(c.bad);
	assert_true(cpio_idle(&c));
	buf_free(&s.text);
	buf_free(&b);
}

static void every_byte_changed_and_every_length(void **state)
{
	static const char value[] = { 0, '0', 'f', '\xff' };
	struct buf b = { 0 };

	(void)state;
	sample(&b);
	for (size_t i = 0; i < b.n; i++)
		for (size_t k = 0; k <= sizeof(value); k++) {
			struct seen s = { .open = false };
			const struct cpio_sink sink = { &s, begin, data, end };
			struct cpio c = { .sink = &sink };
			struct str in = buf_view(&b);
			char was = b.p[i];

			if (k == sizeof(value))
				in = str_head(in, i);
			else
				b.p[i] = value[k];
			(void)feed(&c, in, 37);
			if (cpio_idle(&c))
				assert_false(s.open);
			b.p[i] = was;
			buf_free(&s.text);
		}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_any_size),
		cmocka_unit_test(something_else_behind_it),
		cmocka_unit_test(every_byte_changed_and_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
