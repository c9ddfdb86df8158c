/*
 * bpf_code.c - eBPF instructions: 1 code, 1 registers (low nibble dst, high
 * src), 2 offset, 4 immediate (bpf_jit: Documentation/bpf/instruction-set).
 * The kernel shows a helper as its distance from __bpf_call_base.
 */
#include "bpf.h"
#include "kallsyms.h"
#include "row.h"

#include "../util/hash.h"

#include <stdlib.h>

#define INSN 8
#define CODE_LD_IMM64 0x18
#define CODE_CALL 0x85
#define SYMBOLS_MAX 65536u
#define HELPERS_MAX 64

static bool keep(void *arg, const struct ksym *s)
{
	struct bpf_symbols *sym = arg;
	struct str name = s->name;

	if (s->module.n || s->addr == 0 || name.p[0] == '_'
		    ? !str_is(name, "__bpf_call_base")
		    : !str_starts(name, STR("bpf_")))
		return true;
	if (name.p[0] == '_') {
		sym->base = s->addr;
		return true;
	}
	if (sym->n == SYMBOLS_MAX)
		return true;
	name = str_cut(&name, '.'); /* suffixes compilers add */
	vec_grow(&sym->symbol, &sym->cap, sym->n + 1, sizeof *sym->symbol);
	sym->symbol[sym->n].addr = s->addr;
	sym->symbol[sym->n].name = sym->text.n;
	sym->symbol[sym->n++].nname = name.n;
	buf_str(&sym->text, name);
	return true;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x, y; /* the first member */

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x < y ? -1 : x > y;
}

void bpf_symbols_read(const struct collect_env *env, struct bpf_symbols *s)
{
	(void)kallsyms_each(env, keep, s); /* unreadable: base stays 0 */
	if (s->n)
		qsort(s->symbol, s->n, sizeof *s->symbol, by_address);
}

void bpf_symbols_free(struct bpf_symbols *s)
{
	free(s->symbol);
	buf_free(&s->text);
}

static struct str at(const struct bpf_symbols *s, uint64_t addr)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->symbol[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == s->n || s->symbol[lo].addr != addr)
		return STR_NONE;
	return str_mem(s->text.p + s->symbol[lo].name, s->symbol[lo].nname);
}

static bool listed(const struct buf *list, struct str name)
{
	struct str left = buf_view(list);

	while (left.p && left.n)
		if (str_eq(str_cut(&left, '\0'), name))
			return true;
	return false;
}

void bpf_code_helpers(struct str code, const struct bpf_symbols *s,
		      struct buf *list)
{
	size_t n = 0;

	for (; code.n >= INSN && n < HELPERS_MAX; code = str_skip(code, INSN)) {
		const unsigned char *p = (const unsigned char *)code.p;
		struct str name;
		int32_t imm;

		if (p[0] != CODE_CALL || p[1] >> 4 || s->base == 0)
			continue; /* another function of the program */
		memcpy(&imm, p + 4, sizeof imm);
		name = at(s, s->base + (uint64_t)(int64_t)imm);
		if (name.n == 0 || listed(list, name))
			continue;
		list_add(list, name);
		n++;
	}
}

void bpf_code_hash(struct str code, unsigned char out[32])
{
	struct sha256 h;
	bool wide = false; /* second half of a 64-bit load of a map */

	sha256_init(&h);
	for (; code.n >= INSN; code = str_skip(code, INSN)) {
		unsigned char i[INSN];

		memcpy(i, code.p, INSN);
		if (i[0] == CODE_CALL || wide ||
		    (i[0] == CODE_LD_IMM64 && i[1] >> 4))
			memset(i + 4, 0, 4);
		wide = i[0] == CODE_LD_IMM64 && i[1] >> 4;
		sha256_add(&h, i, INSN);
	}
	sha256_end(&h, out);
}
