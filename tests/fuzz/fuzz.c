/*
 * fuzz.c - libFuzzer over all parsers: whoever bids for the bytes reads them,
 * and one more, by the last byte, whether it bids or not.
 */
#include "drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str bytes = { (const char *)p, n };
	struct evidence e = { STR("/input"), STR("/input"), 0, INT64_MIN };
	struct source src = { .path = e.path, .member = e.member };
	size_t count = 0;

	src.data = bytes;
	src.size = n;
	src.mtime_ns = INT64_MIN;
	src.short_at = UINT64_MAX;
	while (parser_table[count])
		count++;
	for (size_t i = 0; i < count; i++) {
		src.flags = e.flags = i % 2 ? SRC_STREAM : 0;
		if (parser_table[i]->probe(&src) != CANNOT ||
		    (n && p[n - 1] % count == i))
			(void)drive(parser_table[i], &e, bytes);
	}
	return 0;
}
