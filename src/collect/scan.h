/* collect/scan.h - programs against rules, when the run has a hook for it. */
#ifndef COLLECT_SCAN_H
#define COLLECT_SCAN_H

#include "reader.h"

extern const struct job job_scan;

#endif
