/*
 * ioc.h - known indicators: files of addresses, names and hashes that
 * somebody else has found.  All indicators of one type in one file are one
 * rule of the set; looking one up costs a hash, however many there are.
 *
 * Formats (ioc_read.c): CSV `type,value,comment', STIX 2.1 bundles, MISP
 * events.  Values may be defanged (hxxp, [.]).
 */
#ifndef DETECT_IOC_H
#define DETECT_IOC_H

#include "ruleset.h"

enum ioc_type {
	IOC_HASH,
	IOC_IP,
	IOC_DOMAIN,
	IOC_URL,
	IOC_PATH,
	IOC_NAME,    /* of a file */
	IOC_PROCESS, /* its name */
	IOC_COMMAND, /* part of a command line */
	IOC_AGENT,   /* of a browser */
	IOC_TYPES
};

#define IOC_MAX 400000u           /* indicators of a set */
#define IOC_MAX_LISTED 512u       /* patterns that no hash can find */
#define IOC_MAX_VALUE 2048u       /* bytes of one */
#define IOC_MAX_COMMENT 200u      /* of what is said about it */
#define IOC_MAX_HITS 8u           /* of one event */
#define IOC_TEXT_MAX 512u         /* of what is said about a hit */
#define IOC_TEXT_READ (32u << 10) /* of one value */

struct ioc {
	uint32_t rule;
	uint32_t next;      /* + 1: the next pattern with this last component */
	uint8_t type, bits; /* bits: of an address, 128 when it is one */
	struct str value, comment;
};

struct ioc_set {
	struct map index; /* letter, normalised value -> ioc + 1 */
	struct ioc *ioc;
	size_t nioc, capioc;
	uint32_t listed; /* + 1: patterns whose last component is one, too */
	size_t nlisted;
	struct ac command; /* words: index of ioc */
	bool has[IOC_TYPES];
	bool bits[129]; /* lengths of the networks among them */
};

/* One file while it is read; its strings are copied. */
struct ioc_file {
	struct ruleset *rs;
	struct str path;
	uint32_t rule[IOC_TYPES]; /* + 1 */
	size_t nioc, nrefused, nunknown;
	struct buf refused; /* the first of them, with reasons */
	struct buf unknown; /* the first words that are no type */
};

/* Adds one of the type a feed calls `word' (empty: by its form). */
void ioc_add(struct ioc_file *, struct str word, struct str value,
	     struct str comment);
/* The parts of a STIX pattern (ioc_stix.c). */
void ioc_stix(struct ioc_file *, struct str pattern, struct str comment);
/* Reads one file into the set: rules for what is in it, or an invalid one. */
void ioc_compile(struct ruleset *, const struct rule_file *);
/* After the last file. */
void ioc_finish(struct ruleset *);
void ioc_free(struct ruleset *);

/* ---- looking up ---- */

struct ioc_hit {
	uint32_t rule;
	size_t n;
	char text[IOC_TEXT_MAX]; /* destination.ip = 203.0.113.9 (comment) */
};

struct ioc_match {
	const struct ruleset *rs;
	struct ioc_hit hit[IOC_MAX_HITS];
	size_t nhit;
	uint8_t how[KEY_COUNT]; /* what a field is looked at as */
};

void ioc_match_init(struct ioc_match *, const struct ruleset *);
/* Finds indicators in the event and adds KEY_K_HITS and KEY_K_IOC. */
void ioc_event(struct ioc_match *, struct event *);
/* Is this digest (hex) one? */
void ioc_digest(struct ioc_match *, struct str field, struct str hex);

#endif
