/*
 * bodyfile.c - The Sleuth Kit's bodyfile 3.x, for mactime and friends:
 * MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime.
 * One line per event with the times that it stands for; what is no file time
 * becomes `[dataset] message' with its time as mtime.
 */
#include "export.h"

#include "../util/timefmt.h"

/* `|' and line ends would break the row */
static bool breaks(unsigned char c)
{
	return c == '|' || c < 0x20 || c == 0x7f;
}

static void name(struct buf *b, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!breaks((unsigned char)s.p[i]))
			continue;
		buf_add(b, s.p + from, i - from);
		buf_fmt(b, "\\x%02x", (unsigned char)s.p[i]);
		from = i + 1;
	}
	buf_add(b, s.p + from, s.n - from);
}

static void stamp(struct buf *b, const struct event *e, bool on)
{
	uint32_t ns = ts_frac(e->when.ts_ns);

	buf_c(b, '|');
	if (!on) {
		buf_c(b, '0');
		return;
	}
	buf_i64(b, ts_s(e->when.ts_ns));
	if (ns)
		buf_fmt(b, ".%09u", ns);
}

static void field(struct buf *b, const struct event *e, unsigned key)
{
	const struct field *f = ev_get(e, key);

	buf_c(b, '|');
	if (f)
		field_text(b, f);
	else
		buf_c(b, '0');
}

static void bodyfile_event(struct buf *b, const struct event *e,
			   const struct export_names *names, struct messages *m,
			   unsigned flags)
{
	struct str md5 = ev_get_str(e, KEY_FILE_HASH_MD5);
	struct str path = ev_get_str(e, KEY_FILE_PATH);
	struct str target = ev_get_str(e, KEY_FILE_TARGET);
	bool file = e->desc < 16 && e->kind == KIND_FILE;

	(void)names;
	(void)flags;
	buf_str(b, md5.n ? md5 : STR("0"));
	buf_c(b, '|');
	if (file) {
		name(b, path);
		if (target.n) {
			buf_puts(b, " -> ");
			name(b, target);
		}
	} else {
		buf_c(b, '[');
		name(b, e->dataset);
		buf_puts(b, "] ");
		name(b, message_of(m, e));
	}
	field(b, e, KEY_FILE_INODE);
	field(b, e, KEY_FILE_MODE);
	field(b, e, KEY_FILE_UID);
	field(b, e, KEY_FILE_GID);
	field(b, e, KEY_FILE_SIZE);
	stamp(b, e, file && e->desc & TD_A);
	stamp(b, e, !file || e->desc & TD_M);
	stamp(b, e, file && e->desc & TD_C);
	stamp(b, e, file && e->desc & TD_B);
	buf_c(b, '\n');
}

const struct export export_bodyfile = {
	.name = "bodyfile",
	.en = "The Sleuth Kit's bodyfile 3.x, for mactime",
	.ja = "The Sleuth Kit の bodyfile 3.x（mactime 用）",
	.event = bodyfile_event,
};
