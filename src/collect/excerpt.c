/*
 * excerpt.c - by halving: lines of a log stand in the order of time, more or
 * less, so a few reads of some KiB find the moment.  Nothing is parsed but the
 * time of a line, and that out of a bounded number of its first bytes.
 */
#include "excerpt.h"

#include <stdio.h>
#include <stdlib.h>

#include "../util/io.h"
#include "../util/scan.h"
#include "../util/timefmt.h"

#define PIECE 65536u /* looked at to find a line's end */
#define STAMP 256u   /* first bytes of a line that may hold its time */
#define MAX_STEPS 64
#define LINES 64 /* without a time, passed over in one step */

static struct str read_piece(int fd, uint64_t off, uint64_t size, char *p)
{
	size_t want = size - off < PIECE ? (size_t)(size - off) : PIECE;
	ssize_t n = io_pread(fd, p, want, (off_t)off);

	return str_mem(p, n > 0 ? (size_t)n : 0);
}

/* Where the line after off begins; `size' when none does soon. */
static uint64_t line_after(int fd, uint64_t off, uint64_t size, char *p)
{
	struct str s = read_piece(fd, off, size, p);
	size_t nl = str_chr(s, '\n');

	return nl == (size_t)-1 ? off : off + nl + 1;
}

/* The last end of a line before off; off when there is none near. */
static uint64_t line_before(int fd, uint64_t off, char *p)
{
	uint64_t from = off > PIECE ? off - PIECE : 0;
	struct str s = read_piece(fd, from, off, p);
	size_t nl = str_rchr(s, '\n');

	return nl == (size_t)-1 ? off : from + nl + 1;
}

/* Mon dd hh:mm:ss: the newest such time that is not behind the file's own. */
static bool without_year(struct str line, int64_t mtime_ns, int64_t *ts)
{
	struct scan s = scan_of(line);
	unsigned month = scan_month(&s), day = 0;
	struct civil now;
	char text[32];
	unsigned digits;
	int32_t offset;
	bool zone;

	if (month == 0 || line.n < 15)
		return false;
	day = (unsigned)(line.p[4] == ' ' ? 0 : line.p[4] - '0') * 10 +
	      (unsigned)(line.p[5] - '0');
	civil_of_s(ts_s(mtime_ns), &now);
	for (int back = 0; back < 2; back++) {
		(void)snprintf(text, sizeof(text), "%04d-%02u-%02uT%.8s",
			       (int)now.year - back, month, day % 100,
			       line.p + 7);
		if (ts_parse_iso(str_of(text), ts, &digits, &zone, &offset) &&
		    *ts <= mtime_ns + 86400 * NS_PER_S)
			return true;
	}
	return false;
}

/* 1700000000.123 behind `audit(', or at the start of the line */
static bool epoch(struct str line, int64_t *ts)
{
	size_t at = str_find(line, STR("audit("));
	uint64_t s = 0;
	size_t n = 0;

	line = str_skip(line, at == (size_t)-1 ? 0 : at + 6);
	while (n < 10 && n < line.n && line.p[n] >= '0' && line.p[n] <= '9')
		s = s * 10 + (uint64_t)(line.p[n++] - '0');
	if (n != 10 || (n < line.n && !strchr(". :", line.p[n])))
		return false;
	*ts = (int64_t)s * NS_PER_S;
	return true;
}

/* [10/Oct/2000:13:55:36 */
static bool common_log(struct str line, int64_t *ts)
{
	size_t at = str_chr(line, '[');
	struct scan s;
	char text[32];
	unsigned month, digits;
	int32_t offset;
	bool zone;

	if (at == (size_t)-1 || line.n - at < 21)
		return false;
	line = str_skip(line, at + 1);
	s = scan_of(str_skip(line, 3));
	month = scan_month(&s);
	(void)snprintf(text, sizeof(text), "%.4s-%02u-%.2sT%.8s", line.p + 7,
		       month, line.p, line.p + 12);
	return month && line.p[2] == '/' && line.p[6] == '/' &&
	       ts_parse_iso(str_of(text), ts, &digits, &zone, &offset) > 0;
}

bool excerpt_time(struct str line, int64_t mtime_ns, int64_t *ts)
{
	unsigned digits;
	int32_t offset;
	bool zone;

	line = str_head(line, STAMP);
	return ts_parse_iso(line, ts, &digits, &zone, &offset) > 0 ||
	       without_year(line, mtime_ns, ts) || epoch(line, ts) ||
	       common_log(line, ts);
}

/* The time of the first line at or after off that has one. */
static bool time_at(int fd, uint64_t off, uint64_t size, int64_t mtime_ns,
		    char *p, int64_t *ts)
{
	struct str s = read_piece(fd, off, size, p);

	for (int i = 0; i < LINES && s.n; i++)
		if (excerpt_time(str_cut(&s, '\n'), mtime_ns, ts))
			return true;
	return false;
}

/* Where the lines of `since' begin; size: nowhere. */
static uint64_t moment(int fd, uint64_t size, int64_t since, int64_t mtime_ns,
		       char *p)
{
	uint64_t lo = 0, hi = size;
	int64_t ts;

	for (int i = 0; i < MAX_STEPS && hi - lo > PIECE; i++) {
		uint64_t mid = line_after(fd, lo + (hi - lo) / 2, size, p);

		if (mid >= hi || !time_at(fd, mid, size, mtime_ns, p, &ts))
			break;
		if (ts < since)
			lo = mid;
		else
			hi = lo + (hi - lo) / 2;
	}
	return time_at(fd, lo, size, mtime_ns, p, &ts) ? lo : size;
}

static bool is_text(int fd, uint64_t size, char *p)
{
	struct str s = str_head(read_piece(fd, 0, size, p), 4096);

	return s.n && memchr(s.p, 0, s.n) == NULL;
}

/* Adds what [off, end) has that the one before has not. */
static size_t add(struct extent *out, size_t n, uint64_t off, uint64_t end)
{
	if (n > 0 && out[n - 1].off + out[n - 1].len >= off) {
		if (end > out[n - 1].off + out[n - 1].len)
			out[n - 1].len = end - out[n - 1].off;
		return n;
	}
	if (end > off)
		out[n++] = (struct extent){ off, end - off };
	return n;
}

size_t excerpt(int fd, uint64_t size, uint64_t max, int64_t since_ns,
	       int64_t mtime_ns, struct extent out[EXCERPT_MAX])
{
	bool mid = since_ns != INT64_MIN && since_ns < mtime_ns;
	uint64_t head = max / (mid ? 8 : 4), tail = max / 2, at, end;
	char *p = xmalloc(PIECE);
	size_t n = 0;

	if (!mid)
		tail = max - head;
	if (max >= PIECE && size > max && is_text(fd, size, p)) {
		n = add(out, n, 0, line_before(fd, head, p));
		at = mid ? moment(fd, size, since_ns, mtime_ns, p) : size;
		end = size - at < max - head - tail ? size
						    : at + (max - head - tail);
		if (at < size)
			n = add(out, n, at,
				end < size ? line_before(fd, end, p) : size);
		n = add(out, n, line_after(fd, size - tail, size, p), size);
	}
	free(p);
	return n;
}
