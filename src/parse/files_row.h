/*
 * files_row.h - one compact row of state/files, decoded.
 */
#ifndef PARSE_FILES_ROW_H
#define PARSE_FILES_ROW_H

#include "../host/layers.h"
#include "stream.h"

struct file_row {
	uint64_t root; /* mount namespace its path begins in; 0: the host */
	struct str path, inode, device, target, content, mime;
	struct digests digest;
	struct str skip; /* why a directory was not entered */
	struct jsonrow_value xattrs, attributes;
	int64_t time[4]; /* M A C B */
	bool has_time[4];
	uint64_t size, nlink;
	uint32_t mode, uid, gid;
	char type; /* f d l b c p s */
	char mode_text[4];
	bool interpreter; /* executable, and its name is in the table */
	struct str capabilities;
	enum package_state state; /* of packages; looked up once a row */
	const struct package *package;
	const struct package_file *says; /* of this file; NULL: nothing */
	bool layered; /* in a layer of a container's image, or its own */
	struct layer_path at;
	struct str container; /* that writes into this layer */
	bool whiteout, opaque;
	bool relinked; /* it leads elsewhere than its package has it */
	bool stronger; /* it may do more than its package gave it */
};

/* False, with a note, when it is no such row. */
bool file_row_read(struct parse *, const struct stream_row *,
		   struct file_row *);
/* ECS: file dir symlink … */
const char *file_row_type(const struct file_row *);
struct str file_row_extension(const struct file_row *);
/* Decodes security.capability and adds it to p->ev. */
void file_row_capabilities(struct parse *, struct file_row *);
void file_row_digests(struct event *, const struct file_row *);
/* Adds the root it lies in, the layer, the container. */
void file_row_container(struct parse *, const struct file_row *);
/* Adds attributes, xattrs and the rest that only a state carries. */
void file_row_lists(struct parse *, const struct file_row *);
/* files_package.c: what differs from the package, content apart. */
void file_row_package(struct parse *, struct file_row *);
/* Is there a fact that a rule on states could ask for? */
bool file_row_remarkable(const struct parse *, const struct file_row *);

#endif
