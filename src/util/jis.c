/*
 * jis.c - two tables of two-byte characters (jis.gen makes them), unpacked
 * when the first odd value comes; the rest of both encodings is arithmetic.
 */
#include "jis.h"

#include <zstd.h>

#include "embedded.h"

#define CELLS 94u
#define EUC_ROWS 94u
#define SJIS_ROWS 120u
#define TABLE_BYTES ((EUC_ROWS + SJIS_ROWS) * CELLS * 2u)

/* Filled once per process, before any thread: read-only afterwards. */
static unsigned char table[TABLE_BYTES];
static bool loaded, usable;

static bool load(void)
{
	if (!loaded) {
		loaded = true;
		usable = ZSTD_decompress(table, sizeof(table), jis_zst,
					 jis_zst_len) == sizeof(table);
	}
	return usable;
}

static uint32_t at(size_t i)
{
	return (uint32_t)(table[i * 2] | table[i * 2 + 1] << 8);
}

/* Both: bytes used and the character, 0 when there is none. */
static size_t euc(const unsigned char *p, size_t n, uint32_t *c)
{
	if (p[0] == 0x8e && n > 1 && p[1] >= 0xa1 && p[1] <= 0xdf) {
		*c = 0xff61u + p[1] - 0xa1u;
		return 2;
	}
	if (n < 2 || p[0] < 0xa1 || p[0] > 0xfe || p[1] < 0xa1 || p[1] > 0xfe)
		return 0;
	*c = at((p[0] - 0xa1u) * CELLS + p[1] - 0xa1u);
	return *c ? 2 : 0;
}

static size_t sjis(const unsigned char *p, size_t n, uint32_t *c)
{
	unsigned row, cell;

	if (p[0] >= 0xa1 && p[0] <= 0xdf) {
		*c = 0xff61u + p[0] - 0xa1u;
		return 1;
	}
	if (n < 2 || p[0] < 0x81 || p[0] > 0xfc || p[0] == 0xa0 ||
	    p[1] < 0x40 || p[1] == 0x7f || p[1] > 0xfc)
		return 0;
	cell = p[1] - 0x40u - (p[1] > 0x7f);
	row = (p[0] - (p[0] < 0xa0 ? 0x81u : 0xc1u)) * 2 + cell / CELLS;
	if (row >= SJIS_ROWS)
		return 0;
	*c = at((EUC_ROWS + row) * CELLS + cell % CELLS);
	return *c ? 2 : 0;
}

static bool decode(struct arena *a, struct str s,
		   size_t (*one)(const unsigned char *, size_t, uint32_t *),
		   struct str *out)
{
	struct arena_mark m = arena_mark(a);
	char *o = arena_array(a, s.n, 3);
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		uint32_t c = p[0];
		size_t k = p[0] < 0x80 ? 1 : one(p, s.n - i, &c);

		if (k == 0) {
			arena_rewind(a, m);
			return false;
		}
		n += utf8_put(o + n, c);
		i += k;
	}
	*out = (struct str){ o, n };
	return true;
}

bool jis_text(struct arena *a, struct str s, struct str *out)
{
	return s.n && load() &&
	       (decode(a, s, euc, out) || decode(a, s, sjis, out));
}
