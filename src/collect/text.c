/* text.c - a small text becomes a member. */
#include "text.h"
#include "live.h"
#include "../util/buf.h"

#include <errno.h>
#include <stdio.h>

void text_member(struct probe_run *run, const char *name, struct str text)
{
	struct member m = { .name = str_of(name),
			    .mode = 0600,
			    .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN,
			    .size = text.n };

	probe_member(run, &m, -1, text);
}

bool text_copy(struct text_tally *t, int dir, const char *file,
	       const char *into, size_t max)
{
	int rc = live_read(dir, file, max, &t->text), errnum = errno;
	char name[512];

	snprintf(name, sizeof name, "%s/%s", into, file);
	if (rc < 0 && (errnum == ENOENT || errnum == ENOTDIR))
		return false;
	if (rc < 0)
		probe_status(t->run, str_of(name),
			     errnum == EACCES || errnum == EPERM ? PROBE_DENIED
								 : PROBE_FAILED,
			     errnum, 0, 0);
	else if (rc > 0)
		probe_status(t->run, str_of(name), PROBE_TRUNCATED, 0, 1,
			     t->text.n);
	if (rc < 0 || t->text.n == 0)
		return true;
	snprintf(name, sizeof name, "live/%s/%s", into, file);
	text_member(t->run, name, buf_view(&t->text));
	t->count++;
	t->bytes += t->text.n;
	return true;
}
