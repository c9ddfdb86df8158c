/*
 * rpmdb_ndb.c - rpm's own database (lib/backend/ndb/rpmpkg.c): slots of
 * packages, each with a run of blocks.  Little endian.
 *
 *   0  "RpmP"  version  generation  pages of slots (4 KiB each)  …
 *   32 slots of 16 bytes: "Slot"  package  first block  blocks (of 16 bytes)
 *   a blob: "BlbS"  package  generation  length  data …  checksum  length
 *   "BlbE"
 */
#include "rpmdb.h"

#define PAGE 4096u
#define BLOCK 16u
#define SLOT 16u
#define FIRST_SLOT 32u
#define SLOT_MAGIC 0x746f6c53u
#define BLOB_MAGIC 0x53626c42u

static bool blob(struct rpmdb *d, uint32_t package, uint32_t at, uint32_t count)
{
	uint64_t off = (uint64_t)at * BLOCK;
	struct rd r = rd_of(d->data);
	uint32_t magic, owner, n;
	struct str head;

	if (off > d->data.n) {
		rpmdb_damage(d, "package past the end", off);
		return true;
	}
	rd_skip(&r, (size_t)off, "package");
	magic = rd_u32le(&r, "package's magic");
	owner = rd_u32le(&r, "package's number");
	rd_skip(&r, 4, "generation");
	n = rd_u32le(&r, "package's length");
	if (!rd_ok(&r) || magic != BLOB_MAGIC || owner != package ||
	    n > RPMDB_MAX_BLOB || n > (uint64_t)count * BLOCK) {
		rpmdb_damage(d, "head of a package", off);
		return true;
	}
	head = rd_bytes(&r, n, "header");
	if (!rd_ok(&r)) {
		rpmdb_damage(d, "cut package", off);
		return true;
	}
	d->headers++;
	return d->take(d->arg, head, off);
}

void rpmdb_ndb(struct rpmdb *d)
{
	struct rd r = rd_of(d->data);
	uint64_t end;

	rd_skip(&r, 12, "magic, version, generation");
	end = (uint64_t)rd_u32le(&r, "pages of slots") * PAGE;
	if (end > d->data.n) {
		rpmdb_damage(d, "slots past the end", 12);
		end = d->data.n;
	}
	rd_skip(&r, FIRST_SLOT - 16, "rest of the head");
	while (rd_ok(&r) && r.pos < end && end - r.pos >= SLOT) {
		size_t off = r.pos;
		uint32_t magic = rd_u32le(&r, "slot");
		uint32_t package = rd_u32le(&r, "package");
		uint32_t at = rd_u32le(&r, "block");
		uint32_t count = rd_u32le(&r, "blocks");

		if (magic != SLOT_MAGIC)
			rpmdb_damage(d, "slot", off);
		else if (package && at && !blob(d, package, at, count))
			return;
	}
	if (!rd_ok(&r))
		rpmdb_damage(d, r.lost, r.at);
}
