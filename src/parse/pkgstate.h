/*
 * pkgstate.h - what the parsers of package databases share: the state of one
 * installed package.
 */
#ifndef PARSE_PKGSTATE_H
#define PARSE_PKGSTATE_H

#include "../host/packages.h"
#include "parser.h"

struct pkgstate {
	enum package_system system;
	struct str name, version, arch;
	struct str vendor, maintainer, build_host;
	struct str state;     /* as dpkg says it; empty: installed */
	uint64_t installed_s; /* 0: unknown */
	enum { SIGNED_UNKNOWN, SIGNED_NO, SIGNED_YES } is_signed;
	uint64_t off;
	uint32_t sub;
	struct str record;
};

/* A state, and an event at the time it was installed when that is known. */
enum outcome pkgstate_emit(struct parse *, const char *dataset,
			   const struct pkgstate *);
/*
 * The same for each stanza of a text: lines `KEY: value' or `KEY:value',
 * continued by a blank, parted by empty lines.
 */
enum outcome pkgstate_stanzas(struct parse *, const char *dataset,
			      enum package_system,
			      void (*field)(struct pkgstate *, struct str key,
					    struct str value));
/* A script that runs when the package is handled. */
struct pkgscript {
	struct str package, program, text;
	const char *when; /* postin, trigger … */
	uint64_t off;
	uint32_t sub;
};
enum outcome pkgscript_emit(struct parse *, const char *dataset,
			    const struct pkgscript *);

/*
 * A program of a package that is known not to be there: executable by its
 * mode, or in a directory of programs where there is none.
 */
struct pkgfile {
	struct str package, path;
	uint32_t mode; /* with its type; 0: unknown */
	uint64_t off;
	uint32_t sub;
};
/* WHOLE too when there is nothing to say; *said counts. */
enum outcome pkgmissing_emit(struct parse *, const char *dataset,
			     const struct pkgfile *, uint32_t *said);

#endif
