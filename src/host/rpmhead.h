/*
 * host/rpmhead.h - one header of an rpm database: index entries, then data.
 *
 *   u32be il  u32be dl  il x { tag type offset count } (u32be)  dl bytes
 *
 * Spec: rpm's docs/manual/format.md.  Everything is a view into the blob.
 */
#ifndef HOST_RPMHEAD_H
#define HOST_RPMHEAD_H

#include "../util/rd.h"

enum rpm_tag {
	RPM_SIGPGP = 259,
	RPM_SIGGPG = 262,
	RPM_DSAHEADER = 267,
	RPM_RSAHEADER = 268,
	RPM_OPENPGP = 278,
	RPM_NAME = 1000,
	RPM_VERSION = 1001,
	RPM_RELEASE = 1002,
	RPM_EPOCH = 1003,
	RPM_BUILDTIME = 1006,
	RPM_BUILDHOST = 1007,
	RPM_INSTALLTIME = 1008,
	RPM_VENDOR = 1011,
	RPM_PACKAGER = 1015,
	RPM_ARCH = 1022,
	RPM_PREIN = 1023,
	RPM_POSTIN = 1024,
	RPM_PREUN = 1025,
	RPM_POSTUN = 1026,
	RPM_OLDFILENAMES = 1027,
	RPM_FILESIZES = 1028,
	RPM_FILESTATES = 1029,
	RPM_FILEMODES = 1030,
	RPM_FILEDIGESTS = 1035,
	RPM_FILELINKTOS = 1036,
	RPM_FILEFLAGS = 1037,
	RPM_FILEUSERNAME = 1039,
	RPM_FILEGROUPNAME = 1040,
	RPM_FILEVERIFYFLAGS = 1045,
	RPM_TRIGGERSCRIPTS = 1065,
	RPM_VERIFYSCRIPT = 1079,
	RPM_PREINPROG = 1085,
	RPM_POSTINPROG = 1086,
	RPM_PREUNPROG = 1087,
	RPM_POSTUNPROG = 1088,
	RPM_VERIFYSCRIPTPROG = 1091,
	RPM_TRIGGERSCRIPTPROG = 1092,
	RPM_DIRINDEXES = 1116,
	RPM_BASENAMES = 1117,
	RPM_DIRNAMES = 1118,
	RPM_PRETRANS = 1151,
	RPM_POSTTRANS = 1152,
	RPM_PRETRANSPROG = 1153,
	RPM_POSTTRANSPROG = 1154,
	RPM_FILECAPS = 5010,
	RPM_FILEDIGESTALGO = 5011,
	RPM_FILETRIGGERSCRIPTS = 5066,
	RPM_FILETRIGGERSCRIPTPROG = 5067,
	RPM_TRANSFILETRIGGERSCRIPTS = 5076,
	RPM_TRANSFILETRIGGERSCRIPTPROG = 5077,
};

#define RPM_FILE_CONFIG 1u
#define RPM_FILE_GHOST 64u

/* what is to be compared; what a package leaves to others is not */
#define RPM_VERIFY_DIGEST 1u
#define RPM_VERIFY_LINK 4u
#define RPM_VERIFY_USER 8u
#define RPM_VERIFY_GROUP 16u
#define RPM_VERIFY_MODE 64u
#define RPM_VERIFY_CAPS 256u

struct rpm_head {
	struct str index, data;
};

/* An array of a tag, read front to back; empty when it is not there. */
struct rpm_array {
	struct rd rd;
	uint32_t type, left;
};

/* False: it is no header, or a cut one. */
bool rpm_head_open(struct str blob, struct rpm_head *);
bool rpm_has(const struct rpm_head *, enum rpm_tag);
struct rpm_array rpm_array(const struct rpm_head *, enum rpm_tag);
/* The next one; false at the end, or where the data ends before it. */
bool rpm_next_str(struct rpm_array *, struct str *);
bool rpm_next_u32(struct rpm_array *, uint32_t *); /* of 8, 16, 32 bits */
/* The first one; empty, or 0, when there is none. */
struct str rpm_str(const struct rpm_head *, enum rpm_tag);
uint32_t rpm_u32(const struct rpm_head *, enum rpm_tag);

#endif
