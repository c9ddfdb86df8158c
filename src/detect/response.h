/*
 * response.h - what to do about a finding: signatures/responses/<id>.yml,
 * ordered steps in both languages.
 */
#ifndef DETECT_RESPONSE_H
#define DETECT_RESPONSE_H

#include "../util/arena.h"
#include "../util/lang.h"

/* The first steps of response `id'; how many there were (0: no such id). */
size_t response_steps(struct str id, enum lang, struct arena *, struct str *out,
		      size_t max);

#endif
