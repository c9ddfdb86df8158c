/*
 * yara_set.h - the compiled YARA rules and their places in the ruleset.
 */
#ifndef DETECT_YARA_SET_H
#define DETECT_YARA_SET_H

#include <yara.h>

#include "ruleset.h"

/* What scanners of this kind define, so that foreign rules compile. */
enum external {
	EXT_FILENAME,
	EXT_FILEPATH,
	EXT_EXTENSION,
	EXT_FILETYPE,
	EXT_OWNER,
	EXT_STRINGS
};

struct yara_set {
	YR_RULES *rules;
	uint32_t first; /* ruleset index of the first rule */
	size_t nrule;
};

extern const char *const yara_external[EXT_STRINGS];

#endif
