/*
 * filetab.c - which paths the walk saw, and where links of program
 * directories lead.
 */
#include "../util/buf.h"
#include "../util/json_in.h"
#include "build.h"
#include "jsonrow.h"
#include "kept.h"
#include "layers.h"

#define MAX_SEEN (4u << 20)
#define MAX_LINKS 65536

/* The exact bytes of a row's path; the usual one is looked at only once. */
static struct str row_path(struct str line, struct arena *scratch)
{
	const struct str head = STR("{\"p\":\"");
	struct str path = str_skip(line, head.n), key, found = STR_NONE;
	struct jsonrow_value v;
	struct jsonrow r;

	if (str_starts(line, head)) {
		path = str_head(path, str_chr(path, '"'));
		if (str_chr(path, '\\') == (size_t)-1)
			return path;
	}
	if (!jsonrow_open(&r, line, scratch))
		return STR_NONE;
	while (jsonrow_next(&r, &key, &v))
		if (str_is(key, "p"))
			found = v.text;
		else if (str_is(key, "p_b64") && v.type == ROW_STR)
			(void)b64_decode(scratch, v.text, &found);
	return found;
}

/* Programs are reached through these: awk, java, editor … */
static bool of_programs(struct str path)
{
	static const struct str dir[] = {
		{ "/usr/bin/", 9 },
		{ "/usr/sbin/", 10 },
		{ "/bin/", 5 },
		{ "/sbin/", 6 },
		{ "/etc/alternatives/", 18 },
		{ "/usr/local/bin/", 15 },
		{ "/usr/local/sbin/", 16 },
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(path, dir[i]))
			return true;
	return false;
}

static void link_keep(struct context *c, struct str path, struct str line,
		      struct arena *scratch)
{
	struct str key, to = STR_NONE;
	struct jsonrow_value v;
	struct jsonrow r;

	if (!of_programs(path) || c->nlink >= MAX_LINKS ||
	    !str_has(line, STR("\"t\":\"l\"")) ||
	    !jsonrow_open(&r, line, scratch))
		return;
	while (jsonrow_next(&r, &key, &v))
		if (str_is(key, "l"))
			to = v.text;
	if (!to.n)
		return;
	vec_grow(&c->link_to, &c->caplink, c->nlink + 1, sizeof(*c->link_to));
	c->link_to[c->nlink++] = arena_dup(&c->arena, str_head(to, 4096));
	*map_put(&c->link, path, NULL) = c->nlink;
}

void proctab_files(struct context *c, struct str jsonl)
{
	struct start_walk walk = { 0 };
	struct arena scratch = { 0 };

	while (jsonl.p) {
		struct str line = str_cut(&jsonl, '\n');
		struct arena_mark mark = arena_mark(&scratch);
		struct path_info *info;
		struct str path;

		if (line.n == 0)
			continue;
		if (c->packages.path.n >= MAX_SEEN) {
			/* from here on it is not known what is missing */
			c->have &= ~(unsigned)CTX_FILES;
			break;
		}
		c->have |= CTX_FILES;
		path = row_path(line, &scratch);
		info = pathset_put(&c->packages.path, path);
		link_keep(c, path, line, &scratch);
		kept_row(c, &walk, path, line, &scratch);
		layers_file(c, path, line);
		if (info)
			info->owner |= PATH_SEEN;
		if (info && str_has(line, STR("\"skip\":\"")))
			info->owner |= PATH_SKIPPED;
		arena_rewind(&scratch, mark);
	}
	arena_free(&scratch);
}

/* The last word of the walk has no item: it is about all. */
void proctab_status(struct context *c, struct str jsonl)
{
	while (jsonl.p) {
		struct str line = str_cut(&jsonl, '\n');

		if (str_starts(line, STR("{\"probe\":\"walk\",\"status\":"
					 "\"collected\"")) &&
		    str_has(line, STR("\"core\":\"files\"")))
			c->have |= CTX_WALKED;
	}
}

void proctab_roots(struct context *c, struct str jsonl)
{
	struct arena scratch = { 0 };

	while (jsonl.p) {
		struct str line = str_cut(&jsonl, '\n'), key;
		struct arena_mark mark = arena_mark(&scratch);
		struct path_info *info = NULL;
		struct context *r = NULL;
		struct jsonrow_value v;
		struct jsonrow row;
		uint64_t ns = 0;

		if (str_has(line, STR("\"k\":\"")) &&
		    str_has(line, STR("\"private\":true")) &&
		    jsonrow_open(&row, line, &scratch))
			while (jsonrow_next(&row, &key, &v))
				if (str_is(key, "o"))
					(void)jsonrow_u64(&v, &ns); /* else 0 */
		if (ns)
			r = context_root(c, ns);
		if (r && r->packages.path.n < MAX_SEEN)
			info = pathset_put(&r->packages.path,
					   row_path(line, &scratch));
		if (info)
			info->owner |= PATH_SEEN;
		arena_rewind(&scratch, mark);
	}
	arena_free(&scratch);
}
