/*
 * fuzz.c - one fuzzer for all parsers (libFuzzer; `make fuzz').  The best
 * bidder reads the input, as in a run; when nobody bids, the first byte
 * chooses a parser, so that what lies behind a probe is reached too.
 *
 * The corpus may be the samples of testdata/ as they are.
 */
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str data = str_mem(p, n);
	size_t nparser = 0;
	struct world w;

	if (n == 0)
		return 0;
	while (parser_table[nparser])
		nparser++;
	world_open(&w);
	if (!world_run(&w, NULL, data))
		(void)world_run(&w, parser_table[p[0] % nparser], data);
	world_close(&w);
	return 0;
}
