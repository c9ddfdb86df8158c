/* tree_test.c - leaves with their keys, and documents that are none. */
#include "tree.h"

#include "../util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void write_down(void *arg, const struct tree_at *at, enum tree_type t,
		       struct str text)
{
	static const char *const word[] = { "", "", "true", "false", "end" };
	struct buf *b = arg;

	for (unsigned i = 0; i < at->depth; i++)
		buf_fmt(b, "%s" STR_FMT, i ? "/" : "", STR_ARG(at->key[i]));
	buf_fmt(b, "=" STR_FMT "\n",
		STR_ARG(t == TREE_TEXT || t == TREE_NUMBER ? text
							   : str_of(word[t])));
}

static void expect(bool (*walk)(struct str, struct arena *, tree_visit *,
				void *),
		   const char *text, const char *want, bool whole)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	size_t n = strlen(text);
	char *exact = malloc(n + !n); /* a sanitizer sees a byte too far */

	memcpy(exact, text, n);
	assert_int_equal(walk(str_mem(exact, n), &a, write_down, &b), whole);
	if (!str_is(buf_view(&b), want))
		fail_msg("%s\ngives\n" STR_FMT "not\n%s", text,
			 STR_ARG(buf_view(&b)), want);
	buf_free(&b);
	arena_free(&a);
	free(exact);
}

static void json(void **state)
{
	(void)state;
	expect(tree_json,
	       "{\"a\":{\"b\":[1,{\"c\":true},null,\"x\"]},\"d\":\"e\"}",
	       "a/b/[]=1\na/b/[]/c=true\na/b/[]=end\na/b/[]=x\na=end\nd=e\n"
	       "=end\n",
	       true);
	expect(tree_json, "[{\"id\":\"1\"},{\"id\":\"2\"}]",
	       "[]/id=1\n[]=end\n[]/id=2\n[]=end\n", true);
	expect(tree_json, "[[1],[2,3]]", "[]/[]=1\n[]/[]=2\n[]/[]=3\n", true);
	expect(tree_json, "{\"a\":1,", "a=1\n", false);
	expect(tree_json, "", "", true);
}

static void yaml(void **state)
{
	(void)state;
	expect(tree_yaml,
	       "kind: Pod # what it is\n"
	       "spec:\n"
	       "  hostPID: true\n"
	       "  containers:\n"
	       "  - name: \"a#b\"\n"
	       "    command: [\"sh\", '-c', x]\n"
	       "    securityContext:\n"
	       "      privileged: true\n"
	       "  - image: i\n"
	       "  volumes:\n"
	       "    - hostPath:\n"
	       "        path: /\n",
	       "kind=Pod\n"
	       "spec/hostPID=true\n"
	       "spec/containers/[]/name=a#b\n"
	       "spec/containers/[]/command/[]=sh\n"
	       "spec/containers/[]/command/[]=-c\n"
	       "spec/containers/[]/command/[]=x\n"
	       "spec/containers/[]/securityContext/privileged=true\n"
	       "spec/containers/[]/securityContext=end\n"
	       "spec/containers/[]=end\n"
	       "spec/containers/[]/image=i\n"
	       "spec/containers/[]=end\n"
	       "spec/containers=end\n"
	       "spec/volumes/[]/hostPath/path=/\n"
	       "spec/volumes/[]/hostPath=end\n"
	       "spec/volumes/[]=end\n"
	       "spec/volumes=end\n"
	       "spec=end\n"
	       "=end\n",
	       true);
	expect(tree_yaml, "- - a\n  - b: c\n",
	       "[]/[]=a\n[]/[]=end\n[]/[]/b=c\n[]/[]=end\n[]=end\n=end\n",
	       true);
	expect(tree_yaml, "", "=end\n", true);
	expect(tree_yaml, "-", "[]=end\n=end\n", true);
}

/* Deeper than anything a runtime writes. */
static void depth(void **state)
{
	struct buf b = { 0 }, out = { 0 };
	struct arena a = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_puts(&b, "- ");
	assert_true(tree_yaml(buf_view(&b), &a, write_down, &out));
	buf_clear(&b);
	for (int i = 0; i < 5000; i++)
		buf_puts(&b, "[{\"a\":");
	assert_false(tree_json(buf_view(&b), &a, write_down, &out));
	buf_free(&b);
	buf_free(&out);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json),
		cmocka_unit_test(yaml),
		cmocka_unit_test(depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
