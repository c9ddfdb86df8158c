/* execgroup.c - one hash per second and command line. */
#include "execgroup.h"

#include "../util/hash.h"
#include "../util/timefmt.h"

#define GROUP_BYTES 8 /* of SHA-256: enough to tell executions apart */
#define GROUP_MAX_COMMAND 4096

/* Adds c to the hash with runs of blanks as one blank. */
static void hash_folded(struct sha256 *h, struct str c)
{
	char t[256];
	size_t n = 0;
	bool gap = false;

	c = str_head(str_trim(c), GROUP_MAX_COMMAND);
	for (size_t i = 0; i < c.n; i++) {
		bool blank = c.p[i] == ' ' || c.p[i] == '\t';

		if (!blank || !gap)
			t[n++] = blank ? ' ' : c.p[i];
		gap = blank;
		if (n == sizeof(t)) {
			sha256_add(h, t, n);
			n = 0;
		}
	}
	sha256_add(h, t, n);
}

struct str exec_group(int64_t ts_ns, struct str command, struct arena *a)
{
	static const char hex[] = "0123456789abcdef";
	char *text = arena_alloc(a, GROUP_BYTES * 2 + 1);
	unsigned char sum[SHA256_LEN], second[8];
	int64_t s = ts_s(ts_ns);
	struct sha256 h;

	for (unsigned i = 0; i < 8; i++)
		second[i] = (unsigned char)((uint64_t)s >> (8 * i));
	sha256_init(&h);
	sha256_add(&h, second, sizeof(second));
	hash_folded(&h, command);
	sha256_end(&h, sum);
	for (unsigned i = 0; i < GROUP_BYTES; i++) {
		text[i * 2] = hex[sum[i] >> 4];
		text[i * 2 + 1] = hex[sum[i] & 15];
	}
	return (struct str){ text, GROUP_BYTES * 2 };
}
