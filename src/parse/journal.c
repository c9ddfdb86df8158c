/*
 * journal - systemd journal files, read natively (all releases: regular and
 * compact layout, XZ, LZ4, ZSTD, keyed hashes, sealed; online, offline,
 * archived, `.journal~').  Spec: JOURNAL_FILE_FORMAT.
 *   0 "LPKSHHRH"      8 u32 compatible   12 u32 incompatible  16 u8 state
 *   24 file_id[16]   40 machine_id[16]   56 boot_id[16]  72 seqnum_id[16]
 *   88 u64 header_size   96 u64 arena_size   136 u64 tail_object
 *   176 u64 entry_array
 * Objects follow the header without a gap.  They are scanned in that order;
 * the chain of entry arrays is walked beside it.  So the scan also finds
 * entries that were cut off the chain (they are marked), and the chain finds
 * the way on behind damage.
 */
#include "journal.h"
#include "lines.h"

#define LAYOUT_OBJECTS 64 /* that are asked which layout they have */
#define CARVE_OBJECTS 4   /* in a row, to believe in an object found blindly */

static unsigned probe(const struct source *src)
{
	return str_starts(src->data, STR("LPKSHHRH")) ? 64 : CANNOT;
}

/* Names that the first DATA objects have if their payload starts there. */
static unsigned names_at(const struct journal *j, size_t payload)
{
	uint64_t off = j->header_size;
	struct object o;
	unsigned n = 0;

	for (unsigned i = 0; i < LAYOUT_OBJECTS; i++) {
		struct str name;

		if (journal_object(j, off, &o))
			break;
		if (o.type == OBJECT_DATA && o.flags == 0)
			n += journal_name(str_skip(o.bytes, payload), &name);
		off = journal_object_end(&o);
	}
	return n;
}

/* The layout that the flag says, unless what stands there denies it. */
static void layout(struct journal *j)
{
	unsigned regular = names_at(j, PAYLOAD);
	unsigned compact = names_at(j, PAYLOAD_COMPACT);
	bool flag = j->incompat & INCOMPAT_COMPACT;

	/* a long name has one in its middle too: most names decide */
	j->compact = flag ? compact >= regular : compact > regular;
	if (j->compact != flag)
		journal_note(j, NOTE_DAMAGED, "flag of the compact layout", 12,
			     flag, j->compact);
}

static bool header(struct journal *j)
{
	struct rd r = rd_of(j->data);
	uint64_t used;

	rd_skip(&r, 12, "signature and flags");
	j->incompat = rd_u32le(&r, "incompatible flags");
	j->state = rd_u8(&r, "state");
	rd_skip(&r, 71, "ids");
	j->header_size = rd_u64le(&r, "header size");
	j->arena_size = rd_u64le(&r, "arena size");
	rd_skip(&r, 32, "hash tables");
	j->tail_object = rd_u64le(&r, "tail object");
	rd_skip(&r, 32, "counters");
	j->entry_array = rd_u64le(&r, "entry array");
	rd_skip(&r, 24, "times");
	if (!rd_ok(&r)) {
		parse_lost(j->p, &r, 0);
		return false;
	}
	if (j->incompat & ~(uint32_t)INCOMPAT_KNOWN)
		journal_note(j, NOTE_DAMAGED, "unknown incompatible flags", 12,
			     INCOMPAT_KNOWN, j->incompat);
	if (j->header_size < HEADER_MIN || j->header_size > HEADER_MAX ||
	    j->header_size % 8) {
		journal_note(j, NOTE_DAMAGED, "header size", 88, HEADER_MIN,
			     j->header_size);
		j->header_size = HEADER_MIN;
	}
	if (__builtin_add_overflow(j->header_size, j->arena_size, &used) ||
	    used > j->data.n) {
		j->cut = true;
		journal_note(j, NOTE_DAMAGED, "end of the journal", 96, used,
			     j->data.n);
	}
	return true;
}

/* Entries that the chain lists before `off', where the scan never was. */
static void listed_before(struct journal *j, uint64_t off)
{
	struct object o;

	while (j->cursor.item && j->cursor.item < off && j->outcome != STOP) {
		const char *wrong =
			journal_object_of(j, j->cursor.item, OBJECT_ENTRY, &o);

		if (wrong)
			journal_note(j, NOTE_DAMAGED, wrong, j->cursor.item, 0,
				     0);
		else
			journal_entry(j, &o, true);
		cursor_next(j);
	}
}

static void entry(struct journal *j, const struct object *o)
{
	bool linked;

	listed_before(j, o->off);
	if (j->outcome == STOP)
		return;
	linked = j->cursor.item == o->off;
	journal_entry(j, o, linked);
	j->seen = o->off;
	if (linked)
		cursor_next(j);
}

/* Several sound objects in a row, or as many as there are to the end. */
static bool row_of_objects(const struct journal *j, uint64_t off)
{
	struct object o;

	for (unsigned i = 0; i < CARVE_OBJECTS; i++) {
		if (i > 0 && off == j->data.n)
			return true;
		if (journal_object(j, off, &o))
			return false;
		off = journal_object_end(&o);
	}
	return true;
}

/*
 * The next object after `off' that can be believed: the next entry that the
 * chain lists, else what looks like a row of objects.  0: none.
 */
static uint64_t resync(struct journal *j, uint64_t off)
{
	struct object o;

	while (j->cursor.item) {
		if (j->cursor.item > off &&
		    !journal_object_of(j, j->cursor.item, OBJECT_ENTRY, &o))
			return j->cursor.item;
		journal_note(j, NOTE_DAMAGED, "listed entry", j->cursor.item, 0,
			     0);
		cursor_next(j);
	}
	for (off = (off & ~(uint64_t)7) + 8; off < j->data.n; off += 8)
		if (row_of_objects(j, off))
			return off;
	return 0;
}

/* Unused room, as journald allocates it ahead: zeros to the end. */
static bool unused(const struct journal *j, uint64_t off)
{
	return off > j->tail_object && off <= j->data.n &&
	       le64_at(j->data, off) == 0 && le64_at(j->data, off + 8) == 0;
}

static void scan(struct journal *j)
{
	uint64_t off = j->header_size, next;
	struct object o;

	while (off < j->data.n && j->outcome != STOP) {
		const char *wrong = journal_object(j, off, &o);

		if (!wrong) {
			if (o.type == OBJECT_ENTRY)
				entry(j, &o);
			off = journal_object_end(&o);
			continue;
		}
		if (!j->cursor.item && unused(j, off))
			return;
		listed_before(j, off);
		next = resync(j, off);
		journal_note(j, NOTE_DAMAGED, wrong, off, 0,
			     (next ? next : j->data.n) - off);
		if (next == 0)
			return;
		off = next;
	}
}

static enum outcome parse(struct parse *p)
{
	struct journal *j = ARENA_NEW(p->keep, struct journal);

	j->p = p;
	j->data = lines_data(p->src);
	if (!header(j))
		return REFUSED;
	layout(j);
	journal_entry_init(j);
	cursor_open(j);
	scan(j);
	if (j->outcome != STOP)
		listed_before(j, UINT64_MAX);
	journal_inflate_end(j);
	if (j->nnote > MAX_NOTES)
		parse_note(p, NOTE_LIMIT, "notes of one journal", 0, j->nnote,
			   MAX_NOTES);
	return j->outcome;
}

static const char *const paths[] = { "**/*.journal", "**/*.journal~", NULL };

const struct parser parser_journal = {
	.name = "journal",
	.title = "systemd journal",
	.title_ja = "systemd ジャーナル",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
