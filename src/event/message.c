/*
 * message.c - templates of kinds.def, compiled once: literals, keys, and
 * optional stretches that vanish when a key in them has no value.
 */
#include "message.h"

#include <arpa/inet.h>
#include <assert.h>

#include "../util/timefmt.h"

#define MAX_OPS 32

enum { OP_END, OP_TEXT, OP_KEY, OP_OPEN, OP_CLOSE };

struct op {
	uint8_t what;
	uint16_t key;  /* OP_KEY */
	uint8_t close; /* OP_OPEN: index of its OP_CLOSE */
	struct str text;
};

struct messages {
	struct buf text; /* of the last message_of */
	struct op op[KIND_COUNT][MAX_OPS];
};

static void compile(struct op *op, struct str t)
{
	size_t n = 0, open = 0;

	while (t.n) {
		size_t k = 0;

		assert(n + 1 < MAX_OPS);
		if (t.p[0] == '[' || t.p[0] == ']') {
			op[n].what = t.p[0] == '[' ? OP_OPEN : OP_CLOSE;
			if (t.p[0] == '[')
				open = n;
			else
				op[open].close = (uint8_t)n;
			k = 1;
		} else if (t.p[0] == '{') {
			k = str_chr(t, '}');
			assert(k != (size_t)-1);
			op[n].what = OP_KEY;
			op[n].key = (uint16_t)key_find(
				(struct str){ t.p + 1, k - 1 });
			assert(op[n].key != KEY_NONE);
			k++;
		} else {
			while (k < t.n && !memchr("[]{", t.p[k], 3))
				k++;
			op[n].what = OP_TEXT;
			op[n].text = str_head(t, k);
		}
		n++;
		t = str_skip(t, k);
	}
	op[n].what = OP_END;
}

struct messages *messages_new(enum lang lang)
{
	struct messages *m = xmalloc(sizeof(*m));

	for (unsigned k = 0; k < KIND_COUNT; k++)
		compile(m->op[k],
			str_of(tr(lang, kind_info(k)->en, kind_info(k)->ja)));
	return m;
}

void messages_free(struct messages *m)
{
	if (m)
		buf_free(&m->text);
	free(m);
}

void ip_text(struct buf *b, const unsigned char ip[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char t[INET6_ADDRSTRLEN];

	if (memcmp(ip, mapped, 12) == 0) {
		for (unsigned i = 12; i < 16; i++) {
			buf_u64(b, ip[i]);
			if (i < 15)
				buf_c(b, '.');
		}
		return;
	}
	if (inet_ntop(AF_INET6, ip, t, sizeof(t)))
		buf_puts(b, t);
}

void field_text(struct buf *b, const struct field *f)
{
	char t[TS_TEXT + 1];

	switch (f->type) {
	case V_STR:
		buf_str(b, f->v.str);
		break;
	case V_U64:
		buf_u64(b, f->v.u64);
		break;
	case V_I64:
		buf_i64(b, f->v.i64);
		break;
	case V_F64:
		buf_fmt(b, "%.15g", f->v.f64);
		break;
	case V_BOOL:
		buf_puts(b, f->v.b ? "true" : "false");
		break;
	case V_IP:
		ip_text(b, f->v.ip);
		break;
	case V_TIME:
		buf_add(b, t, ts_text(f->v.i64, t));
		break;
	default:
		break;
	}
}

/* Have all keys up to the closing bracket a value? */
static bool complete(const struct op *op, size_t i, const struct event *e)
{
	for (; op[i].what != OP_CLOSE && op[i].what != OP_END; i++)
		if (op[i].what == OP_KEY && !ev_get(e, op[i].key))
			return false;
	return true;
}

static void cut(struct buf *b)
{
	size_t n = MESSAGE_MAX;

	if (b->n <= n)
		return;
	while (n > 0 && ((unsigned char)b->p[n] & 0xc0) == 0x80)
		n--; /* not inside a character */
	b->n = n;
	buf_puts(b, "\xe2\x80\xa6");
}

struct str message_of(struct messages *m, const struct event *e)
{
	const struct op *op = m->op[e->kind < KIND_COUNT ? e->kind : 0];
	struct buf *b = &m->text;
	bool said = false;

	buf_clear(b);
	for (size_t i = 0; op[i].what != OP_END; i++) {
		const struct field *f;

		switch (op[i].what) {
		case OP_TEXT:
			buf_str(b, op[i].text);
			break;
		case OP_OPEN:
			if (!complete(op, i + 1, e))
				i = op[i].close;
			break;
		case OP_KEY:
			f = ev_get(e, op[i].key);
			if (f)
				field_text(b, f);
			said |= f != NULL;
			break;
		default:
			break;
		}
	}
	if (!said && e->original.n) { /* the record speaks for itself */
		buf_clear(b);
		buf_str(b, e->original);
	}
	cut(b);
	return buf_view(b);
}
