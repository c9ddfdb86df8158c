/*
 * collect/gather.h - the job that copies the files of paths.def.
 */
#ifndef COLLECT_GATHER_H
#define COLLECT_GATHER_H

#include "reader.h"

extern const struct job job_paths;

#endif
