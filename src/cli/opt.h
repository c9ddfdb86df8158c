/*
 * opt.h - options as tables: parsing, `help', manual check and nearest-name
 * messages all read them.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../util/lang.h"

struct opt_list { /* of a repeatable option */
	const char **v;
	size_t n;
};

struct opt_size { /* 0 is a value, not `as usual' */
	uint64_t n;
	bool given;
};

enum opt_type {
	OPT_FLAG,    /* bool */
	OPT_STR,     /* const char * */
	OPT_LIST,    /* struct opt_list */
	OPT_NUM,     /* uint64_t; K M G T suffixes */
	OPT_SIZE,    /* struct opt_size; written the same way */
	OPT_TIME,    /* uint64_t seconds; s m h d suffixes */
	OPT_CHOICE,  /* const char *: one of `arg', words between `|' */
	OPT_CHOICES, /* struct opt_list: the same, repeatable */
};

struct opt {
	const char *name; /* without -- ; NULL: only the letter */
	char letter;      /* 0: none */
	uint8_t type;     /* enum opt_type */
	const char *arg;  /* what stands in the usage: FILE, en|ja */
	size_t at;        /* offset of the value in the verb's struct */
	const char *en, *ja;
};

#endif
