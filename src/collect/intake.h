/*
 * collect/intake.h - the collector's side of the frames: members go to the
 * archive, rows into numbered stream members, states into status lines and
 * the account of what is complete.
 */
#ifndef COLLECT_INTAKE_H
#define COLLECT_INTAKE_H

#include "budget.h"
#include "lane.h"
#include "scene.h"

/* bytes of one stream member; below KONSEKI_STREAM_MAX, so that several
 * streams fit into the memory of a run */
#define INTAKE_STREAM (4u << 20)
#define INTAKE_STREAMS 64

struct stream {
	char name[65];
	struct buf rows;
	unsigned nmember;
	int64_t since_ns;
};

struct intake {
	struct writer *w;
	struct scene *scene;
	struct collect_result *res;
	struct budget *budget;
	struct stream stream[INTAKE_STREAMS];
	size_t nstream;
	bool open;        /* a member is */
	struct buf name;  /* of the open member */
	bool done;        /* the job said so */
	bool failed;      /* the archive cannot be written any more */
	uint64_t nobject; /* seen in this job */
	struct err err;
	struct buf line;
	struct buf had; /* core groups that were collected, each \n-ended */
	struct extent extent[LANE_MAX_EXTENTS];
	struct xattr xattr[LANE_MAX_XATTRS];
};

/* One frame; false when it is malformed or the archive has failed. */
bool intake_frame(struct intake *, const struct frame *, struct str payload);
/* Ends the open member (its reader is lost or told to stop). */
bool intake_cut(struct intake *);
/* All rows gathered so far become members. */
bool intake_flush(struct intake *);
/* A status line of the collector's own. */
void intake_status(struct intake *, const char *probe, const char *core,
		   struct str what, enum probe_state, int errnum,
		   uint64_t count, uint64_t bytes, int64_t duration_ns);
/* A core group that the run did not reach: a gap, and a status row. */
void intake_not_begun(struct intake *, const char *group);
/* A core group is not complete; the first reason is kept. */
void intake_gap(struct intake *, const char *group, enum probe_state,
		struct str what);
void intake_free(struct intake *);

#endif
