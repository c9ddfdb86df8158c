/* rpmhead.c - entries and arrays of an rpm header. */
#include "rpmhead.h"

#define ENTRY 16
#define MAX_ENTRIES 65536u /* rpm's own limit */

enum {
	TYPE_CHAR = 1,
	TYPE_INT8,
	TYPE_INT16,
	TYPE_INT32,
	TYPE_STRING = 6,
	TYPE_BIN,
	TYPE_STRINGS,
	TYPE_I18N
};

bool rpm_head_open(struct str blob, struct rpm_head *h)
{
	struct rd r = rd_of(blob);
	uint32_t il = rd_u32be(&r, "index length");
	uint32_t dl = rd_u32be(&r, "data length");

	*h = (struct rpm_head){ .index = STR_NONE };
	if (!rd_ok(&r) || il == 0 || il > MAX_ENTRIES)
		return false;
	h->index = rd_bytes(&r, (size_t)il * ENTRY, "index");
	h->data = rd_bytes(&r, dl, "data");
	return rd_ok(&r);
}

struct rpm_array rpm_array(const struct rpm_head *h, enum rpm_tag tag)
{
	struct rpm_array none = { .type = 0 }, a;
	struct rd r = rd_of(h->index);

	/* entries stand in the order of no tag: what is added comes last */
	while (rd_left(&r) >= ENTRY) {
		uint32_t is = rd_u32be(&r, "tag");

		a.type = rd_u32be(&r, "type");
		uint32_t off = rd_u32be(&r, "offset");
		a.left = rd_u32be(&r, "count");
		if (is != (uint32_t)tag)
			continue;
		if (off > h->data.n)
			return none;
		a.rd = rd_of(str_skip(h->data, off));
		return a;
	}
	return none;
}

bool rpm_has(const struct rpm_head *h, enum rpm_tag tag)
{
	return rpm_array(h, tag).left > 0;
}

bool rpm_next_str(struct rpm_array *a, struct str *s)
{
	struct str rest;
	size_t n;

	if (a->left == 0 || a->type < TYPE_STRING || a->type == TYPE_BIN ||
	    a->type > TYPE_I18N)
		return false;
	rest = str_mem(a->rd.base + a->rd.pos, rd_left(&a->rd));
	n = rest.n ? str_chr(rest, '\0') : (size_t)-1;
	if (n == (size_t)-1) {
		a->left = 0;
		return false;
	}
	*s = str_head(rest, n);
	rd_skip(&a->rd, n + 1, "string");
	a->left--;
	return true;
}

bool rpm_next_u32(struct rpm_array *a, uint32_t *v)
{
	if (a->left == 0)
		return false;
	a->left--;
	switch (a->type) {
	case TYPE_CHAR:
	case TYPE_INT8:
		*v = rd_u8(&a->rd, "number");
		break;
	case TYPE_INT16:
		*v = rd_u16be(&a->rd, "number");
		break;
	case TYPE_INT32:
		*v = rd_u32be(&a->rd, "number");
		break;
	default:
		a->left = 0;
		return false;
	}
	return rd_ok(&a->rd);
}

struct str rpm_str(const struct rpm_head *h, enum rpm_tag tag)
{
	struct rpm_array a = rpm_array(h, tag);
	struct str s;

	return rpm_next_str(&a, &s) ? s : STR_NONE;
}

uint32_t rpm_u32(const struct rpm_head *h, enum rpm_tag tag)
{
	struct rpm_array a = rpm_array(h, tag);
	uint32_t v;

	return rpm_next_u32(&a, &v) ? v : 0;
}
