/*
 * fieldmap.h - signatures/fields.yml: what the names in rules mean here.
 *   fields:      Image: process.executable     (or a list: any of them)
 *   logsources:  - {product:, category:, service:, kinds: [..],
 *                   datasets: [..], event: [state], text: true,
 *                   fields: {..}, any_field: PREFIX}
 */
#ifndef DETECT_FIELDMAP_H
#define DETECT_FIELDMAP_H

#include "rule.h"
#include "yaml_tree.h"

struct fieldmap {
	const struct yaml *fields, *logsources;
};

/* False (why in *err) when it is not usable; the map is then empty. */
bool fieldmap_load(struct fieldmap *, struct arena *, struct str text,
		   struct yaml_error *err);
/* The entry for a rule's logsource; NULL: nothing feeds it. */
const struct yaml *fieldmap_source(const struct fieldmap *,
				   const struct yaml *logsource);
/* That entry as a predicate over events. */
void fieldmap_where(struct image *, const struct yaml *source, struct where *);
/*
 * The image's field for a name in a rule of that source (may be NULL); the
 * empty name is the record as a whole.  A name that nothing fills gives a
 * field without refs.
 */
uint32_t fieldmap_field(const struct fieldmap *, struct ruleset *,
			const struct yaml *source, struct str name);

#endif
