/*
 * journal.h - the parts of the systemd journal reader; parse/ only.
 */
#ifndef PARSE_JOURNAL_H
#define PARSE_JOURNAL_H

#include "parser.h"

enum object_type {
	OBJECT_UNUSED,
	OBJECT_DATA,
	OBJECT_FIELD,
	OBJECT_ENTRY,
	OBJECT_DATA_HASH_TABLE,
	OBJECT_FIELD_HASH_TABLE,
	OBJECT_ENTRY_ARRAY,
	OBJECT_TAG,
	OBJECT_TYPES
};
enum { COMPRESSED_XZ = 1, COMPRESSED_LZ4 = 2, COMPRESSED_ZSTD = 4 };
enum { INCOMPAT_COMPACT = 16, INCOMPAT_KNOWN = 31 };

#define OBJECT_HEADER 16
#define PAYLOAD 64 /* of a DATA object */
#define PAYLOAD_COMPACT 72
#define HEADER_MIN 208  /* first release: up to tail_entry_monotonic */
#define HEADER_MAX 4096 /* 272 in systemd 254; room for what comes */
#define ENTRY_FIXED 64  /* before the items */
#define MAX_ITEMS 1024  /* journald's own limit of fields in an entry */
#define MAX_NAME 64     /* journald's own limit of a field's name */
/* of one DATA object, decompressed: no value is kept longer */
#define MAX_PLAIN (EV_MAX_VALUE + MAX_NAME + 1 + 1)
#define MAX_PACKED (256u << 10) /* what MAX_PLAIN bytes may take, packed */
/*
 * DATA objects are shared: a small file could tell them over and over.  So
 * much in all fields of one entry, and of a journal (a base, and so many
 * times its size); when that is used up, entries keep their short fields.
 */
#define MAX_ENTRY_BYTES (1u << 20)
#define MAX_JOURNAL_BYTES (256u << 20)
#define MAX_JOURNAL_TIMES 64
#define SHORT_ENTRY_BYTES 4096
#define MAX_NOTES 64 /* of one journal; the rest are counted */

/* One object that passed the gate: its bytes are all there. */
struct object {
	uint64_t off;
	uint8_t type, flags;
	struct str bytes; /* header and payload */
};

/* The global chain of entry arrays, item by item. */
struct cursor {
	uint64_t array;   /* offset of the array being read; 0: over */
	struct str items; /* of that array, unread */
	uint64_t next;    /* offset of the next array */
	uint64_t last;    /* last item given: the next one is greater */
	uint64_t item;    /* the item at hand; 0: none left */
};

struct inflate; /* decompressors, made when first needed */

#define KNOWN_SLOTS 128

struct journal {
	struct parse *p;
	struct str data;
	uint64_t header_size, arena_size, tail_object, entry_array;
	uint32_t incompat;
	bool compact, cut; /* cut: shorter than its header says */
	uint8_t state;
	struct cursor cursor;
	uint64_t seen;        /* offset of the last entry met by the scan */
	uint64_t nnote;       /* notes asked for */
	enum outcome outcome; /* the worst */
	struct inflate *inflate;
	uint64_t entry_bytes, bytes; /* of fields: this entry, the journal */
	uint8_t known[KNOWN_SLOTS];  /* index + 1 into the table of names */
};

static inline uint32_t le32_at(struct str s, size_t off)
{
	const unsigned char *p = (const unsigned char *)s.p + off;

	if (off > s.n || s.n - off < 4)
		return 0;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t le64_at(struct str s, size_t off)
{
	const unsigned char *p = (const unsigned char *)s.p + off;

	if (off > s.n || s.n - off < 8)
		return 0;
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/* journal_object.c */

/*
 * The one gate for every object: alignment, header, declared size, type.
 * NULL when *o is whole, else what is wrong with it; object_cut when only
 * its end is missing: o->bytes is then what is there.
 */
extern const char object_cut[];
const char *journal_object(const struct journal *, uint64_t off,
			   struct object *o);
/* The same, and its type is what was promised. */
const char *journal_object_of(const struct journal *, uint64_t off,
			      enum object_type, struct object *o);
/* Where the object after o starts. */
uint64_t journal_object_end(const struct object *o);
/* Damage at off: noted (MAX_NOTES of them), and the outcome is PARTLY. */
void journal_note(struct journal *, enum note_kind, const char *what,
		  uint64_t off, uint64_t need, uint64_t have);
/* Starts at the header's first array; cursor.item is the first item. */
void cursor_open(struct journal *);
/* Advances to the next item greater than all before it. */
void cursor_next(struct journal *);

/* journal_data.c */

/*
 * The payload "NAME=value" of a DATA object, decompressed when it must be
 * (into the scratch arena); at most MAX_PLAIN bytes of that.  NULL when
 * there is one, else what is wrong.
 */
const char *journal_payload(struct journal *, const struct object *,
			    struct str *payload);
/* Ends the decompressors. */
void journal_inflate_end(struct journal *);

/* journal_entry.c */

/* The name before the first `=': false when there is none of A-Z 0-9 _. */
bool journal_name(struct str payload, struct str *name);
/* Fills the index of known names. */
void journal_entry_init(struct journal *);
/*
 * Emits the ENTRY object as an event.  An entry that no entry array lists
 * (linked false) must be sound in every item, else it is none: it is then
 * marked as recovered.
 */
void journal_entry(struct journal *, const struct object *, bool linked);

#endif
