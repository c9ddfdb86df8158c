/* parse.c - what every parser does with a record: emit it, or note it. */
#include "parser.h"

#include "../util/hash.h"
#include "../util/timefmt.h"

#define GROUP_BYTES 8 /* of SHA-256: enough to tell executions apart */
#define GROUP_MAX_COMMAND 4096

enum outcome parse_emit(struct parse *p)
{
	p->ev->source = p->src->id;
	return sink_event(p->out, p->ev) < 0 ? STOP : WHOLE;
}

void parse_note(struct parse *p, enum note_kind kind, const char *what,
		uint64_t off, uint64_t need, uint64_t have)
{
	struct note n = { .kind = (uint8_t)kind,
			  .source = p->src->id,
			  .off = off,
			  .need = need,
			  .have = have,
			  .what = str_head(str_of(what), NOTE_WHAT_MAX) };

	sink_note(p->out, &n);
}

void parse_lost(struct parse *p, const struct rd *r, uint64_t base)
{
	if (rd_ok(r))
		return;
	parse_note(p, NOTE_DAMAGED, r->lost, base + r->at, r->need,
		   r->len > r->at ? r->len - r->at : 0);
}

/* Adds c to the hash with runs of blanks as one blank. */
static void hash_folded(struct sha256 *h, struct str c)
{
	char t[256];
	size_t n = 0;
	bool gap = false;

	c = str_head(str_trim(c), GROUP_MAX_COMMAND);
	for (size_t i = 0; i < c.n; i++) {
		bool blank = c.p[i] == ' ' || c.p[i] == '\t';

		if (!blank || !gap)
			t[n++] = blank ? ' ' : c.p[i];
		gap = blank;
		if (n == sizeof(t)) {
			sha256_add(h, t, n);
			n = 0;
		}
	}
	sha256_add(h, t, n);
}

void parse_exec(struct parse *p, const char *grade, struct str command)
{
	static const char hex[] = "0123456789abcdef";
	char *text = arena_alloc(p->scratch, GROUP_BYTES * 2 + 1);
	unsigned char sum[SHA256_LEN], second[8];
	struct sha256 h;
	int64_t s = ts_s(p->ev->when.ts_ns);

	for (unsigned i = 0; i < 8; i++)
		second[i] = (unsigned char)((uint64_t)s >> (8 * i));
	sha256_init(&h);
	sha256_add(&h, second, sizeof(second));
	hash_folded(&h, command);
	sha256_end(&h, sum);
	for (unsigned i = 0; i < GROUP_BYTES; i++) {
		text[i * 2] = hex[sum[i] >> 4];
		text[i * 2 + 1] = hex[sum[i] & 15];
	}
	ev_cstr(p->ev, KEY_K_EXEC_GRADE, grade);
	ev_str(p->ev, KEY_K_EXEC_GROUP, (struct str){ text, GROUP_BYTES * 2 });
}
