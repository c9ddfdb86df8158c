/*
 * btf.c - BTF (Documentation/bpf/btf.rst), in the host's byte order:
 *   0 u16 0xeb9f   4 u32 header   8 u32 types at, 12 length   16 u32 names at,
 *   20 length, both behind the header.  A type is u32 name, u32 kind << 24 |
 *   members, u32, and what its kind brings along.
 */
#include "btf.h"
#include "../util/rd.h"

#define MAGIC 0xeb9f
#define MAX_TYPES (8u << 20)

/* Bytes behind the 12 of every type: fixed, and for each member. */
static const struct {
	uint8_t fixed, member;
} extra[] = {
	[1] = { 4, 0 },   /* integer */
	[3] = { 12, 0 },  /* array */
	[4] = { 0, 12 },  /* struct */
	[5] = { 0, 12 },  /* union */
	[6] = { 0, 8 },   /* enum */
	[13] = { 0, 8 },  /* prototype */
	[14] = { 4, 0 },  /* variable */
	[15] = { 0, 12 }, /* section */
	[17] = { 4, 0 },  /* tag */
	[19] = { 0, 12 }, /* enum of 64 bits */
};

struct str btf_name(struct str btf, uint32_t id)
{
	struct rd r = rd_of(btf), types, names;
	uint16_t magic = rd_u16le(&r, "magic");
	uint32_t head, at[4];

	rd_skip(&r, 2, "version");
	head = rd_u32le(&r, "header");
	for (size_t i = 0; i < 4; i++)
		at[i] = rd_u32le(&r, "sections");
	if (!rd_ok(&r) || magic != MAGIC || id == 0 || id > MAX_TYPES)
		return STR_NONE;
	names = rd_of(str_skip(str_skip(btf, head), at[2]));
	types = rd_of(str_head(str_skip(str_skip(btf, head), at[0]), at[1]));
	names.len = names.len < at[3] ? names.len : at[3];
	for (uint32_t i = 1; rd_ok(&types) && rd_left(&types); i++) {
		uint32_t name = rd_u32le(&types, "name");
		uint32_t info = rd_u32le(&types, "kind");
		uint32_t kind = info >> 24 & 0x1f, n = info & 0xffff;

		rd_skip(&types, 4, "size");
		if (kind < sizeof extra / sizeof extra[0])
			rd_skip(&types,
				extra[kind].fixed +
					(size_t)n * extra[kind].member,
				"members");
		if (i < id || !rd_ok(&types))
			continue;
		rd_seek(&names, name, "a name");
		return rd_cstr(&names, rd_left(&names), "a name");
	}
	return STR_NONE;
}
