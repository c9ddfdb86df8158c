/* case/frame.c - batches of frames. */
#include "frame.h"

#include <unistd.h>

#include "../util/io.h"

#define BATCH (256u << 10)
#define WINDOW (1u << 20)
#define HEAD 5u

void frame_put(struct frame_out *o, enum frame_type type, struct str s)
{
	uint32_t n = (uint32_t)s.n;

	if (s.n > FRAME_MAX)
		return;
	buf_add(&o->b, &n, 4);
	buf_c(&o->b, (char)type);
	buf_str(&o->b, s);
	if (o->b.n >= BATCH)
		(void)frame_flush(o); /* failure is kept in o */
}

bool frame_flush(struct frame_out *o)
{
	if (!o->failed && io_write(o->fd, o->b.p, o->b.n) < 0)
		o->failed = true;
	buf_clear(&o->b);
	return !o->failed;
}

/* At least n bytes after `at', or false. */
static bool have(struct frame_in *in, size_t n)
{
	while (in->b.n - in->at < n) {
		ssize_t got;

		if (in->at) {
			memmove(in->b.p, in->b.p + in->at, in->b.n - in->at);
			in->b.n -= in->at;
			in->at = 0;
		}
		got = read(in->fd, buf_room(&in->b, WINDOW), WINDOW);
		if (got <= 0)
			return false;
		in->b.n += (size_t)got;
	}
	return true;
}

bool frame_get(struct frame_in *in, enum frame_type *type, struct str *s)
{
	uint32_t n;

	if (in->broken || !have(in, HEAD))
		return false;
	memcpy(&n, in->b.p + in->at, 4);
	*type = (enum frame_type)(unsigned char)in->b.p[in->at + 4];
	if (n > FRAME_MAX || !have(in, HEAD + n)) {
		in->broken = true;
		return false;
	}
	*s = (struct str){ in->b.p + in->at + HEAD, n };
	in->at += HEAD + n;
	return true;
}
