/*
 * case/hook_file.c - one file for the judging process: its bytes against the
 * YARA rules, its path and digests against the indicators.
 */
#include "hook_judge.h"

#include "../util/hash.h"

static void digests(struct event *e, struct str data, struct buf *text)
{
	unsigned char d[SHA256_LEN];
	struct md5 md5;

	buf_clear(text);
	(void)buf_room(text, 256); /* it stays where it is */
	sha256_of(data.p, data.n, d);
	buf_hex(text, d, SHA256_LEN);
	ev_str(e, KEY_FILE_HASH_SHA256, buf_view(text));
	md5_init(&md5);
	md5_add(&md5, data.p, data.n);
	md5_end(&md5, d);
	buf_hex(text, d, MD5_LEN);
	ev_str(e, KEY_FILE_HASH_MD5, str_skip(buf_view(text), 2 * SHA256_LEN));
	sha1_of(data.p, data.n, d);
	buf_hex(text, d, SHA1_LEN);
	ev_str(e, KEY_RELATED_HASH,
	       str_skip(buf_view(text), 2 * (SHA256_LEN + MD5_LEN)));
}

void hook_file_end(struct judge_state *s)
{
	struct str data = buf_view(&s->data), path = buf_view(&s->path);
	struct source src = { .path = path,
			      .data = data,
			      .size = data.n,
			      .mtime_ns = INT64_MIN,
			      .mode = 0755, /* why we were given it is enough */
			      .short_at = UINT64_MAX };
	struct when w = when_stated(0, UNIT_NS);
	struct buf text = { 0 };

	s->scanning = true;
	s->src = &src;
	ev_begin(&s->ev, KIND_FILE_STATE, "files", &w, 0);
	s->ev.event_kind = EK_STATE;
	ev_str(&s->ev, KEY_FILE_PATH, path);
	if (!s->cut)
		digests(&s->ev, data, &text);
	matcher_event(s->matcher, &s->ev);
	hook_event(s, &s->ev);
	if (s->scanner && scanner_wants(s->scanner, &src))
		(void)scanner_source(s->scanner, &src, &s->ctx, &s->ev,
				     &s->sink); /* a limit is no match */
	s->scanning = false;
	hook_answer(s, HOOK_OVER, STR_NONE);
	buf_free(&text);
	buf_clear(&s->data);
}

void hook_file(struct judge_state *s, struct str p)
{
	buf_clear(&s->path);
	buf_str(&s->path, p);
	buf_clear(&s->data);
	s->cut = false;
}

void hook_file_data(struct judge_state *s, struct str p)
{
	if (p.n > HOOK_MAX_SCAN - s->data.n)
		s->cut = true;
	else
		buf_str(&s->data, p);
}
