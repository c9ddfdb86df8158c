/*
 * collect/kind.h - what the first bytes and the name say of a file.
 */
#ifndef COLLECT_KIND_H
#define COLLECT_KIND_H

#include "../util/str.h"

#define KIND_HEAD 4096 /* first bytes that are looked at */

/* "elf", "pe", "script"; NULL: none of these */
const char *kind_of(struct str head);
/* Does the name end like a program's: .so .ko .py .sh .php .jsp …? */
bool kind_program_name(struct str name);
/* Does it end like an object that is loaded: .so .ko .dll …? */
bool kind_object_name(struct str name);
/* Is it a script that a web server runs (.php .jsp .aspx .cgi …)? */
bool kind_web_name(struct str name);
/* Does this directory usually hold what a web server serves? */
bool kind_web_dir(struct str path);
/* Directories that hold programs of packages only. */
bool kind_system_dir(struct str path);

struct magic_box; /* libmagic, opened when it is first needed */
/* A MIME type as a string that lives as long as the box; NULL: unknown. */
const char *kind_mime(struct magic_box **, struct str head);
void kind_free(struct magic_box *);

#endif
