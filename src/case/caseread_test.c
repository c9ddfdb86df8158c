/*
 * caseread_test.c - cases made by hand to do harm: what stands under the
 * names of our tables is not run before the sandbox is shut, and not long.
 */
#include "casefile.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ENDLESS "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) "

static void refused(const char *sql)
{
	static const struct sink_ops none = { 0 };
	const struct analysis_options opt = { .events = true };
	char path[] = "/tmp/konseki-case-XXXXXX";
	struct sink sink = { &none };
	struct analysis a;
	struct err err;
	sqlite3 *db;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, casefile_schema, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "INSERT INTO meta VALUES('fingerprint',"
				      "'x')",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	assert_true(casefile_is(path));
	(void)alarm(60); /* an endless one would never return */
	assert_int_equal(casefile_run(path, &opt, &sink, &a, &err), -1);
	(void)alarm(0);
	analysis_free(&a);
	(void)unlink(path);
}

static void endless_view_as_meta(void **state)
{
	(void)state;
	refused("DROP TABLE meta; CREATE VIEW meta(key,value) AS " ENDLESS
		"SELECT 'fingerprint',x FROM c");
}

static void endless_view_that_sorts(void **state)
{
	(void)state;
	refused("DROP TABLE meta; CREATE VIEW meta(key,value) AS " ENDLESS
		"SELECT DISTINCT x,hex(x) FROM c ORDER BY 2");
}

static void another_fingerprint(void **state)
{
	(void)state;
	refused("UPDATE meta SET value='0'");
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(endless_view_as_meta),
		cmocka_unit_test(endless_view_that_sorts),
		cmocka_unit_test(another_fingerprint),
	};

	return cmocka_run_group_tests_name("case/caseread", t, NULL, NULL);
}
