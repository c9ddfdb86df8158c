/*
 * subject.h - what a finding is about: the same thing gets one finding per
 * rule however often it was seen.
 */
#ifndef DETECT_SUBJECT_H
#define DETECT_SUBJECT_H

#include "rule.h"

#define SUBJECT_MAX 1024u /* bytes that are shown and kept */

/*
 * "process 4711 bash", "file /etc/…", "user …", "address …"; and behind it
 * in *key what tells equal texts apart (a process's start).
 */
struct str subject_of(const struct rule *, const struct event *,
		      struct buf *text, struct buf *key);

#endif
