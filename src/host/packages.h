/*
 * host/packages.h - what the package databases of one host know of its
 * files: one table of paths behind dpkg, rpm, apk and pacman (dpkg.h, rpm.h,
 * apk.h, pacman.h fill it).
 */
#ifndef HOST_PACKAGES_H
#define HOST_PACKAGES_H

#include "../util/arena.h"
#include "../util/map.h"
#include "pathset.h"

#define PACKAGE_DIGEST 16 /* bytes that are kept of a longer digest */

enum package_system {
	PACKAGES_DPKG = 1,
	PACKAGES_RPM,
	PACKAGES_APK,
	PACKAGES_PACMAN
};

enum digest_algo {
	DIGEST_NONE,
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA512,
	DIGEST_ALGOS
};

struct package {
	struct str name, version, arch;
	enum package_system system;
};

/* What one package says of one file; several of a path form a chain. */
struct package_file {
	unsigned char digest[PACKAGE_DIGEST];
	uint8_t algo; /* DIGEST_NONE: nothing to compare */
	uint8_t has_mode;
	uint16_t mode;        /* the low 12 bits */
	uint16_t user, group; /* index + 1 of a name or number; 0: unknown */
	uint16_t caps;        /* index + 1 of their text; 0: none; of a link
			       * where it leads */
	uint8_t has_caps;     /* no capabilities are an answer too */
	uint8_t is_link;
	uint32_t next; /* an older one of the chain, index + 1 */
};

struct packages {
	struct arena *arena; /* of all strings */
	struct package *package;
	size_t npackage, cappackage;
	struct map byname; /* what the system calls it -> index + 1 */
	struct pathset path;
	struct package_file *file;
	size_t nfile, capfile;
	struct str *word; /* of user, group, caps */
	size_t nword, capword;
	struct map byword;
	struct divert *divert; /* dpkg.c */
	size_t ndivert, capdivert;
	struct map diverted;
	unsigned systems; /* bit per package_system with a list of files */
	bool prelinked;   /* programs are changed by prelink(8) */
};

void packages_init(struct packages *, struct arena *);
void packages_free(struct packages *); /* not the arena */
/* Index + 1 of a package, made when it is new; 0 past the cap. */
uint32_t packages_intern(struct packages *, struct str name);
/* Its slot; NULL when the path has no hash, or past the cap. */
struct path_info *packages_put(struct packages *, struct str path);
/* The first package that has a path keeps it. */
void packages_own(struct path_info *, uint32_t owner);
/* Puts what a package says of a file before what others said. */
void packages_file(struct packages *, struct path_info *,
		   const struct package_file *);
/* A word for user, group or caps; 0 for none. */
uint16_t packages_word(struct packages *, struct str);
struct str packages_word_text(const struct packages *, uint16_t);

/* Is it known of this path, a link, where it leads?  (Programs.) */
bool packages_wants_link(struct str path);

/* What was measured: hex digits, empty when it was not. */
struct digests {
	struct str of[DIGEST_ALGOS];
};
/* Digest of bytes in memory into out (64 bytes); its length. */
size_t digest_of(enum digest_algo, struct str, unsigned char *out);
/* Out of hex digits the bytes that are kept; false: too few, or no digits. */
bool digest_hex(struct str hex, unsigned char out[PACKAGE_DIGEST]);

/* NULL: no package has it. */
const struct package *packages_owner(const struct packages *, struct str path);
/*
 * The algorithms that say something of this file: bit per digest_algo; 0: no
 * package has it, or none has a digest.
 */
unsigned packages_algos(const struct packages *, struct str path);
/* What the newest package of a path says of it; NULL: nothing. */
const struct package_file *packages_says(const struct packages *,
					 struct str path);

/* Was it in the walk, by whatever spelling (PATH_SEEN)? */
bool packages_seen(const struct packages *, struct str path);

enum package_state {
	PKG_UNKNOWN,
	PKG_UNPACKAGED,
	PKG_OWNED,
	PKG_INTACT,
	PKG_MODIFIED,
	PKG_CONFFILE,
	PKG_CONFFILE_CHANGED
};
/*
 * What the databases say of a file.  PKG_OWNED: there is nothing to compare.
 * PKG_UNKNOWN: there is no database.
 */
enum package_state packages_state(const struct packages *, struct str path,
				  const struct digests *,
				  const struct package **);
/* "" for UNKNOWN, OWNED */
const char *package_state_name(enum package_state);
const char *package_system_name(enum package_system); /* deb, rpm … */

#endif
