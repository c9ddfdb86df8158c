/*
 * mapped_named.c - which mapped files of a process name which others
 * (DT_NEEDED), by what these call themselves or are called.
 */
#include "mapped.h"

static bool is_called(const struct mapped_file *f, struct str name)
{
	name = str_base(name);
	return name.n &&
	       (str_eq(f->soname, name) || str_eq(str_base(f->path), name));
}

static bool names(const struct mapped_file *f, const struct mapped_file *lib)
{
	for (size_t i = 0; i < f->nneeded; i++)
		if (is_called(lib, f->needed[i]))
			return true;
	return false;
}

void mapped_reach(struct mapped *m, size_t from)
{
	uint32_t todo[LIBRARIES_MAX];
	size_t n = 0;

	m->reached[from] = true;
	todo[n++] = (uint32_t)from;
	while (n) {
		const struct mapped_file *f = &m->file[m->lib[todo[--n]]];

		for (size_t i = 0; i < m->nlib; i++)
			if (!m->reached[i] && names(f, &m->file[m->lib[i]])) {
				m->reached[i] = true;
				todo[n++] = (uint32_t)i;
			}
	}
}

bool mapped_named_by_stranger(const struct mapped *m, size_t lib)
{
	for (size_t i = 0; i < m->nlib; i++)
		if (i != lib && !m->reached[i] &&
		    names(&m->file[m->lib[i]], &m->file[m->lib[lib]]))
			return true;
	return false;
}

bool mapped_is_loader(const struct mapped_file *f)
{
	struct str name = str_base(f->path);

	return str_starts(name, STR("ld-")) || str_starts(name, STR("ld.so"));
}
