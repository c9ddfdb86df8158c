/*
 * case/input.c - INPUTs -> spool, sources in order, hosts.
 * A konseki archive or a directory is a host of its own; loose files given
 * together are one.
 */
#include "input.h"

#include <stdlib.h>

#include "../util/io.h"
#include "konseki/archive.h"

static bool is_stream(struct str member)
{
	static const char *const dir[] = { KONSEKI_LIVE, KONSEKI_STATE,
					   KONSEKI_STATUS };

	if (str_is(member, KONSEKI_MANIFEST))
		return true;
	for (size_t i = 0; i < sizeof(dir) / sizeof(dir[0]); i++)
		if (str_starts(member, str_of(dir[i])))
			return true;
	return false;
}

static uint32_t flags_of(const struct unpacked *m, enum input_kind kind)
{
	uint32_t f = (m->decompressed ? SRC_UNPACKED : 0) |
		     (m->nested ? SRC_NESTED : 0);

	if (kind != INPUT_ARCHIVE)
		return f;
	if (is_stream(m->member))
		f |= SRC_STREAM;
	if (str_starts(m->member, STR(KONSEKI_FILES)) ||
	    str_starts(m->member, STR(KONSEKI_ROOTS)))
		f |= SRC_COLLECTED;
	if (str_starts(m->member, STR(KONSEKI_RECOVERED)))
		f |= SRC_RECOVERED;
	if (str_starts(m->member, STR(KONSEKI_MEMORY)))
		f |= SRC_MEMORY;
	return f;
}

/* roots/4026532281/etc/passwd -> 4026532281 */
static uint64_t root_of(const struct unpacked *m, enum input_kind kind)
{
	struct str rest = str_skip(m->member, strlen(KONSEKI_ROOTS));
	uint64_t ns;

	if (kind != INPUT_ARCHIVE ||
	    !str_starts(m->member, STR(KONSEKI_ROOTS)) ||
	    !str_u64(str_cut(&rest, '/'), &ns))
		return 0;
	return ns;
}

static void take_members(struct inputs *in, const struct unpack_result *r,
			 uint32_t input, uint32_t host)
{
	for (size_t i = 0; i < r->nmember; i++) {
		const struct unpacked *m = &r->member[i];
		struct work_source *s;

		if (str_starts(m->member, STR(KONSEKI_SEAL)) &&
		    r->kind == INPUT_ARCHIVE)
			continue;
		vec_grow(&in->source, &in->cap, in->nsource + 1,
			 sizeof(*in->source));
		s = &in->source[in->nsource++];
		s->spool_off = m->off;
		s->src = (struct source){ .host = host,
					  .input = input,
					  .root = root_of(m, r->kind),
					  .path = m->path,
					  .member = m->member,
					  .size = m->size,
					  .mtime_ns = m->mtime_ns,
					  .ctime_ns = m->ctime_ns,
					  .btime_ns = m->btime_ns,
					  .mode = m->mode,
					  .uid = m->uid,
					  .gid = m->gid,
					  .flags = flags_of(m, r->kind),
					  .short_at = m->short_at };
	}
}

static void take_links(struct inputs *in, const struct unpack_result *r,
		       uint32_t host)
{
	for (size_t i = 0; i < r->nlink; i++) {
		vec_grow(&in->link, &in->caplink, in->nlink + 1,
			 sizeof(*in->link));
		in->link[in->nlink++] =
			(struct work_link){ r->link[i].path, r->link[i].to,
					    host };
	}
}

static int by_place(const void *x, const void *y)
{
	const struct work_source *a = x, *b = y;
	int d;

	if (a->src.input != b->src.input)
		return a->src.input < b->src.input ? -1 : 1;
	d = str_cmp(a->src.member, b->src.member);
	if (d != 0)
		return d;
	/* the same name twice: the one that came first */
	return (a->spool_off > b->spool_off) - (a->spool_off < b->spool_off);
}

int inputs_read(const struct analysis_options *opt, struct arena *arena,
		struct inputs *in, struct err *err)
{
	uint32_t loose = UINT32_MAX;

	*in = (struct inputs){ .spool = io_tmpfile(opt->tmp, err) };
	if (in->spool < 0)
		return -1;
	in->input = arena_array(arena, opt->ninput, sizeof(*in->input));
	for (uint32_t i = 0; i < opt->ninput; i++) {
		struct unpack_options u = { .path = opt->input[i],
					    .spool = in->spool,
					    .no_digest = opt->no_digest,
					    .identity = opt->identity,
					    .nidentity = opt->nidentity,
					    .spool_end = &in->spool_size };
		struct unpack_result r = { 0 };
		uint32_t host;

		if (unpack(&u, arena, &r, err) < 0)
			return -1;
		in->input[i] = (struct analysis_input){
			.path = str_of(opt->input[i]),
			.kind = r.kind,
			.whole = r.whole,
			.why = r.why,
			.nmember = r.nmember,
			.nrefused = r.nrefused,
		};
		memcpy(in->input[i].sha256, r.sha256, 32);
		if (r.kind == INPUT_FILE && loose == UINT32_MAX)
			loose = (uint32_t)in->nhost++;
		host = r.kind == INPUT_FILE ? loose : (uint32_t)in->nhost++;
		take_members(in, &r, i, host);
		take_links(in, &r, host);
	}
	if (in->nsource)
		qsort(in->source, in->nsource, sizeof(*in->source), by_place);
	if (inputs_join_parts(in, err) < 0)
		return -1;
	for (uint32_t i = 0; i < in->nsource; i++)
		in->source[i].src.id = i;
	return 0;
}
