/* export.c - the table of formats. */
#include "export.h"

const struct export *const export_table[] = {
#define EXPORT(name) &export_##name,
#include "exports.def"
#undef EXPORT
	NULL
};

const struct export *export_named(const char *name)
{
	for (size_t i = 0; export_table[i]; i++)
		if (strcmp(export_table[i]->name, name) == 0)
			return export_table[i];
	return NULL;
}

const struct export_source *export_source(const struct export_names *n,
					  uint32_t source)
{
	static const struct export_source none = { .short_at = UINT64_MAX };

	return source < n->nsource ? &n->source[source] : &none;
}

const struct export_host *export_host(const struct export_names *n,
				      uint32_t host)
{
	static const struct export_host none;

	return host < n->nhost ? &n->host[host] : &none;
}
