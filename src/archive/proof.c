/*
 * proof.c - seals against members.
 *
 * Members wait in a queue until a seal names them, in order.  A line that
 * fits its member is the rule; anything else is looked at closely to say
 * what is wrong: a member that the seal does not know, one it knows and that
 * is not there, or a header, size, extents or data that differ.
 */
#include "proof.h"

#include <stdarg.h>

#include "../util/json_in.h"
#include "../util/json_out.h"

#define NAME_SHOWN 200
#define NO_ITEM UINT64_MAX

struct proof_member {
	size_t line, nline; /* in p->lines */
	size_t name, nname; /* in p->lines */
	uint64_t index;
};

void proof_init(struct proof *p)
{
	memset(p->chain, 0, SHA256_LEN);
	p->chain_known = true;
	p->state = "";
	arena_init(&p->by_name.keys, 0);
}

void proof_name(struct buf *b, struct str name)
{
	struct buf t = { 0 };

	(void)json_escape(&t, name); /* bad bytes come out as \xNN */
	buf_str(b, str_head(buf_view(&t), NAME_SHOWN));
	if (t.n > NAME_SHOWN)
		buf_puts(b, "...");
	buf_free(&t);
}

void proof_problem(struct proof *p, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	if (p->nproblem++ >= PROBLEM_MAX)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	if (n > 0 && p->on_problem)
		p->on_problem(p->arg, str_mem(text, (size_t)n));
}

static void about(struct proof *p, struct str name, const char *what)
{
	struct buf b = { 0 };

	proof_name(&b, name);
	proof_problem(p, "%.*s: %s", (int)b.n, b.n ? b.p : "", what);
	buf_free(&b);
}

void proof_member(struct proof *p, const struct seal_facts *f, uint64_t index)
{
	struct seal_facts plain = *f;
	struct proof_member *m;

	if (p->lines.n > PROOF_MAX_QUEUE) {
		proof_problem(p, "far too many members without a seal");
		p->nqueue = 0;
		buf_clear(&p->lines);
		map_free(&p->by_name);
	}
	plain.short_at = SEAL_NO_SHORT; /* only the seal can tell */
	vec_grow(&p->queue, &p->capqueue, p->nqueue + 1, sizeof(*p->queue));
	m = &p->queue[p->nqueue++];
	m->index = index;
	m->name = p->lines.n;
	buf_str(&p->lines, f->name);
	m->nname = f->name.n;
	m->line = p->lines.n;
	seal_line(&p->lines, &plain);
	m->nline = p->lines.n - m->line - 1; /* without the newline */
	p->nmember++;
}

static struct str line_of(const struct proof *p, size_t i)
{
	return str_mem(p->lines.p + p->queue[i].line, p->queue[i].nline);
}

static struct str name_of(const struct proof *p, size_t i)
{
	return str_mem(p->lines.p + p->queue[i].name, p->queue[i].nname);
}

/* Cuts ,"short_at":N} off: what is left is the line of an uncut member. */
static struct str without_short(struct str line, struct buf *t, uint64_t *at)
{
	const struct str key = STR(",\"short_at\":");
	size_t i = line.n > 40 ? line.n - 40 : 0;
	size_t k = str_find(str_skip(line, i), key);

	*at = SEAL_NO_SHORT;
	if (k == (size_t)-1 || !str_ends(line, STR("}")) ||
	    !str_u64(
		    str_mem(line.p + i + k + key.n, line.n - i - k - key.n - 1),
		    at))
		return line;
	buf_clear(t);
	buf_str(t, str_head(line, i + k));
	buf_c(t, '}');
	return buf_view(t);
}

/* From the first `key' on, up to the next comma outside brackets. */
static struct str field(struct str line, struct str key)
{
	size_t i = str_find(line, key), k;
	int depth = 0;

	if (i == (size_t)-1)
		return STR_NONE;
	line = str_skip(line, i + key.n);
	for (k = 0; k < line.n; k++) {
		depth += (line.p[k] == '[') - (line.p[k] == ']');
		if (depth == 0 && (line.p[k] == ',' || line.p[k] == '}'))
			break;
	}
	return str_head(line, k);
}

static void differs(struct proof *p, struct str name, struct str seal,
		    struct str seen)
{
	/* a quote within a name is escaped, so these stand only once */
	static const struct {
		struct str key;
		const char *what;
	} t[] = {
		{ { ",\"header_sha256\":", 17 },
		  "its header differs from the seal" },
		{ { ",\"extents\":", 11 }, "its extents differ from the seal" },
		{ { ",\"size\":", 8 }, "its size differs from the seal" },
		{ { ",\"sha256\":", 10 }, "its data differ from the seal" },
	};
	bool said = false;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (!str_eq(field(seal, t[i].key), field(seen, t[i].key))) {
			about(p, name, t[i].what);
			said = true;
		}
	if (!said)
		about(p, name, "its line in the seal is not as it was written");
}

/* The name in a seal's line; what stands there when it cannot be decoded. */
static struct str sealed_name(struct arena *a, struct str line)
{
	struct str name = line, b64 = STR_NONE, key = STR_NONE;
	struct json j;
	enum json_type t;

	json_init(&j, line, a);
	while ((t = json_next(&j)) != JSON_END && t != JSON_BAD) {
		if (t == JSON_KEY)
			key = j.text;
		else if (t == JSON_STR && str_is(key, "member"))
			name = j.text;
		else if (t == JSON_STR && str_is(key, "member_b64"))
			b64 = j.text;
		else if (t == JSON_STR && str_is(key, "header_sha256"))
			break;
	}
	if (b64.p)
		(void)b64_decode(a, b64, &name); /* else the escaped form */
	return name;
}

static uint64_t find_later(struct proof *p, struct str name)
{
	uint64_t *at;

	/* names can be there twice: the next in order is the likely one */
	if (p->next < p->nqueue && str_eq(name_of(p, p->next), name))
		return p->next;
	if (p->by_name.nitem == 0)
		for (size_t i = 0; i < p->nqueue; i++)
			*map_put(&p->by_name, name_of(p, i), NULL) = i;
	at = map_get(&p->by_name, name);
	return at && *at >= p->next ? *at : NO_ITEM;
}

static void unknown_to_seal(struct proof *p, size_t to)
{
	for (; p->next < to; p->next++)
		about(p, name_of(p, p->next),
		      "is not in the seal: it was put in afterwards");
}

static void taken(struct proof *p, uint64_t short_at)
{
	if (short_at != SEAL_NO_SHORT && p->on_short)
		p->on_short(p->arg, p->queue[p->next].index, short_at);
	p->next++;
	p->nsealed++;
}

static void odd_line(struct proof *p, struct arena *a, struct str line,
		     uint64_t short_at)
{
	struct str name = sealed_name(a, line);
	uint64_t at = find_later(p, name);

	if (at == NO_ITEM) {
		about(p, name, "is missing or damaged");
		return;
	}
	unknown_to_seal(p, (size_t)at);
	if (!str_eq(line, line_of(p, p->next)))
		differs(p, name, line, line_of(p, p->next));
	taken(p, short_at);
}

static const char *state_of(struct str s)
{
	static const char *const known[] = { "open", "complete",
					     "interrupted" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(s, known[i]))
			return known[i];
	return "unknown";
}

static void check_chain(struct proof *p, struct str lines, struct str last)
{
	const struct str key = STR(",\"chain\":\"");
	size_t at = str_find(last, key);
	struct buf want = { 0 };
	struct str said, number, state;
	uint64_t n = 0;

	state = field(last, STR(",\"state\":"));
	number = field(last, STR("{\"seal\":"));
	if (at == (size_t)-1 || !str_u64(number, &n) || state.n < 2) {
		proof_problem(p, "seal %u: its last line cannot be read",
			      p->nseal);
		p->chain_known = false;
		return;
	}
	p->state = state_of(str_mem(state.p + 1, state.n - 2));
	if (n != p->expect) {
		proof_problem(p, "seal %llu stands where seal %llu should be",
			      (unsigned long long)n,
			      (unsigned long long)p->expect);
		p->chain_known = false;
	}
	p->expect = n + 1;
	said = str_head(str_skip(last, at + key.n), (size_t)SHA256_LEN * 2);
	seal_chain(p->chain, lines, str_head(last, at));
	buf_hex(&want, p->chain, SHA256_LEN);
	if (p->chain_known && !str_eq(buf_view(&want), said))
		proof_problem(p, "seal %llu: the chain is broken",
			      (unsigned long long)n);
	/* go on from what it says, so that one fault is told once */
	p->chain_known = said.n == (size_t)SHA256_LEN * 2;
	for (size_t i = 0; p->chain_known && i < SHA256_LEN; i++) {
		uint64_t v;

		if (!str_hex64(str_mem(said.p + 2 * i, 2), &v))
			p->chain_known = false;
		p->chain[i] = (unsigned char)v;
	}
	buf_free(&want);
}

void proof_seal(struct proof *p, struct str text)
{
	struct str rest = text, last = STR_NONE;
	struct buf t = { 0 };
	struct arena a;

	arena_init(&a, 0);
	p->next = 0;
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');
		struct arena_mark mark = arena_mark(&a);
		uint64_t at;

		if (str_starts(line, STR("{\"seal\":"))) {
			last = line;
			break;
		}
		line = without_short(line, &t, &at);
		if (p->next < p->nqueue && str_eq(line, line_of(p, p->next)))
			taken(p, at);
		else
			odd_line(p, &a, line, at);
		arena_rewind(&a, mark);
	}
	unknown_to_seal(p, p->nqueue);
	check_chain(p,
		    str_head(text, last.p ? (size_t)(last.p - text.p) : text.n),
		    last);
	p->nseal++;
	p->nqueue = 0;
	buf_clear(&p->lines);
	map_free(&p->by_name);
	buf_free(&t);
	arena_free(&a);
}

enum wholeness proof_end(struct proof *p, bool cut, struct buf *why)
{
	bool closed = strcmp(p->state, "complete") == 0 ||
		      strcmp(p->state, "interrupted") == 0;

	/* the last seal itself is all that may stand behind the last seal */
	if (closed && p->nqueue > 1)
		for (p->next = 1; p->next < p->nqueue;)
			unknown_to_seal(p, p->next + 1);
	if (p->nproblem > 0) {
		buf_fmt(why, "does not match its seals in %llu place%s",
			(unsigned long long)p->nproblem,
			p->nproblem == 1 ? "" : "s");
		return ARCHIVE_MISMATCH;
	}
	if (!closed && (cut || p->nseal > 0)) {
		buf_fmt(why, "was cut: %llu of %llu members read are sealed",
			(unsigned long long)p->nsealed,
			(unsigned long long)p->nmember);
		return ARCHIVE_CUT;
	}
	if (!closed) {
		buf_puts(why, "has no seal");
		return ARCHIVE_UNSEALED;
	}
	if (cut) {
		buf_puts(why, "was cut behind its last seal");
		return ARCHIVE_CUT;
	}
	if (strcmp(p->state, "interrupted") == 0) {
		buf_puts(why, "its collection was interrupted");
		return ARCHIVE_INTERRUPTED;
	}
	return ARCHIVE_WHOLE;
}

void proof_free(struct proof *p)
{
	free(p->queue);
	buf_free(&p->lines);
	map_free(&p->by_name);
}
