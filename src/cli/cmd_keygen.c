/* cmd_keygen.c - a pair of keys: the public one goes to suspect hosts. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../util/timefmt.h"
#include "konseki/exit.h"
#include "keyfile.h"
#include "outfile.h"
#include "verb.h"

struct own {
	const char *output;
	bool public, force;
};

static const struct opt opts[] = {
	{ "output", 'o', OPT_STR, "FILE", offsetof(struct own, output),
	  "where the secret key goes, mode 0600 (default: standard output)",
	  "秘密鍵の保存先（パーミッション 0600。既定：標準出力）" },
	{ "public", 'y', OPT_FLAG, NULL, offsetof(struct own, public),
	  "print the public keys of FILE instead",
	  "鍵を作らず、FILE の秘密鍵に対応する公開鍵を表示" },
	{ "force", 0, OPT_FLAG, NULL, offsetof(struct own, force),
	  "replace an existing file", "既存のファイルを置き換える" },
	OPT_END
};

static int print_public(struct cli *c)
{
	const struct age_identity *id;
	struct buf b = { 0 };
	struct arena a;
	struct err err;
	size_t n;
	int status = KONSEKI_DONE;

	if (c->narg == 0)
		return cli_usage(c, "%s",
				 cli_tr(c, "-y needs the FILE of a secret key",
					"-y には秘密鍵の FILE を指定して"
					"ください"));
	c->identity = (struct opt_list){ c->arg, c->narg };
	arena_init(&a, 0);
	if (keyfile_identities(c, &a, &id, &n, &err) < 0) {
		cli_fault(c, err.msg);
		arena_free(&a);
		return KONSEKI_FAILED;
	}
	for (size_t i = 0; i < n; i++) {
		age_recipient_text(&b, &id[i].public);
		buf_c(&b, '\n');
	}
	if (!cli_out(b.p, b.n))
		status = KONSEKI_FAILED;
	buf_free(&b);
	arena_free(&a);
	return status;
}

/* The same text as age-keygen writes. */
static void key_text(struct buf *b, const struct age_identity *id)
{
	struct civil t;

	civil_of_s(time(NULL), &t);
	buf_fmt(b, "# created: %04d-%02u-%02uT%02u:%02u:%02uZ\n", (int)t.year,
		t.month, t.day, t.hour, t.min, t.sec);
	buf_puts(b, "# public key: ");
	age_recipient_text(b, &id->public);
	buf_c(b, '\n');
	age_identity_text(b, id);
	buf_c(b, '\n');
}

static int write_key(const struct cli *c, const struct buf *text)
{
	const struct own *own = c->own;
	struct err err;

	if (!own->output)
		return cli_out(text->p, text->n) ? KONSEKI_DONE
						 : KONSEKI_FAILED;
	if (!own->force && access(own->output, F_OK) == 0) {
		cli_error(c,
			  cli_tr(c,
				 "%s exists already; --force replaces it, and "
				 "what was sealed for its key can then be "
				 "opened no more",
				 "%s は既に存在します。--force で置き換えると、"
				 "その鍵宛てに封緘したアーカイブは開けなくなり"
				 "ます"),
			  own->output);
		return KONSEKI_FAILED;
	}
	if (outfile_write(own->output, text->p, text->n, &err) == 0)
		return KONSEKI_DONE;
	cli_fault(c, err.msg);
	return KONSEKI_FAILED;
}

static int run(struct cli *c)
{
	const struct own *own = c->own;
	struct buf text = { 0 }, public = { 0 };
	struct age_identity id;
	struct err err;
	int status;

	if (own->public)
		return print_public(c);
	if (c->narg)
		return cli_usage(c, "%s",
				 cli_tr(c, "-o FILE says where the key goes",
					"保存先は -o FILE で指定してください"));
	if (age_identity_new(&id, &err) < 0) {
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	key_text(&text, &id);
	status = write_key(c, &text);
	if (status == KONSEKI_DONE && (own->output || !isatty(1))) {
		age_recipient_text(&public, &id.public);
		buf_c(&public, '\0');
		cli_error(c, cli_tr(c, "public key: %s", "公開鍵：%s"),
			  public.p);
	}
	explicit_bzero(text.p, text.n);
	explicit_bzero(&id, sizeof(id));
	buf_free(&text);
	buf_free(&public);
	return status;
}

const struct verb verb_keygen = {
	.name = "keygen",
	.usage = "[-o FILE] | -y FILE",
	.en = "make a pair of keys to seal archives with",
	.ja = "アーカイブ封緘用の鍵ペアを作成する",
	.share = SHARE_TALK,
	.opt = opts,
	.own_size = sizeof(struct own),
	.max_arg = 64,
	.run = run,
};
