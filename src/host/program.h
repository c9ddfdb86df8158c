/*
 * host/program.h - what a program is by its name: facts of a table.
 */
#ifndef HOST_PROGRAM_H
#define HOST_PROGRAM_H

#include "../util/str.h"

/*
 * Shells and interpreters by base name, a version behind it allowed
 * (`python3.11', `perl5.36.0', `ruby2.7').
 */
bool program_is_interpreter(struct str path);
/* These, and programs that run or write whatever their caller names. */
bool program_runs_anything(struct str path);
/*
 * Who makes code while it runs, by the base name of a mapped file (a library
 * or the program): v8, jvm …; NULL: none that is known.
 */
const char *program_jit(struct str name);

#endif
