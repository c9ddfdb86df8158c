/* keyfile.c - keys out of files; what is none is named with its line. */
#include "keyfile.h"

#include <fcntl.h>
#include <unistd.h>

#include "../util/io.h"

#define MAX_FILE (1u << 20)

struct keys {
	const struct cli *cli;
	struct arena *arena;
	struct age_identity *identity; /* or: */
	struct age_recipient *recipient;
	size_t n;
};

static int too_many(const struct keys *k, const char *path, struct err *err)
{
	return err_set(err,
		       cli_tr(k->cli, "%s: more than %u keys",
			      "%s：鍵が %u 個を超えています"),
		       path, AGE_MAX_RECIPIENTS);
}

/* A key of the kind that is wanted. */
static bool key_take(struct keys *k, struct str line)
{
	bool ok = k->identity ? age_identity_parse(line, &k->identity[k->n])
			      : age_recipient_parse(line, &k->recipient[k->n]);

	k->n += ok;
	return ok;
}

static int no_key(const struct keys *k, const char *path, unsigned nline,
		  struct str line, struct err *err)
{
	const char *why;

	if (str_starts(line, STR("ssh-")))
		why = cli_tr(k->cli,
			     "an SSH key; make one with `konseki keygen'",
			     "SSH 鍵は使えません。「konseki keygen」で鍵を"
			     "作成してください");
	else if (k->identity && str_starts(line, STR("age-encryption.org/")))
		why = cli_tr(k->cli,
			     "itself protected by a passphrase: open it with "
			     "`age -d' first",
			     "パスフレーズで保護されています。先に「age -d」で"
			     "復号してください");
	else if (k->identity)
		why = cli_tr(k->cli, "no secret key (AGE-SECRET-KEY-1…)",
			     "秘密鍵（AGE-SECRET-KEY-1…）ではありません");
	else
		why = cli_tr(k->cli, "no public key (age1…)",
			     "公開鍵（age1…）ではありません");
	return err_set(err, "%s:%u: %s", path, nline, why);
}

static int keys_of(struct keys *k, const char *path, struct str text,
		   struct err *err)
{
	unsigned nline = 0;
	size_t before = k->n;

	while (text.p && text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));

		nline++;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (k->n == AGE_MAX_RECIPIENTS)
			return too_many(k, path, err);
		if (!key_take(k, line))
			return no_key(k, path, nline, line, err);
	}
	if (k->n == before)
		return err_set(err,
			       cli_tr(k->cli, "%s: no key in it",
				      "%s：鍵がありません"),
			       path);
	return 0;
}

static int file_take(struct keys *k, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf b = { 0 };
	struct err why;
	int rc;

	if (fd < 0)
		return err_sys(err, "cannot open", path);
	rc = io_slurp(fd, MAX_FILE, &b, &why);
	(void)close(fd);
	rc = rc < 0 ? err_set(err, "%s: %s", path, why.msg)
		    : keys_of(k, path, buf_view(&b), err);
	if (b.p)
		explicit_bzero(b.p, b.n);
	buf_free(&b);
	return rc;
}

int keyfile_identities(const struct cli *c, struct arena *a,
		       const struct age_identity **out, size_t *n,
		       struct err *err)
{
	struct keys k = { .cli = c, .arena = a };

	*out = NULL;
	*n = 0;
	if (c->identity.n == 0)
		return 0;
	k.identity = arena_array(a, AGE_MAX_RECIPIENTS, sizeof(*k.identity));
	for (size_t i = 0; i < c->identity.n; i++)
		if (file_take(&k, c->identity.v[i], err) < 0)
			return -1;
	*out = k.identity;
	*n = k.n;
	return 0;
}

int keyfile_recipients(const struct cli *c, const struct opt_list *list,
		       struct arena *a, const struct age_recipient **out,
		       size_t *n, struct err *err)
{
	struct keys k = { .cli = c, .arena = a };

	*out = NULL;
	*n = 0;
	if (list->n == 0)
		return 0;
	k.recipient = arena_array(a, AGE_MAX_RECIPIENTS, sizeof(*k.recipient));
	for (size_t i = 0; i < list->n; i++) {
		struct str s = str_of(list->v[i]);

		if (k.n == AGE_MAX_RECIPIENTS)
			return too_many(&k, list->v[i], err);
		if (str_starts(s, STR("AGE-SECRET-KEY-1")))
			return err_set(err, "%s",
				       cli_tr(c,
					      "--recipient takes the public "
					      "key (age1…), never the secret "
					      "one",
					      "--recipient には公開鍵（age1…）"
					      "を指定してください。秘密鍵は"
					      "指定しないでください"));
		if (str_starts(s, STR("age1")) &&
		    !age_recipient_parse(s, &k.recipient[k.n]))
			return err_set(err,
				       cli_tr(c,
					      "--recipient %s: damaged, its "
					      "checksum does not fit",
					      "--recipient %s：鍵が壊れていま"
					      "す（チェックサム不一致）"),
				       list->v[i]);
		if (str_starts(s, STR("age1")))
			k.n++;
		else if (file_take(&k, list->v[i], err) < 0)
			return -1;
	}
	*out = k.recipient;
	*n = k.n;
	return 0;
}
