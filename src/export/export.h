/*
 * export.h - formats of the timeline: one file per format, a line in
 * exports.def.  They render events; they open nothing.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "../event/event.h"
#include "../event/finding.h"
#include "../event/message.h"
#include "../util/buf.h"

struct export_source {
	struct str path, member;
	uint32_t host;
	uint64_t short_at; /* UINT64_MAX: whole */
};
struct export_host {
	struct str name, id;
};
/* what indexes in events and findings stand for */
struct export_names {
	const struct export_source *source;
	size_t nsource;
	const struct export_host *host;
	size_t nhost;
};

enum { EXPORT_NO_MESSAGE = 1 };

struct export
{
	const char *name;
	const char *en, *ja;
	void (*head)(struct buf *); /* a first line, or NULL */
	void (*event)(struct buf *, const struct event *,
		      const struct export_names *, struct messages *,
		      unsigned flags);
	/* NULL where the format has no findings */
	void (*finding)(struct buf *, const struct finding *,
			const struct export_names *);
	void (*finding_head)(struct buf *);
};

#define EXPORT(name) extern const struct export export_##name;
#include "exports.def"
#undef EXPORT

extern const struct export *const export_table[]; /* NULL-ended */
const struct export *export_named(const char *name);

/* Never NULL: an unknown index gives an empty one. */
const struct export_source *export_source(const struct export_names *,
					  uint32_t source);
const struct export_host *export_host(const struct export_names *,
				      uint32_t host);

#endif
