/*
 * journal_object.c - objects of a systemd journal, and the chain of entry
 * arrays.  Every offset is hostile: it is checked here, or it is not used.
 *   0 u8 type   1 u8 flags   8 u64 size (with this header)   16 payload
 * Objects start at multiples of 8.
 */
#include "journal.h"

#define ARRAY_FIXED 24 /* header and u64 next_entry_array_offset */

static const uint8_t size_min[OBJECT_TYPES] = {
	[OBJECT_UNUSED] = OBJECT_HEADER,
	[OBJECT_DATA] = 64, /* 72 in the compact layout */
	[OBJECT_FIELD] = 40,
	[OBJECT_ENTRY] = ENTRY_FIXED,
	[OBJECT_DATA_HASH_TABLE] = OBJECT_HEADER,
	[OBJECT_FIELD_HASH_TABLE] = OBJECT_HEADER,
	[OBJECT_ENTRY_ARRAY] = ARRAY_FIXED,
	[OBJECT_TAG] = 64,
};

const char object_cut[] = "object";

const char *journal_object(const struct journal *j, uint64_t off,
			   struct object *o)
{
	uint64_t size;
	struct str head;

	if (off % 8 || off < j->header_size)
		return "object offset";
	if (off > j->data.n || j->data.n - off < OBJECT_HEADER)
		return "object header";
	head = str_head(str_skip(j->data, off), OBJECT_HEADER);
	o->off = off;
	o->type = (uint8_t)head.p[0];
	o->flags = (uint8_t)head.p[1];
	size = le64_at(head, 8);
	if (o->type == OBJECT_UNUSED || o->type >= OBJECT_TYPES)
		return "object type";
	if (size < size_min[o->type])
		return "object size";
	o->bytes = str_head(str_skip(j->data, off), size);
	return size > o->bytes.n ? object_cut : NULL;
}

const char *journal_object_of(const struct journal *j, uint64_t off,
			      enum object_type type, struct object *o)
{
	const char *wrong = journal_object(j, off, o);

	if (!wrong && o->type != type)
		wrong = "type of object";
	return wrong;
}

uint64_t journal_object_end(const struct object *o)
{
	return o->off + ((o->bytes.n + 7) & ~(uint64_t)7);
}

void journal_note(struct journal *j, enum note_kind kind, const char *what,
		  uint64_t off, uint64_t need, uint64_t have)
{
	if (j->outcome < PARTLY)
		j->outcome = PARTLY;
	if (j->nnote++ < MAX_NOTES)
		parse_note(j->p, kind, what, off, need, have);
}

/*
 * Makes the array at off the current one.  An array that the end of the
 * file cuts still gives the items that are there.
 */
static void cursor_array(struct journal *j, uint64_t off)
{
	struct cursor *c = &j->cursor;
	struct object o = { 0 };
	const char *wrong = NULL;

	if (off && off <= c->array)
		wrong = "chain of entry arrays";
	else if (off)
		wrong = journal_object_of(j, off, OBJECT_ENTRY_ARRAY, &o);
	if (wrong)
		journal_note(j, NOTE_DAMAGED, wrong, off, 0, 0);
	if (wrong && (wrong != object_cut || o.type != OBJECT_ENTRY_ARRAY))
		off = 0;
	c->array = off;
	c->items = off ? str_skip(o.bytes, ARRAY_FIXED) : STR_NONE;
	c->next = off ? le64_at(o.bytes, OBJECT_HEADER) : 0;
}

static uint64_t item_at(const struct journal *j, size_t i)
{
	return j->compact ? le32_at(j->cursor.items, i * 4)
			  : le64_at(j->cursor.items, i * 8);
}

void cursor_open(struct journal *j)
{
	j->cursor = (struct cursor){ 0 };
	cursor_array(j, j->entry_array);
	cursor_next(j);
}

void cursor_next(struct journal *j)
{
	struct cursor *c = &j->cursor;
	size_t width = j->compact ? 4 : 8;

	c->item = 0;
	while (c->array) {
		uint64_t item = item_at(j, 0), after = item_at(j, 1);

		if (item == 0) { /* unused to its end */
			cursor_array(j, c->next);
			continue;
		}
		c->items = str_skip(c->items, width);
		if (j->cut && item > c->last && item >= j->data.n)
			continue; /* it went with the end of the file */
		/* of two that do not increase the one too high is wrong */
		if (item <= c->last || item <= j->seen || item >= j->data.n ||
		    (after > c->last && after < item)) {
			journal_note(j, NOTE_DAMAGED, "entry array item",
				     c->array, 0, item);
			continue;
		}
		c->last = item;
		c->item = item;
		return;
	}
}
