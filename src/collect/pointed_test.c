/* pointed_test.c - paths among words, in the places autoruns have them. */
#include "pointed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void finds(const char *text, const char *first, const char *second)
{
	struct str rest = str_of(text);

	assert_true(str_eq(pointed_next(&rest), str_of(first)));
	assert_true(str_eq(pointed_next(&rest), str_of(second)));
}

static void words_of_autoruns(void **state)
{
	(void)state;
	finds("ExecStart=-/opt/x.bin --conf /etc/x\n", "/opt/x.bin", "/etc/x");
	finds("*/5 * * * * root python3 /var/lib/.x.dat >/dev/null\n",
	      "/var/lib/.x.dat", "/dev/null");
	finds("/lib/evil\n/lib/b", "/lib/evil", "/lib/b");
	finds("/lib/a:/lib/b", "/lib/a", "/lib/b");
	finds("command=\"/usr/bin/x y\",no-pty ssh-ed25519 AAAA/BBB=",
	      "/usr/bin/x", "");
	finds("nohup (/tmp/a)&", "/tmp/a", "");
	finds("see http://x/y and a/b", "", "");
	finds("", "", "");
	finds("/", "", "");
}

static void every_input_ends(void **state)
{
	char text[4096];
	struct str rest = { text, sizeof(text) };

	(void)state;
	memset(text, '/', sizeof(text));
	while (pointed_next(&rest).n)
		;
	assert_int_equal(rest.n, 0);
	memset(text, ' ', sizeof(text));
	rest = (struct str){ text, sizeof(text) };
	assert_int_equal(pointed_next(&rest).n, 0);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(words_of_autoruns),
		cmocka_unit_test(every_input_ends),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
