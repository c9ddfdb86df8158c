/*
 * collect/modules_view.h - which modules each part of the kernel names.
 */
#ifndef COLLECT_MODULES_VIEW_H
#define COLLECT_MODULES_VIEW_H

#include "probe.h"
#include "../util/map.h"

enum module_view {
	VIEW_LIST,    /* /proc/modules */
	VIEW_SYSFS,   /* /sys/module/NAME with initstate: not a built-in one */
	VIEW_SYMBOLS, /* [NAME] in /proc/kallsyms */
	VIEW_BTF,     /* /sys/kernel/btf/NAME */
	VIEW_FUNCTIONS, /* [NAME] in available_filter_functions of tracefs */
	MODULE_VIEWS
};
extern const char *const module_view_name[MODULE_VIEWS];
extern const char *const module_view_path[MODULE_VIEWS];

struct module_views {
	struct map name; /* -> bits of the views that have it */
	unsigned have;   /* bits of the views that could be read */
	int errnum[MODULE_VIEWS];
	uint64_t count[MODULE_VIEWS];
	struct buf list; /* the text of /proc/modules, with `keep_list' */
	bool keep_list, cut;
	struct map going; /* modules that are just being loaded or removed */
};

void module_views_read(const struct collect_env *, struct module_views *);
void module_views_free(struct module_views *);
/*
 * Of what views differ about: bits of the views that lack this module and
 * have to show every one.  Only the list and sysfs have to, and symbols of a
 * module that has some.
 */
unsigned module_views_missing(const struct module_views *, struct str name);

#endif
