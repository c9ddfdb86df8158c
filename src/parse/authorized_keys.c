/*
 * authorized_keys - keys that may log in (sshd(8)): [options] type base64
 * [comment].  The blob starts with its own type, which must agree.
 */
#include "../util/buf.h"
#include "../util/hash.h"
#include "../util/json_in.h"
#include "accounts.h"
#include "autorun.h"
#include "stream.h"

#define MAX_KEYS 65536

static unsigned probe(const struct source *src)
{
	return text_looks(src->data) ? AUTORUN_BITS : CANNOT;
}

static bool is_type(struct str w)
{
	static const char *const head[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-",
					    "sk-ecdsa-" };

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		if (str_starts(w, str_of(head[i])))
			return true;
	return false;
}

/* Options end at the first blank outside of quotes. */
static struct str options_cut(struct str *line)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < line->n; n++) {
		char c = line->p[n];

		if (c == '\\' && n + 1 < line->n && line->p[n + 1] == '"')
			n++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ' ' || c == '\t'))
			break;
	}
	{
		struct str options = str_head(*line, n);

		*line = str_trim(str_skip(*line, n));
		return options;
	}
}

/* command="…" of the options, its \" undone. */
static struct str command_of(struct str options, struct arena *a)
{
	const struct str key = STR("command=\"");
	size_t at = str_find(options, key), n = 0;
	char *out;

	if (at == (size_t)-1)
		return STR_NONE;
	options = str_skip(options, at + key.n);
	out = arena_alloc(a, options.n + 1);
	for (size_t i = 0; i < options.n && options.p[i] != '"'; i++) {
		if (options.p[i] == '\\' && i + 1 < options.n &&
		    options.p[i + 1] == '"')
			i++;
		out[n++] = options.p[i];
	}
	return (struct str){ out, n };
}

/* SHA256:… as ssh-keygen -l prints it; empty when the blob is no such key */
static struct str fingerprint(struct parse *p, struct str type,
			      struct str base64)
{
	unsigned char md[SHA256_LEN];
	struct buf b = { 0 };
	struct str blob, own, text;
	struct rd r;

	if (!b64_decode(p->scratch, base64, &blob))
		return STR_NONE;
	r = rd_of(blob);
	own = rd_bytes(&r, rd_u32be(&r, "type length"), "key type");
	if (!rd_ok(&r) || !str_eq(own, type))
		return STR_NONE;
	sha256_of(blob.p, blob.n, md);
	buf_puts(&b, "SHA256:");
	buf_b64(&b, md, sizeof(md));
	while (b.n && b.p[b.n - 1] == '=')
		b.n--;
	text = arena_dup(p->scratch, buf_view(&b));
	buf_free(&b);
	return text;
}

/* ~/.ssh/authorized_keys, /etc/ssh/authorized_keys/NAME */
static struct str user_of(const struct parse *p)
{
	const struct account *a = ctx_home(p->ctx, p->src->path);
	struct str dir = str_dir(str_dir(p->src->path));

	if (a)
		return a->name;
	if (str_starts(p->src->path, STR("/etc/ssh/")))
		return str_base(p->src->path);
	/* no passwd: the directory is named like its owner */
	return str_is(dir, "/root") || str_starts(dir, STR("/home/"))
		       ? str_base(dir)
		       : STR_NONE;
}

static enum outcome key_emit(struct parse *p, const struct text_line *l,
			     struct str options, struct str line)
{
	struct scan s = scan_of(line);
	struct str type = scan_word(&s), base64, print;
	struct event *e = p->ev;

	(void)scan_blank(&s);
	base64 = scan_word(&s);
	print = fingerprint(p, type, base64);

	if (!print.n) {
		parse_note(p, NOTE_DAMAGED, "key of authorized_keys", l->off, 0,
			   l->line.n);
		return PARTLY;
	}
	stream_state(p, KIND_SSH_KEY, STR("authorized_keys"), l->off);
	e->original = l->line;
	account_fields(p, user_of(p));
	ev_str(e, KEY_PROCESS_COMMAND_LINE, command_of(options, p->scratch));
	ev_str(e, KEY_K_AUTH_KEY_FINGERPRINT, print);
	ev_str(e, KEY_K_AUTH_KEY_TYPE, type);
	ev_str(e, KEY_K_AUTORUN_COMMENT, str_trim(s.s));
	ev_cstr(e, KEY_K_AUTORUN_MECHANISM, "authorized_keys");
	ev_str(e, KEY_K_AUTORUN_OPTIONS, options);
	ev_str(e, KEY_K_AUTORUN_PATH, p->src->path);
	return parse_emit(p);
}

static bool starts_with_type(struct str line)
{
	struct scan s = scan_of(line);

	return is_type(scan_word(&s));
}

static enum outcome line_take(struct parse *p, const struct text_line *l)
{
	struct str line = str_trim(l->line), options = STR_NONE;

	if (line.n == 0 || line.p[0] == '#')
		return WHOLE;
	if (!starts_with_type(line))
		options = options_cut(&line);
	if (starts_with_type(line))
		return key_emit(p, l, options, line);
	parse_note(p, NOTE_DAMAGED, "line of authorized_keys", l->off, 0,
		   l->line.n);
	return PARTLY;
}

static enum outcome parse(struct parse *p)
{
	enum outcome worst = WHOLE;
	struct text_line l;
	size_t at = 0;

	for (size_t n = 0; n < MAX_KEYS && text_next(p->src->data, &at, &l);
	     n++) {
		struct arena_mark mark = arena_mark(p->scratch);
		enum outcome got = line_take(p, &l);

		arena_rewind(p->scratch, mark);
		if (got == STOP)
			return STOP;
		if (got > worst)
			worst = got;
	}
	return worst;
}

static const char *const paths[] = {
	"/**/.ssh/authorized_keys",
	"/**/.ssh/authorized_keys2",
	"/etc/ssh/authorized_keys/*",
	"/etc/ssh/keys/*",
	NULL,
};

const struct parser parser_authorized_keys = {
	.name = "authorized_keys",
	.title = "SSH keys that may log in (authorized_keys)",
	.title_ja = "ログインを許可された SSH 鍵（authorized_keys）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
