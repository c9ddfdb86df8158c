/*
 * age_open.c - the header of a sealed file, and any place of its payload.
 *
 * A file that was cut is read as far as its pieces are whole; the inner
 * format has to notice what is missing (the archive's seal does).
 */
#include "age_crypt.h"

#include "io.h"
#include "scan.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#define BODY_LINE 64u /* characters of a stanza's line */
#define MAX_STANZAS 1024u

static int b64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Canonical base64 without padding of exactly n bytes. */
static bool bare_b64(struct str s, unsigned char *out, size_t n)
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t k = 0;

	if (s.n != (n * 8 + 5) / 6)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int v = b64_value(s.p[i]);

		if (v < 0)
			return false;
		acc = (acc << 6 | (uint32_t)v) & 0x3fff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		out[k++] = (unsigned char)(acc >> bits);
	}
	return k == n && (acc & ((1u << bits) - 1)) == 0;
}

static bool unwrap(const struct age_identity *id, struct str share,
		   struct str body, unsigned char file_key[AGE_FILE_KEY])
{
	static const unsigned char iv[AGE_IV];
	unsigned char own[AGE_KEY], shared[AGE_KEY], wrap[AGE_KEY];
	unsigned char box[AGE_FILE_KEY + AGE_TAG];
	bool ok = bare_b64(share, own, sizeof(own)) &&
		  bare_b64(body, box, sizeof(box)) &&
		  age_x25519(id->secret, own, shared);

	if (ok) {
		age_wrap_key(shared, own, id->public.key, wrap);
		ok = age_unlock(wrap, iv, box, sizeof(box), file_key);
	}
	age_wipe(shared, sizeof(shared));
	age_wipe(wrap, sizeof(wrap));
	return ok;
}

static bool proved(struct str text, struct str mac64,
		   const unsigned char file_key[AGE_FILE_KEY])
{
	unsigned char key[AGE_KEY], mac[AGE_MAC], said[AGE_MAC];

	age_hkdf(str_mem(file_key, AGE_FILE_KEY), STR_NONE, STR("header"), key);
	age_hmac(str_mem(key, sizeof(key)), text, mac);
	age_wipe(key, sizeof(key));
	return bare_b64(mac64, said, sizeof(said)) &&
	       age_same(mac, said, sizeof(mac));
}

struct header {
	struct str text; /* what has come of the file */
	size_t at;       /* of the next line */
	unsigned char file_key[AGE_FILE_KEY];
	bool opened;
	unsigned nx25519, nother;
};

/* The next line without its end; false: there is no whole one. */
static bool line_next(struct header *h, struct str *line)
{
	struct str rest = str_skip(h->text, h->at);
	size_t n = str_chr(rest, '\n');

	if (n == (size_t)-1)
		return false;
	*line = str_head(rest, n);
	h->at += n + 1;
	return true;
}

/* Lines of a body: all full but the last, which may be empty. */
static bool body_next(struct header *h, struct str *first)
{
	struct str line;
	unsigned n = 0;

	*first = STR_NONE;
	do {
		if (!line_next(h, &line) || line.n > BODY_LINE)
			return false;
		if (n++ == 0)
			*first = line;
	} while (line.n == BODY_LINE);
	if (n > 1)
		*first = STR_NONE; /* longer than a file key */
	return true;
}

static bool stanza(struct header *h, struct str args,
		   const struct age_identity *id, size_t n)
{
	struct str type = str_cut(&args, ' '), body;

	if (!body_next(h, &body))
		return false;
	if (!str_is(type, "X25519")) {
		h->nother++;
		return true;
	}
	h->nx25519++;
	for (size_t i = 0; i < n && !h->opened; i++)
		h->opened = unwrap(&id[i], args, body, h->file_key);
	return true;
}

static enum age_result closed(const struct header *h, size_t n, struct err *err)
{
	if (h->nx25519 == 0)
		(void)err_set(err, "it is sealed for keys of another kind than "
				   "age1…: open it with age -d first");
	else if (n == 0)
		(void)err_set(err,
			      "it is sealed for %u key%s: --identity FILE "
			      "names the file with the secret one",
			      h->nx25519, h->nx25519 == 1 ? "" : "s");
	else
		(void)err_set(err, "none of the identities given opens it");
	return AGE_NO_IDENTITY;
}

static enum age_result header_read(struct header *h,
				   const struct age_identity *id, size_t n,
				   struct err *err)
{
	struct str line;

	if (!str_starts(h->text, STR(AGE_MAGIC))) {
		(void)err_set(err, "not a file of age v1");
		return AGE_DAMAGED;
	}
	h->at = sizeof(AGE_MAGIC) - 1;
	for (unsigned i = 0; i < MAX_STANZAS && line_next(h, &line); i++) {
		size_t from = h->at - line.n - 1;

		if (str_starts(line, STR("-> "))) {
			if (!stanza(h, str_skip(line, 3), id, n))
				break;
			continue;
		}
		if (!str_starts(line, STR("--- ")))
			break;
		if (!h->opened)
			return closed(h, n, err);
		if (!proved(str_head(h->text, from + 3), str_skip(line, 4),
			    h->file_key))
			break;
		return AGE_OPEN;
	}
	(void)err_set(err, "its age header is cut or was changed");
	return AGE_DAMAGED;
}

static void measure(struct age_reader *r, uint64_t total)
{
	uint64_t body = total > r->start ? total - r->start : 0;
	uint64_t rest = body % (AGE_PIECE + AGE_TAG);

	r->npiece = body / (AGE_PIECE + AGE_TAG) + (rest > 0);
	r->size = body / (AGE_PIECE + AGE_TAG) * AGE_PIECE +
		  (rest > AGE_TAG ? rest - AGE_TAG : 0);
}

static bool piece_try(struct age_reader *r, uint64_t piece, size_t n, bool last)
{
	unsigned char iv[AGE_IV];

	age_iv(piece, last, iv);
	return age_unlock(r->key, iv, r->sealed, n, r->piece);
}

/* Opens one piece into r->piece; false: the file cannot be read. */
static bool piece_open(struct age_reader *r, uint64_t piece)
{
	bool end = piece + 1 == r->npiece;
	ssize_t n = io_pread(r->fd, r->sealed, AGE_PIECE + AGE_TAG,
			     (off_t)(r->start + piece * (AGE_PIECE + AGE_TAG)));

	if (n < 0)
		return false;
	r->have = piece + 1;
	r->n = (size_t)n > AGE_TAG ? (size_t)n - AGE_TAG : 0;
	if (piece_try(r, piece, (size_t)n, end))
		return true;
	/* without its mark: the file goes on, or was cut right behind it */
	if (end && piece_try(r, piece, (size_t)n, false)) {
		r->cut = true;
		return true;
	}
	if (end) {
		r->cut = true;
		r->n = 0;
	} else if (piece >= r->judged) {
		r->nbad++;
		r->judged = piece + 1;
	}
	memset(r->piece, 0, AGE_PIECE);
	return true;
}

/* The last piece tells how long the stream really is. */
static void look_at_end(struct age_reader *r)
{
	if (r->npiece == 0) {
		r->cut = true;
		return;
	}
	if (piece_open(r, r->npiece - 1) && r->n == 0)
		r->size = (r->npiece - 1) * AGE_PIECE;
}

enum age_result age_open(struct age_reader *r, int fd,
			 const struct age_identity *id, size_t n,
			 struct err *err)
{
	unsigned char nonce[AGE_NONCE];
	struct header h = { 0 };
	struct buf text = { 0 };
	off_t total = lseek(fd, 0, SEEK_END);
	enum age_result rc = AGE_DAMAGED;
	ssize_t got;

	*r = (struct age_reader){ .fd = fd };
	got = io_pread(fd, buf_room(&text, AGE_MAX_HEADER), AGE_MAX_HEADER, 0);
	h.text = str_mem(text.p, got > 0 ? (size_t)got : 0);
	if (got < 0 || total < 0)
		(void)err_sys(err, "cannot read the input", NULL);
	else
		rc = header_read(&h, id, n, err);
	if (rc == AGE_OPEN &&
	    io_pread(fd, nonce, AGE_NONCE, (off_t)h.at) != (ssize_t)AGE_NONCE) {
		(void)err_set(err, "it is cut behind its age header");
		rc = AGE_DAMAGED;
	}
	if (rc == AGE_OPEN) {
		age_hkdf(str_mem(h.file_key, AGE_FILE_KEY),
			 str_mem(nonce, AGE_NONCE), STR("payload"), r->key);
		r->start = h.at + AGE_NONCE;
		r->piece = xmalloc(AGE_PIECE + AGE_TAG);
		r->sealed = xmalloc(AGE_PIECE + AGE_TAG);
		measure(r, (uint64_t)total);
		look_at_end(r);
	}
	if (rc == AGE_OPEN && r->cut && r->size == 0) {
		(void)err_set(err, "it is cut before its first piece of 64 "
				   "KiB was whole: nothing can be opened");
		age_reader_free(r);
		rc = AGE_DAMAGED;
	}
	age_wipe(h.file_key, sizeof(h.file_key));
	buf_free(&text);
	return rc;
}

ssize_t age_pread(struct age_reader *r, void *p, size_t n, off_t off)
{
	unsigned char *to = p;
	size_t done = 0;

	assert(off >= 0);
	while (done < n && (uint64_t)off + done < r->size) {
		uint64_t at = (uint64_t)off + done;
		size_t skip = at % AGE_PIECE, k;

		if (r->have != at / AGE_PIECE + 1 &&
		    !piece_open(r, at / AGE_PIECE))
			return -1;
		if (skip >= r->n)
			break;
		k = r->n - skip < n - done ? r->n - skip : n - done;
		memcpy(to + done, r->piece + skip, k);
		done += k;
	}
	return (ssize_t)done;
}

void age_reader_free(struct age_reader *r)
{
	free(r->piece);
	free(r->sealed);
	age_wipe(r, sizeof(*r));
}
