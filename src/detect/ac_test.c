/* ac_test.c - the automaton against a plain search, on seeded random words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "ac.h"

#define NWORD 400
#define NTEXT 200

static uint32_t seed = 20261124;

static uint32_t next_random(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Few letters: many words are tails and heads of each other. */
static size_t fill(char *p, size_t max, const char *letters)
{
	size_t n = 1 + next_random((uint32_t)max);

	for (size_t i = 0; i < n; i++)
		p[i] = letters[next_random((uint32_t)strlen(letters))];
	return n;
}

static bool at(struct str text, size_t end, struct str word)
{
	struct str s;

	if (end < word.n)
		return false;
	s = str_mem(text.p + end - word.n, word.n);
	return str_ieq(s, word);
}

static void same_as_a_plain_search(void **state)
{
	static char text[NWORD][12], line[120];
	struct ac_word w[NWORD];
	struct ac ac = { 0 };

	(void)state;
	print_message("seed %u\n", seed);
	for (uint32_t i = 0; i < NWORD; i++)
		w[i] = (struct ac_word){ { text[i], fill(text[i], 11, "abc/") },
					 i };
	ac_build(&ac, w, NWORD);
	for (int t = 0; t < NTEXT; t++) {
		struct str s = { line, fill(line, 119, "aAbBc/x") };
		uint32_t st = 0;

		for (size_t k = 0; k < s.n; k++) {
			bool found[NWORD] = { false };
			uint32_t v = ac_step(&ac, st, (unsigned char)line[k]);
			uint32_t o = v & ~AC_OUT;

			st = o;
			if (!ac.state[o].out)
				o = ac.state[o].chain;
			assert_int_equal(o != 0, (v & AC_OUT) != 0);
			for (; o; o = ac.state[o].chain)
				for (uint32_t i = 0; i < ac.state[o].nout; i++)
					found[ac.out[ac.state[o].out - 1 + i]] =
						true;
			for (uint32_t i = 0; i < NWORD; i++)
				assert_int_equal(found[i],
						 at(s, k + 1, w[i].text));
		}
	}
	ac_free(&ac);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(same_as_a_plain_search),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
