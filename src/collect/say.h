/*
 * collect/say.h - what is said of a run before its first source: how access
 * times are protected, which file systems are not entered, what the user
 * chose to leave out.
 */
#ifndef COLLECT_SAY_H
#define COLLECT_SAY_H

#include "intake.h"
#include "mounts.h"

void say_shield(struct intake *, enum shield);
void say_mounts(struct intake *);
void say_choice(struct intake *);

#endif
