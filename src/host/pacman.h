/*
 * host/pacman.h - what pacman knows of packages and files
 * (/var/lib/pacman/local/NAME-VERSION-RELEASE/):
 *
 *   desc    %NAME%, a line of value(s), an empty line, %VERSION% …
 *   files   %FILES%: paths without `/'; %BACKUP%: path, tab, MD5
 *   mtree   gzip of mtree(5): /set, then ./path key=value …, mode, uid, gid,
 *           md5digest, sha256digest
 *
 * Take them in any order.
 */
#ifndef HOST_PACMAN_H
#define HOST_PACMAN_H

#include "packages.h"

/* path: of the file; its last two parts count */
void pacman_take(struct packages *, struct str path, struct str data);
/* The next %NAME% of a desc or files and its lines; false at the end. */
bool pacman_field(struct str *text, struct str *name, struct str *lines);

#endif
