/* cmd_extract.c - evidence out of an input, into a directory. */
#include "../archive/extract.h"

#include <unistd.h>

#include "../util/io.h"
#include "../util/term.h"
#include "konseki/exit.h"
#include "keyfile.h"
#include "verb.h"

#define MAX_GLOBS 256

struct own {
	const char *output;
	bool force, zip;
};

static const struct opt opts[] = {
	{ "output", 'o', OPT_STR, "DIR", offsetof(struct own, output),
	  "where to write; the directory is made",
	  "出力先ディレクトリ（なければ作成）" },
	{ "force", 0, OPT_FLAG, NULL, offsetof(struct own, force),
	  "replace existing files", "既存のファイルを置き換える" },
	{ "infected-zip", 0, OPT_FLAG, NULL, offsetof(struct own, zip),
	  "write one zip, infected.zip, with the password `infected'",
	  "検体送付用に、パスワード「infected」付きの infected.zip に"
	  "まとめる" },
	OPT_END
};

static void say(const struct cli *c, struct str what, struct str name)
{
	struct buf b = { 0 };

	if (c->quiet)
		return;
	term_text(&b, what);
	if (!str_eq(what, name)) {
		buf_puts(&b, " -> ");
		term_text(&b, name);
	}
	buf_c(&b, '\n');
	(void)cli_out(b.p, b.n); /* the files matter, not the list of them */
	buf_free(&b);
}

/* How many could not be written; -1: none at all. */
static int write_all(const struct cli *c, const struct unpack_result *r,
		     int spool)
{
	const struct own *own = c->own;
	struct extract x;
	struct arena a;
	struct err err;
	int nbad = 0;

	if (extract_open(&x, own->output, spool, own->force, &err) < 0) {
		cli_fault(c, err.msg);
		return -1;
	}
	if (own->zip && extract_begin_zip(&x, &err) < 0) {
		cli_fault(c, err.msg);
		(void)extract_close(&x, &err); /* nothing was written */
		return -1;
	}
	arena_init(&a, 0);
	for (size_t i = 0; i < r->nmember; i++) {
		struct arena_mark m = arena_mark(&a);
		struct str name;

		if (extract_member(&x, &r->member[i], &a, &name, &err) < 0) {
			cli_error(c, STR_FMT ": %s",
				  STR_ARG(r->member[i].member), err.msg);
			nbad++;
		} else {
			say(c, r->member[i].member, name);
		}
		arena_rewind(&a, m);
	}
	arena_free(&a);
	if (extract_close(&x, &err) < 0) {
		cli_fault(c, err.msg);
		return -1;
	}
	return nbad;
}

static int extract(const struct cli *c, const struct str *glob, size_t nglob,
		   struct arena *a)
{
	struct unpack_result r;
	struct err err;
	uint64_t end = 0;
	struct unpack_options o = { .path = c->arg[0],
				    .spool = -1,
				    .spool_end = &end,
				    .globs = glob,
				    .nglob = nglob,
				    .raw = true };
	int status = KONSEKI_DONE, nbad;

	if (keyfile_identities(c, a, &o.identity, &o.nidentity, &err) < 0) {
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	o.spool = io_tmpfile(c->tmp, &err);
	if (o.spool < 0 || unpack(&o, a, &r, &err) < 0) {
		cli_fault(c, err.msg);
		if (o.spool >= 0)
			(void)close(o.spool);
		return KONSEKI_FAILED;
	}
	if (r.why.n > 0)
		cli_error(c, "%s: " STR_FMT, c->arg[0], STR_ARG(r.why));
	if (r.nrefused > 0)
		cli_error(c,
			  cli_tr(c, "%s: %zu members could not be taken",
				 "%s: %zu 件のメンバーは取り出せません"),
			  c->arg[0], r.nrefused);
	if (r.why.n > 0 || r.nrefused > 0)
		status = KONSEKI_INCOMPLETE;
	if (r.nmember == 0) {
		cli_error(c,
			  cli_tr(c, "%s: nothing matches",
				 "%s：該当するメンバーがありません"),
			  c->arg[0]);
		status = KONSEKI_FAILED;
	} else {
		nbad = write_all(c, &r, o.spool);
		if (nbad < 0 || (size_t)nbad == r.nmember)
			status = KONSEKI_FAILED;
		else if (nbad > 0)
			status = KONSEKI_INCOMPLETE;
	}
	(void)close(o.spool);
	return status;
}

static int run(struct cli *c)
{
	const struct own *own = c->own;
	struct str glob[MAX_GLOBS];
	struct arena a;
	int status;

	if (!own->output)
		return cli_usage(c, cli_tr(c, "-o DIR is needed",
					   "-o DIR を指定してください"));
	for (size_t i = 1; i < c->narg; i++)
		glob[i - 1] = str_of(c->arg[i]);
	arena_init(&a, 0);
	status = extract(c, glob, c->narg - 1, &a);
	arena_free(&a);
	return status;
}

const struct verb verb_extract = {
	.name = "extract",
	.usage = "INPUT GLOB... -o DIR",
	.en = "take evidence out, harmless: mode 0600, no owner, no set-id",
	.ja = "証拠ファイルを安全な形（0600・所有者なし）で取り出す",
	.share = SHARE_TALK | SHARE_WORK | SHARE_OPEN,
	.opt = opts,
	.own_size = sizeof(struct own),
	.min_arg = 2,
	.max_arg = MAX_GLOBS + 1,
	.run = run,
};
