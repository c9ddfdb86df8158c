/*
 * case/feed.h - inside case/: what a sandboxed process says, believed no
 * further than its form.
 */
#ifndef CASE_FEED_H
#define CASE_FEED_H

#include "analysis.h"

#define FEED_MAX_STR (64u << 10)   /* a name or reason that is kept */
#define FEED_MAX_TOLD (512u << 20) /* of all of them */
#define FEED_MAX_RULES 200000u

/* Room for the names and results of so many sources and hosts. */
void feed_sizes(struct analysis *, size_t nsource, size_t nhost);
/* Reads frames until FRAME_END; events and findings go to the sink. */
int feed_listen(int fd, const struct analysis_options *, struct sink *,
		struct analysis *, struct err *);

#endif
