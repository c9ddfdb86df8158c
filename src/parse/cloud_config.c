/*
 * cloud_config - what cloud-init is told to run: user-data and vendor-data
 * (a script, a cloud-config, or several of them in MIME parts), cloud.cfg.
 *   runcmd:, bootcmd:   a list; an item is a line, a block or [a, "b"]
 *   write_files:        - path: …  content: | …
 */
#include "../host/kept.h"
#include "autorun.h"

#define MAX_ITEM 4096

enum place { NOWHERE, SCRIPT, RUNCMD, BOOTCMD, FILES };

struct state {
	enum place place;
	struct str file; /* of write_files */
	bool content;
};

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

/* [ sh, -c, "a b" ] -> sh -c a b: what a rule on command lines can read */
static struct str item_text(struct parse *p, struct str s)
{
	char *out, quote = 0;
	size_t n = 0;

	s = str_trim(s);
	if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return s;
	s = str_head(str_skip(s, 1), s.n - 2);
	s = str_head(s, MAX_ITEM);
	out = arena_alloc(p->scratch, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (c != ',' || quote)
			out[n++] = c;
	}
	return str_trim(str_mem(out, n));
}

static enum outcome tell(struct parse *p, const struct state *s,
			 const struct text_line *l, struct str command)
{
	static const char *const option[] = { "", "script", "runcmd", "bootcmd",
					      "write_files" };
	struct autorun a = { .dataset = "cloud_config",
			     .mechanism = "cloud_init",
			     .name = s->file,
			     .options = str_of(option[s->place]),
			     .user = STR("root"),
			     .command = command,
			     .off = l->off,
			     .original = l->line };

	if (command.n == 0 || command.p[0] == '#')
		return WHOLE;
	a.schedule = s->place == BOOTCMD ? STR("boot") : STR("first boot");
	return autorun_emit(p, &a);
}

/* A key at the margin ends what stood before it. */
static void key_take(struct state *s, struct str line)
{
	static const struct {
		const char *key;
		enum place place;
	} keys[] = {
		{ "runcmd:", RUNCMD },
		{ "bootcmd:", BOOTCMD },
		{ "write_files:", FILES },
	};

	*s = (struct state){ .place = NOWHERE };
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (str_starts(line, str_of(keys[i].key)))
			s->place = keys[i].place;
}

static struct str unquoted(struct str s)
{
	s = str_trim(s);
	if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') &&
	    s.p[s.n - 1] == s.p[0])
		s = str_head(str_skip(s, 1), s.n - 2);
	return s;
}

static enum outcome file_line(struct parse *p, struct state *s,
			      const struct text_line *l, struct str line)
{
	struct str value = line, key;

	if (str_starts(line, STR("- "))) {
		s->content = false;
		s->file = STR_NONE;
		line = value = str_trim(str_skip(line, 2));
	}
	key = str_cut(&value, ':');
	if (value.p && str_is(key, "path")) {
		s->file = unquoted(value);
		s->content = false;
	} else if (value.p && str_is(key, "content")) {
		s->content = true;
		value = unquoted(value);
		if (value.n && value.p[0] != '|' && value.p[0] != '>' &&
		    value.p[0] != '!')
			return tell(p, s, l, value);
	} else if (value.p &&
		   (str_is(key, "permissions") || str_is(key, "owner") ||
		    str_is(key, "encoding"))) {
		s->content = false;
	} else if (s->content) {
		return tell(p, s, l, line);
	}
	return WHOLE;
}

static enum outcome list_line(struct parse *p, struct state *s,
			      const struct text_line *l, struct str line)
{
	if (str_starts(line, STR("- ")))
		line = str_trim(str_skip(line, 2));
	if (str_is(line, "|") || str_is(line, ">") || str_is(line, "-"))
		return WHOLE;
	return tell(p, s, l, item_text(p, line));
}

static enum outcome line_take(struct parse *p, struct state *s,
			      const struct text_line *l)
{
	struct str line = str_trim(l->line);
	bool margin = l->line.n && l->line.p[0] != ' ' && l->line.p[0] != '\t';

	if (str_starts(l->line, STR("#!")) ||
	    str_starts(l->line, STR("#cloud-boothook"))) {
		*s = (struct state){ .place = SCRIPT };
		return WHOLE;
	}
	if (str_starts(l->line, STR("#cloud-config")) ||
	    str_starts(l->line, STR("--"))) {
		*s = (struct state){ .place = NOWHERE };
		return WHOLE;
	}
	if (line.n == 0 || line.p[0] == '#')
		return WHOLE;
	if (s->place == SCRIPT)
		return tell(p, s, l, line);
	if (margin && line.p[0] != '-') {
		key_take(s, line);
		return WHOLE;
	}
	if (s->place == FILES)
		return file_line(p, s, l, line);
	return s->place == NOWHERE ? WHOLE : list_line(p, s, l, line);
}

static enum outcome parse(struct parse *p)
{
	struct state s = { .place = NOWHERE };
	enum outcome got = WHOLE;
	struct text_line l;
	size_t at = 0;

	while (got == WHOLE && text_next(p->src->data, &at, &l)) {
		struct arena_mark mark = arena_mark(p->scratch);

		got = line_take(p, &s, &l);
		arena_rewind(p->scratch, mark);
	}
	return got;
}

#define PICK_CLOUD(glob) glob,
#include "../host/starts_pick.h"
static const char *const paths[] = {
#include "../host/starts.def"
	NULL,
};

const struct parser parser_cloud_config = {
	.name = "cloud_config",
	.title = "what cloud-init is told to run: user-data, cloud.cfg",
	.title_ja = "cloud-init が実行する内容（user-data、cloud.cfg）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
