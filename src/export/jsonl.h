/*
 * jsonl.h - inside export/: the two halves of the JSON lines format.
 */
#ifndef EXPORT_JSONL_H
#define EXPORT_JSONL_H

#include "export.h"

/* ,"key":"2026-11-24T06:26:15.000000000Z" */
void jsonl_stamp(struct buf *, const char *key, int64_t ts_ns);
void jsonl_finding(struct buf *, const struct finding *,
		   const struct export_names *);

#endif
