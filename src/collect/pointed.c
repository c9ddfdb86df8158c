/* pointed.c - words that are paths. */
#define _GNU_SOURCE
#include "pointed.h"
#include "beneath.h"

#include "../util/io.h"

#include <stdlib.h>
#include <sys/stat.h>

#define PATH_LEN_MAX 1024

/* What may stand around a path in a shell line, a unit or a rule. */
static bool edge(char c)
{
	return (unsigned char)c <= ' ' || strchr("\"'`=:;,|&<>(){}[]@!+-", c);
}

static bool ends(char c)
{
	return (unsigned char)c <= ' ' || strchr("\"'`;:,|&<>(){}", c);
}

struct str pointed_next(struct str *rest)
{
	for (size_t i = 0; i < rest->n; i++) {
		size_t k = i;

		if (rest->p[i] != '/' || (i > 0 && !edge(rest->p[i - 1])))
			continue;
		if (i + 1 < rest->n && rest->p[i + 1] == '/')
			continue; /* http://host/… */
		while (k < rest->n && !ends(rest->p[k]))
			k++;
		if (k - i > 1 && k - i <= PATH_LEN_MAX) {
			struct str word = { rest->p + i, k - i };

			*rest = str_skip(*rest, k);
			return word;
		}
		i = k - (k > i);
	}
	*rest = STR_NONE;
	return STR_NONE;
}

static void one(struct probe_run *r, struct str word)
{
	struct place p;
	bool added;

	/* `seen' also holds plain paths that were copied: another space */
	(void)map_put(&r->named, word, &added);
	if (!added || beneath(r, word, true, &p) < 0)
		return;
	if (S_ISREG(p.meta.mode))
		run_pointed(r, buf_view(&p.real));
	place_close(&p);
}

void pointed_read(struct probe_run *r, int fd, uint64_t size)
{
	char *text = xmalloc(POINTED_TEXT);
	size_t want = size < POINTED_TEXT ? (size_t)size : POINTED_TEXT;
	ssize_t n = io_pread(fd, text, want, 0);
	struct str rest = { text, n > 0 ? (size_t)n : 0 };

	for (unsigned k = 0; k < POINTED_WORDS; k++) {
		struct str word = pointed_next(&rest);

		if (word.n == 0)
			break;
		one(r, word);
	}
	free(text);
}
