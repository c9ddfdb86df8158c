/* elf_test.c - this program's own headers, and damaged copies of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../util/buf.h"
#include "elf.h"

#include <fcntl.h>
#include <unistd.h>

static bool from_memory(void *arg, uint64_t off, void *out, size_t n)
{
	const struct buf *b = arg;

	memset(out, 0, n);
	if (off < b->n)
		memcpy(out, b->p + off, n < b->n - off ? n : b->n - off);
	return true;
}

static struct buf own(void)
{
	struct buf b = { 0 };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, buf_room(&b, 65536), 65536)) > 0)
		b.n += (size_t)n;
	close(fd);
	return b;
}

static void names_its_libraries(void **state)
{
	struct buf b = own();
	struct arena a = { 0 };
	struct elf_facts f;
	bool libc = false;

	(void)state;
	assert_true(elf_read(from_memory, &b, &a, &f));
	for (size_t i = 0; i < f.nneeded; i++)
		libc |= str_starts(f.needed[i], STR("libc."));
	assert_true(libc);
	assert_true(str_has(f.interpreter, STR("ld-")));
	assert_false(f.text_relocations);
	arena_free(&a);
	buf_free(&b);
}

static void is_none(void **state)
{
	struct buf b = { 0 };
	struct arena a = { 0 };
	struct elf_facts f;

	(void)state;
	assert_false(elf_read(from_memory, &b, &a, &f));
	buf_puts(&b, "#!/bin/sh\n");
	assert_false(elf_read(from_memory, &b, &a, &f));
	buf_clear(&b);
	buf_puts(&b, "\177ELF");
	assert_false(elf_read(from_memory, &b, &a, &f));
	arena_free(&a);
	buf_free(&b);
}

/* Every bit of the headers, and seeded ones of the rest. */
static void damage(void **state)
{
	struct buf b = own();
	unsigned seed = 7;

	(void)state;
	for (size_t i = 0; i < 4000; i++) {
		size_t at = i < 1024 ? i : (size_t)rand_r(&seed) % 16384;
		struct arena a = { 0 };
		struct elf_facts f;
		char was = b.p[at];

		b.p[at] = (char)(was ^ (1 << i % 8));
		(void)elf_read(from_memory, &b, &a, &f);
		b.p[at] = (char)0xff;
		(void)elf_read(from_memory, &b, &a, &f);
		b.p[at] = was;
		arena_free(&a);
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_its_libraries),
		cmocka_unit_test(is_none),
		cmocka_unit_test(damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
