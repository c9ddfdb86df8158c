/*
 * sigmahq_test.c - a large foreign set, when it lies beside the project:
 * every file parses, and stays small and quick.
 */
#include "rule_test.h"

#include <ftw.h>
#include <stdio.h>

#define RULES "../shared/data/sigma-rules"
#define NRULE 3779u
#define MAX_BYTES (64u << 20)

static struct rule_file *file;
static size_t nfile, capfile;
static struct arena arena;

static int take(const char *path, const struct stat *st, int type,
		struct FTW *at)
{
	struct buf b = { 0 };
	size_t got;
	FILE *f;

	(void)st;
	(void)at;
	if (type != FTW_F || !str_ends(str_of(path), STR(".yml")))
		return 0;
	f = fopen(path, "rb");
	assert_non_null(f);
	while ((got = fread(buf_room(&b, 8192), 1, 8192, f)) > 0)
		b.n += got;
	(void)fclose(f);
	vec_grow(&file, &capfile, nfile + 1, sizeof(*file));
	file[nfile].path = arena_dup(&arena, str_of(path));
	file[nfile++].text = arena_dup(&arena, buf_view(&b));
	buf_free(&b);
	return 0;
}

static void every_rule_has_a_state(void **state)
{
	size_t n[RULE_STATES] = { 0 };
	struct ruleset *rs;

	(void)state;
	if (nftw(RULES, take, 16, FTW_PHYS) != 0 || nfile == 0) {
		print_message("skipped: no " RULES "\n");
		skip();
	}
	rs = ruleset_compile(file, nfile);
	for (size_t i = 0; i < ruleset_count(rs); i++) {
		const struct rule_info *r = ruleset_info(rs, i);

		n[r->state]++;
		if (r->state == RULE_INVALID)
			print_error(STR_FMT "\n", STR_ARG(r->why));
		else if (r->state != RULE_ACTIVE)
			assert_true(r->why.n > 0);
		assert_int_equal(r->id.n, 36);
	}
	for (unsigned s = 0; s < RULE_STATES; s++)
		print_message("%s %zu\n", rule_state_name(s), n[s]);
	print_message("%zu bytes\n", ruleset_bytes(rs));
	assert_int_equal(ruleset_count(rs), NRULE);
	assert_int_equal(n[RULE_INVALID], 0);
	assert_true(n[RULE_ACTIVE] >= 180);
	assert_true(ruleset_bytes(rs) <= MAX_BYTES);
	ruleset_free(rs);
}

int main(void)
{
	const struct CMUnitTest test[] = {
		cmocka_unit_test(every_rule_has_a_state),
	};
	int r = cmocka_run_group_tests(test, NULL, NULL);

	free(file);
	arena_free(&arena);
	return r;
}
