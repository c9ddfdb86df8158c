/*
 * event.h - what happened, when, and where we read it.
 *
 * An event handed to a sink is borrowed for the call.  Fields stand in
 * ascending key order (ev_add keeps it); a key that comes several times is a
 * list.  Names and values are bytes; nothing is escaped here.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "keys.h"
#include "kinds.h"
#include "when.h"

#define EV_MAX_FIELDS 256
#define EV_MAX_VALUE (32u << 10) /* longer strings are cut, and flagged */
#define EV_MAX_ORIGINAL (256u << 10)
#define EV_ID_LEN 16

enum { FIELD_TRUNCATED = 1 };

struct field {
	uint16_t key;
	uint8_t type, flags; /* enum value_type; FIELD_… */
	struct str name;     /* of a KEY_NAMED key, else empty */
	union {
		struct str str;
		uint64_t u64;
		int64_t i64; /* V_I64, V_TIME (ns UTC) */
		double f64;
		bool b;
		unsigned char ip[16]; /* v4 as ::ffff:a.b.c.d */
	} v;
};

enum event_kind { EK_EVENT, EK_STATE, EK_ALERT };

/* timestamp_desc; for files one bit each, merged */
enum time_desc {
	TD_M = 1,
	TD_A = 2,
	TD_C = 4,
	TD_B = 8, /* may be or'ed */
	TD_LOGGED = 16,
	TD_START,
	TD_END,
	TD_OBSERVED,
	TD_LOGIN,
	TD_COUNT
};

struct event {
	struct when when;
	uint16_t kind;      /* enum kind */
	uint8_t event_kind; /* enum event_kind */
	uint8_t desc;       /* enum time_desc */
	struct str dataset; /* the parser or probe: sshd, utmp, files … */
	uint32_t source;
	uint64_t off;        /* byte offset, decompressed, or record number */
	uint32_t sub;        /* several events of one record */
	struct str original; /* text sources: the record as it stood */
	struct str record;   /* binary: the record's bytes (for the id only) */
	unsigned char id[EV_ID_LEN];
	size_t nfield;
	struct field field[EV_MAX_FIELDS];
};

/* Empties ev for reuse: all but the field array is zeroed. */
void ev_clear(struct event *);
/* Starts an event of `kind' logged at *w in record `off' of its source. */
void ev_begin(struct event *, unsigned kind, const char *dataset,
	      const struct when *w, uint64_t off);

/* Empty strings are not added; past EV_MAX_FIELDS nothing is. */
void ev_str(struct event *, unsigned key, struct str v);
void ev_cstr(struct event *, unsigned key, const char *v);
void ev_named(struct event *, unsigned key, struct str name, struct str v);
void ev_u64(struct event *, unsigned key, uint64_t v);
void ev_i64(struct event *, unsigned key, int64_t v);
void ev_bool(struct event *, unsigned key, bool v);
void ev_time(struct event *, unsigned key, int64_t ts_ns);
void ev_ip(struct event *, unsigned key, const unsigned char ip[16]);
/* Adds the address when s is one; else false. */
bool ev_ip_str(struct event *, unsigned key, struct str s);
/* A key that stands once: replaces what is there. */
void ev_set_str(struct event *, unsigned key, struct str v);

/* First field of that key, NULL when there is none. */
const struct field *ev_get(const struct event *, unsigned key);
struct str ev_get_str(const struct event *, unsigned key); /* V_STR only */

/* A stated time of the given unit in UTC. */
struct when when_stated(int64_t ts_ns, enum time_unit);
/* "Content Modification Time; Creation Time": static text */
const char *time_desc_text(unsigned desc);

/*
 * The wire form, for runs, pipes and cases: bytes and lengths only, no
 * pointers.  event_get refuses (false) anything that is not whole; the views
 * it fills point into rec.
 */
struct buf;
void event_put(struct buf *, const struct event *);
bool event_get(struct str rec, struct event *);
/*
 * The same between processes that have the evidence mapped: an original that
 * stands in it is sent as its place.
 */
void event_put_at(struct buf *, const struct event *, struct str evidence);
bool event_get_at(struct str rec, struct event *, struct str evidence);
/* Its kind, and whether rules hit it, without reading the rest. */
unsigned event_peek(struct str rec, bool *hits);

/*
 * id = 16 bytes of SHA-256 over (SHA-256 of host id, dataset, path without
 * rotation suffix), offset, sub-index and record bytes.  The inner digest is
 * kept in *k while host, dataset and path stay what they were; start with
 * zeroes, and again for each source.
 */
struct identity {
	struct str dataset;
	unsigned char digest[32];
	bool known;
};
void event_identify(struct event *, struct str host_id, struct str path,
		    struct identity *k);
/* /var/log/auth.log.2.gz -> /var/log/auth.log; `-20261101' likewise */
struct str path_unrotated(struct str path);

#endif
