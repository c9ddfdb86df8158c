/* builtin.c - the signatures that the build packed into the binary. */
#include "detect.h"

#include <zstd.h>

#include "../util/buf.h"
#include "../util/embedded.h"

#define MAX_BUILTIN (64u << 20) /* unpacked */
#define CHUNK (128u << 10)

/* The frame does not say its size: grows until it ends. */
static struct str unpack(struct arena *a)
{
	ZSTD_inBuffer in = { signatures_zst, signatures_zst_len, 0 };
	ZSTD_DStream *d = ZSTD_createDStream();
	struct buf b = { 0 };
	struct str all;
	size_t left = 1;

	while (d && left && b.n < MAX_BUILTIN) {
		ZSTD_outBuffer out = { buf_room(&b, CHUNK), CHUNK, 0 };
		size_t before = in.pos;

		left = ZSTD_decompressStream(d, &out, &in);
		if (ZSTD_isError(left))
			break;
		b.n += out.pos;
		if (out.pos == 0 && in.pos == before)
			break;
	}
	ZSTD_freeDStream(d);
	all = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return all;
}

static bool record(struct str *rest, struct str *path, struct str *text)
{
	uint64_t n;

	*path = str_cut(rest, '\n');
	if (!rest->p || !str_u64(str_cut(rest, '\n'), &n) || n > rest->n)
		return false;
	*text = str_head(*rest, (size_t)n);
	*rest = str_skip(*rest, (size_t)n);
	return true;
}

size_t builtin_rules(struct arena *a, struct rule_file **out)
{
	struct str all = unpack(a), rest = all, path, text;
	size_t n = 0;

	while (rest.n && record(&rest, &path, &text))
		n++;
	*out = arena_array(a, n + 1, sizeof(**out));
	rest = all;
	for (size_t i = 0; i < n && record(&rest, &path, &text); i++)
		(*out)[i] = (struct rule_file){ .path = path,
						.text = text,
						.builtin = true };
	return n;
}

struct str builtin_file(struct arena *a, struct str want)
{
	struct str rest = unpack(a), path, text;

	while (rest.n && record(&rest, &path, &text))
		if (str_eq(path, want))
			return text;
	return STR_NONE;
}
