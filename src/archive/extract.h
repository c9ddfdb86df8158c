/*
 * archive/extract.h - evidence out of the spool, onto a disk, harmless: mode
 * 0600, no owner, no attributes, and no name that leads out of its directory.
 */
#ifndef ARCHIVE_EXTRACT_H
#define ARCHIVE_EXTRACT_H

#include "../util/map.h"
#include "unpack.h"

#define EXTRACT_ZIP "infected.zip"
#define EXTRACT_PASSWORD "infected"

struct extract {
	int dir; /* all is written below it */
	int spool;
	bool force;      /* replaces what an earlier run left */
	struct map done; /* names written in this run */
	struct archive *zip;
	int zip_fd;
};

/* Makes the directory if need be. */
int extract_open(struct extract *, const char *dir, int spool, bool force,
		 struct err *);
/* From now on everything goes into DIR/infected.zip. */
int extract_begin_zip(struct extract *, struct err *);
/* One member; *name: what it is called now, below the directory. */
int extract_member(struct extract *, const struct unpacked *, struct arena *,
		   struct str *name, struct err *);
/* 0, or -1 with err when the zip could not be completed. */
int extract_close(struct extract *, struct err *);

/*
 * A name that is a path below here, whatever it was: odd bytes and `%' as
 * %XX, `.' and `..' too, empty parts left out, long ones cut and told apart
 * by a hash.  Never empty.
 */
struct str extract_name(struct arena *, struct str name, bool ascii);

#endif
