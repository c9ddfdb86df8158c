/*
 * secrets - what a collection says of secrets whose values stayed behind
 * (konseki: state/secrets.NNNN.jsonl):
 *   {path, kind: shadow, user, state, algorithm, last_change_day}
 *   {path, kind: private_key, key_type, encrypted, fingerprint, format}
 */
#include "../util/timefmt.h"
#include "accounts.h"
#include "konseki/archive.h"
#include "stream.h"

#define DAY_S 86400
#define MAX_DAY 3000000 /* the year 10183 */

static unsigned probe(const struct source *src)
{
	return stream_probe(src, STR(KONSEKI_STATE "secrets."));
}

struct secret {
	struct str path, kind, user, state;
	int64_t changed_day; /* -1: not stated */
};

static const struct secret_key {
	struct str row;
	enum key key;
} keys[] = {
	{ { "encrypted", 9 }, KEY_K_AUTH_KEY_ENCRYPTED },
	{ { "fingerprint", 11 }, KEY_K_AUTH_KEY_FINGERPRINT },
	{ { "key_type", 8 }, KEY_K_AUTH_KEY_TYPE },
	{ { "path", 4 }, KEY_FILE_PATH },
	{ { "state", 5 }, KEY_K_ACCOUNT_PASSWORD },
};

static void pair_renamed(struct parse *p, struct stream_pair *pair)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (str_eq(pair->key, keys[i].row)) {
			pair->key = key_info(keys[i].key)->name;
			break;
		}
	stream_field(p, pair, 1);
}

static void secret_read(const struct stream_pair *pair, size_t n,
			struct secret *s)
{
	*s = (struct secret){ .changed_day = -1 };
	for (size_t i = 0; i < n; i++) {
		const struct stream_pair *q = &pair[i];

		if (str_is(q->key, "path"))
			s->path = q->v.text;
		else if (str_is(q->key, "kind"))
			s->kind = q->v.text;
		else if (str_is(q->key, "user"))
			s->user = q->v.text;
		else if (str_is(q->key, "state"))
			s->state = q->v.text;
		else if (str_is(q->key, "last_change_day"))
			(void)jsonrow_i64(&q->v, &s->changed_day); /* or -1 */
	}
}

/* roots/4026532281/etc/shadow: the path of another root */
static uint64_t below_root(struct stream_pair *pair, size_t n)
{
	uint64_t root = 0;

	for (size_t i = 0; i < n; i++) {
		struct str rest = pair[i].v.text;

		if (!str_is(pair[i].key, "path") ||
		    !str_starts(rest, STR(KONSEKI_ROOTS)))
			continue;
		rest = str_skip(rest, strlen(KONSEKI_ROOTS));
		if (str_u64(str_cut(&rest, '/'), &root) && rest.p)
			pair[i].v.text = (struct str){ rest.p - 1, rest.n + 1 };
	}
	return root;
}

static enum outcome changed(struct parse *p, const struct secret *s,
			    uint64_t root, const struct stream_row *row)
{
	struct when w =
		when_stated(ts_of(s->changed_day * DAY_S, 0, NULL), UNIT_DAY);

	ev_begin(p->ev, KIND_PASSWORD_CHANGED, "secrets", &w, row->off);
	p->ev->sub = 1;
	p->ev->record = row->line;
	ev_str(p->ev, KEY_FILE_PATH, s->path);
	ev_str(p->ev, KEY_USER_TARGET_NAME, s->user);
	if (root)
		ev_u64(p->ev, KEY_K_ROOT, root);
	return parse_emit(p);
}

/* A copy, or what a test of a password cracker reads, is nobody's account. */
static enum kind kind_of_row(const struct secret *s)
{
	if (!str_is(s->kind, "shadow"))
		return KIND_PRIVATE_KEY;
	return str_is(s->path, "/etc/shadow") ? KIND_ACCOUNT
					      : KIND_PASSWORD_HASH;
}

static enum outcome secret(struct parse *p, struct stream_pair *pair, size_t n,
			   const struct stream_row *row)
{
	const struct context *host = p->ctx;
	enum outcome got = WHOLE;
	struct secret s;
	uint64_t root;
	enum kind kind;

	root = below_root(pair, n);
	secret_read(pair, n, &s);
	p->ctx = ctx_root(host, root);
	kind = kind_of_row(&s);
	stream_state(p, kind, STR("secrets"), row->off);
	p->ev->record = row->line;
	for (size_t i = 0; i < n; i++)
		if (!str_is(pair[i].key, "user") &&
		    !str_is(pair[i].key, "kind"))
			pair_renamed(p, &pair[i]);
	if (kind == KIND_ACCOUNT)
		account_fields(p, s.user);
	else if (kind == KIND_PASSWORD_HASH)
		ev_str(p->ev, KEY_USER_NAME, s.user);
	if (root)
		ev_u64(p->ev, KEY_K_ROOT, root);
	got = parse_emit(p);
	if (got != STOP && kind == KIND_ACCOUNT && s.changed_day > 0 &&
	    s.changed_day < MAX_DAY)
		got = changed(p, &s, root, row);
	p->ctx = host;
	return got;
}

static enum outcome parse(struct parse *p)
{
	return stream_rows(p, secret);
}

static const char *const paths[] = { NULL };

const struct parser parser_secrets = {
	.name = "secrets",
	.title = "konseki's facts on passwords and private keys",
	.title_ja = "konseki によるパスワードと秘密鍵の状態",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
