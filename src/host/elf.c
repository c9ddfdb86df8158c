/*
 * elf.c - ELF headers, program headers and the dynamic section.
 * Spec: System V gABI, chapters 4 and 5.
 *            32 bit                    64 bit
 *   header   28 phoff 42 phentsize     32 phoff 54 phentsize 56 phnum
 *            44 phnum
 *   segment  0 type 4 offset 8 vaddr   0 type 8 offset 16 vaddr
 *            16 filesz                 32 filesz
 *   dynamic  two words: tag, value
 */
#include "elf.h"

#define SEGMENTS_MAX 64u
#define DYNAMIC_MAX 4096u /* entries */

enum { PT_LOAD_ = 1, PT_DYNAMIC_ = 2, PT_INTERP_ = 3 };
enum {
	TAG_NULL = 0,
	TAG_NEEDED = 1,
	TAG_STRTAB = 5,
	TAG_SONAME = 14,
	TAG_RPATH = 15,
	TAG_TEXTREL = 22,
	TAG_RUNPATH = 29,
	TAG_FLAGS = 30
};
#define FLAG_TEXTREL 4u

struct segment {
	uint64_t type, offset, vaddr, size;
};

struct elf {
	elf_pread *read;
	void *arg;
	struct arena *arena;
	bool wide, big; /* 64 bit, big endian */
	struct segment seg[SEGMENTS_MAX];
	size_t nseg;
};

static uint64_t number(const struct elf *e, const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[e->big ? i : n - 1 - i];
	return v;
}

static uint64_t word(const struct elf *e, const unsigned char *p)
{
	return number(e, p, e->wide ? 8 : 4);
}

static struct str text_at(const struct elf *e, uint64_t off, size_t max)
{
	char p[ELF_NAME_MAX];
	struct str s;

	if (max > ELF_NAME_MAX)
		max = ELF_NAME_MAX;
	if (!e->read(e->arg, off, p, max))
		return STR_NONE;
	s = str_mem(p, max);
	return arena_dup(e->arena, str_head(s, str_chr(s, '\0')));
}

static bool segments(struct elf *e, const unsigned char *head)
{
	uint64_t off = word(e, head + (e->wide ? 32 : 28));
	uint64_t size = number(e, head + (e->wide ? 54 : 42), 2);
	uint64_t n = number(e, head + (e->wide ? 56 : 44), 2);
	unsigned char p[56];

	if (size < (e->wide ? 56u : 32u) || off > INT64_MAX)
		return false;
	for (uint64_t i = 0; i < n && e->nseg < SEGMENTS_MAX; i++) {
		struct segment *s = &e->seg[e->nseg];

		if (!e->read(e->arg, off + i * size, p, e->wide ? 56 : 32))
			return false;
		s->type = number(e, p, 4);
		s->offset = word(e, p + (e->wide ? 8 : 4));
		s->vaddr = word(e, p + (e->wide ? 16 : 8));
		s->size = word(e, p + (e->wide ? 32 : 16));
		e->nseg += s->type == PT_LOAD_ || s->type == PT_DYNAMIC_ ||
			   s->type == PT_INTERP_;
	}
	return true;
}

static const struct segment *segment(const struct elf *e, uint64_t type)
{
	for (size_t i = 0; i < e->nseg; i++)
		if (e->seg[i].type == type)
			return &e->seg[i];
	return NULL;
}

/* Where in the file an address lies; false: in no segment. */
static bool in_file(const struct elf *e, uint64_t at, uint64_t *off)
{
	for (size_t i = 0; i < e->nseg; i++) {
		const struct segment *s = &e->seg[i];

		if (s->type == PT_LOAD_ && at >= s->vaddr &&
		    at - s->vaddr < s->size) {
			*off = s->offset + (at - s->vaddr);
			return *off <= INT64_MAX;
		}
	}
	return false;
}

struct dynamic {
	uint64_t tag, value;
};

static bool entry(const struct elf *e, const struct segment *s, uint64_t i,
		  struct dynamic *d)
{
	size_t each = e->wide ? 16 : 8;
	unsigned char p[16];

	if (i >= DYNAMIC_MAX || i >= s->size / each ||
	    s->offset > INT64_MAX - DYNAMIC_MAX * 16 ||
	    !e->read(e->arg, s->offset + i * each, p, each))
		return false;
	d->tag = word(e, p);
	d->value = word(e, p + each / 2);
	return d->tag != TAG_NULL;
}

static void names(const struct elf *e, const struct segment *s,
		  uint64_t strings, struct elf_facts *out)
{
	struct dynamic d;

	for (uint64_t i = 0; entry(e, s, i, &d); i++) {
		uint64_t at = strings + d.value;

		if (d.value > UINT32_MAX)
			continue;
		if (d.tag == TAG_NEEDED && out->nneeded < ELF_NEEDED_MAX)
			out->needed[out->nneeded++] =
				text_at(e, at, ELF_NAME_MAX);
		else if (d.tag == TAG_SONAME)
			out->soname = text_at(e, at, ELF_NAME_MAX);
		else if (d.tag == TAG_RUNPATH ||
			 (d.tag == TAG_RPATH && out->runpath.n == 0))
			out->runpath = text_at(e, at, ELF_NAME_MAX);
	}
}

static void dynamic(const struct elf *e, struct elf_facts *out)
{
	const struct segment *s = segment(e, PT_DYNAMIC_);
	uint64_t strings = 0;
	struct dynamic d;
	bool have = false;

	if (!s)
		return;
	for (uint64_t i = 0; entry(e, s, i, &d); i++) {
		if (d.tag == TAG_STRTAB)
			have = in_file(e, d.value, &strings);
		out->text_relocations |=
			d.tag == TAG_TEXTREL ||
			(d.tag == TAG_FLAGS && d.value & FLAG_TEXTREL);
	}
	if (have)
		names(e, s, strings, out);
}

bool elf_read(elf_pread *pread, void *arg, struct arena *a,
	      struct elf_facts *out)
{
	struct elf e = { .read = pread, .arg = arg, .arena = a };
	const struct segment *interp;
	unsigned char head[64] = { 0 };

	*out = (struct elf_facts){ .type = 0 };
	if (!pread(arg, 0, head, sizeof head) ||
	    memcmp(head, "\177ELF", 4) != 0 || head[4] < 1 || head[4] > 2 ||
	    head[5] < 1 || head[5] > 2)
		return false;
	e.wide = head[4] == 2;
	e.big = head[5] == 2;
	out->type = (uint16_t)number(&e, head + 16, 2);
	out->machine = (uint16_t)number(&e, head + 18, 2);
	if (!segments(&e, head))
		return true; /* an object, and damaged */
	interp = segment(&e, PT_INTERP_);
	if (interp && interp->offset <= INT64_MAX && interp->size)
		out->interpreter = text_at(&e, interp->offset,
					   interp->size < ELF_NAME_MAX
						   ? (size_t)interp->size
						   : ELF_NAME_MAX);
	dynamic(&e, out);
	return true;
}
