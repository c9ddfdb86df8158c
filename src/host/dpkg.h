/*
 * host/dpkg.h - what dpkg knows of a host's files (/var/lib/dpkg).
 *
 *   status                stanzas: Package, Architecture, Version, Conffiles
 *   info/NAME.list        absolute paths, one a line
 *   info/NAME.md5sums     32 hex digits, two blanks, path without its `/'
 *   diversions            from, to, package: three lines each
 *
 * Take them in any order; diversions before lists give better answers.
 */
#ifndef HOST_DPKG_H
#define HOST_DPKG_H

#include "packages.h"

struct divert {
	struct str from, to, package; /* package `:': a local one */
};

void dpkg_status(struct packages *, struct str text);
/* base: the file's name without directory, `libc6:amd64.list' */
void dpkg_info(struct packages *, struct str base, struct str text);
void dpkg_diversions(struct packages *, struct str text);
/* After the last file: diverted paths that are still without an owner. */
void dpkg_finish(struct packages *);

#endif
