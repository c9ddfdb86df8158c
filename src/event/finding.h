/*
 * finding.h - what a rule says of the facts.  Made by detect/, shown by
 * report/ and export/.
 */
#ifndef EVENT_FINDING_H
#define EVENT_FINDING_H

#include "event.h"

enum tier { TIER_NOTE, TIER_WATCH, TIER_RESPOND, TIER_COUNT };
enum rule_kind { RULE_SIGMA, RULE_YARA, RULE_CORRELATION, RULE_IOC };
enum rule_level {
	LEVEL_INFO,
	LEVEL_LOW,
	LEVEL_MEDIUM,
	LEVEL_HIGH,
	LEVEL_CRITICAL
};
/* what makes a finding active */
enum active {
	ACTIVE_NO,
	ACTIVE_RECENT,
	ACTIVE_PERSISTENCE,
	ACTIVE_ACCOUNT,
	ACTIVE_SOCKET,
	ACTIVE_PROCESS,
	ACTIVE_KERNEL /* something that the running kernel has loaded */
};

#define FINDING_MAX_EVENTS 16
#define FINDING_MAX_WHY 8

struct finding_event {
	unsigned char id[EV_ID_LEN];
	uint32_t source;
	uint64_t off;
	int64_t ts_ns;
};

/* Views live in the arena of whoever made the finding. */
struct finding {
	struct str id; /* hex, stable: rule id + host + subject */
	struct str rule_id, rule_name, rule_name_ja, rule_file;
	uint8_t rule_kind, level, tier, active;
	uint32_t host;
	uint32_t score;         /* 0..100 */
	struct str score_terms; /* "S75 C0.85 P1.00 R1.00 T1.15" */
	int64_t first_ns,
		last_ns;     /* of event.kind event; INT64_MAX/MIN: none */
	int64_t observed_ns; /* of event.kind state; INT64_MIN: none */
	uint64_t count;
	struct str subject; /* "process 4711 bash", "file /etc/…" */
	struct str message; /* the first event's sentence, English */
	struct str attack;  /* "T1059.004 T1105" */
	struct str why[FINDING_MAX_WHY];
	size_t nwhy;
	struct str response; /* id of signatures/responses/<id>.yml */
	struct finding_event event[FINDING_MAX_EVENTS];
	size_t nevent;
	struct str suppressed_by;
};

const char *tier_name(unsigned tier);        /* note watch respond */
const char *rule_kind_name(unsigned kind);   /* sigma yara … */
const char *rule_level_name(unsigned level); /* informational low … */
const char *active_name(unsigned active);    /* "" process socket … */

/* Wire form, like event_put/event_get. */
struct buf;
void finding_put(struct buf *, const struct finding *);
bool finding_get(struct str rec, struct finding *);

#endif
