/*
 * collect/btf.h - names of types in BTF, the kernel's description of itself.
 */
#ifndef COLLECT_BTF_H
#define COLLECT_BTF_H

#include "../util/str.h"

/*
 * The name of type `id' (1 is the first); empty when there is none, or when
 * the text is damaged.  Pure.
 */
struct str btf_name(struct str btf, uint32_t id);

#endif
