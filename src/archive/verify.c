/*
 * verify.c - the proof alone: the decoding process keeps nothing.
 */
#include "verify.h"

#include "listen.h"

int verify_archive(int fd, const struct age_identity *identity,
		   size_t nidentity, struct arena *a, struct verify_result *v,
		   struct err *err)
{
	struct box box = { .in = fd,
			   .spool = -1,
			   .name = "",
			   .identity = identity,
			   .nidentity = nidentity };
	struct heard h;

	*v = (struct verify_result){ .whole = ARCHIVE_UNSEALED };
	if (listen_to_box(&box, a, NULL, NULL, &h, err) < 0)
		return -1;
	v->is_archive = h.kind == INPUT_ARCHIVE;
	v->whole = h.end.whole;
	v->why = h.why;
	memcpy(v->file_sha256, h.sha256, SHA256_LEN);
	memcpy(v->seal_sha256, h.end.chain, SHA256_LEN);
	v->nmember = h.end.nmember;
	v->nsealed = h.end.nsealed;
	v->bytes = h.end.bytes;
	v->last_seal_state = str_of(wire_state[h.end.state]);
	v->problem = arena_array(a, h.nproblem + 1, sizeof(*v->problem));
	for (size_t i = 0; i < h.nproblem; i++)
		v->problem[i] = h.problem[i];
	v->nproblem = h.nproblem;
	v->nproblem_all = h.end.nproblem;
	heard_free(&h);
	return 0;
}
