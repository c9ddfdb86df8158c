/*
 * host/elf.h - what an ELF object says of how it is loaded: which libraries
 * it names, what it is called, where it looks.  Any class and byte order;
 * nothing in it is believed.
 */
#ifndef HOST_ELF_H
#define HOST_ELF_H

#include "../util/arena.h"

#define ELF_NEEDED_MAX 128u
#define ELF_NAME_MAX 1024u

struct elf_facts {
	uint16_t type; /* ET_… */
	uint16_t machine;
	bool text_relocations;
	struct str interpreter, soname, runpath;
	struct str needed[ELF_NEEDED_MAX];
	size_t nneeded;
};

/* Fills n bytes from this offset, zeros behind the end; false: an error. */
typedef bool elf_pread(void *arg, uint64_t off, void *out, size_t n);

/* False when it is no ELF object.  Strings live in the arena. */
bool elf_read(elf_pread *, void *arg, struct arena *, struct elf_facts *);

#endif
