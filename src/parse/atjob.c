/*
 * atjob.c - what at(1) writes around a job: a header that says whose it is,
 * the environment, umask and directory it was given in; and when it runs, by
 * the name of its file.
 *   QNNNNNMMMMMMMM: queue, number (5 hex digits), minutes since 1970 (8)
 *   # atrun uid=1000 gid=1000
 */
#include "atjob.h"

#include "../host/passwd.h"
#include "../util/timefmt.h"

#define HEADER_MAX 256
#define NAME_LEN 14

struct str atjob_when(const struct parse *p)
{
	struct str name = str_base(p->src->path);
	char text[TS_TEXT + 1];
	uint64_t minutes;

	if (name.n != NAME_LEN || !str_hex64(str_skip(name, 6), &minutes))
		return STR("");
	(void)ts_text(ts_of((int64_t)minutes * 60, 0, NULL), text);
	return arena_fmt(p->scratch, "once %s", text);
}

struct str atjob_user(const struct parse *p)
{
	struct str head = str_head(p->src->data, HEADER_MAX);
	size_t at = str_find(head, STR("# atrun uid="));
	const struct account *who;
	uint64_t uid = p->src->uid;

	if (at != (size_t)-1) {
		head = str_skip(head, at + 12);
		if (!str_u64(str_cut(&head, ' '), &uid))
			uid = p->src->uid;
	}
	who = uid <= UINT32_MAX ? ctx_uid(p->ctx, (uint32_t)uid) : NULL;
	return who ? who->name
		   : arena_fmt(p->scratch, "%llu", (unsigned long long)uid);
}

/* NAME=value; export NAME: what the loader heeds is told all the same. */
static bool environment(struct str line)
{
	size_t eq = str_chr(line, '='), end = str_find(line, STR("; export "));

	return eq < line.n && end < line.n && eq < end &&
	       str_eq(str_head(line, eq), str_skip(line, end + 9)) &&
	       !str_starts(line, STR("LD_")) && !str_has(line, STR("$(")) &&
	       str_chr(line, '`') == (size_t)-1;
}

bool atjob_frame(struct str line)
{
	uint64_t mask;

	return environment(line) ||
	       (str_starts(line, STR("umask ")) &&
		str_u64(str_skip(line, 6), &mask)) ||
	       (str_starts(line, STR("cd /")) && str_ends(line, STR(" || {")) &&
		str_chr(line, ';') == (size_t)-1 &&
		str_chr(line, '&') == (size_t)-1) ||
	       str_is(line, "echo 'Execution directory inaccessible' >&2") ||
	       str_is(line, "exit 1");
}
