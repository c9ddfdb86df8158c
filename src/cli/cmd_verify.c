/* cmd_verify.c - is an archive what was collected? */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../archive/verify.h"
#include "../util/hash.h"
#include "../util/term.h"
#include "konseki/exit.h"
#include "keyfile.h"
#include "verb.h"

/* the verb's own statuses; 4 is KONSEKI_FAILED */
enum { INTACT = 0, MISMATCH = 1, CUT = 3 };

struct own {
	const char *expect;
};

static const struct opt opts[] = {
	{ "expect", 0, OPT_STR, "HEX", offsetof(struct own, expect),
	  "SHA-256 of the file or of its last seal, as noted at collection",
	  "収集時に控えた、ファイルまたは最終封印の SHA-256" },
	OPT_END
};

struct verdict_text {
	const char *en, *ja;
	int status;
};

static const struct verdict_text verdict[] = {
	[ARCHIVE_WHOLE] = { "intact", "改変なし", INTACT },
	[ARCHIVE_MISMATCH] = { "does NOT match its seals", "封印と一致しません",
			       MISMATCH },
	[ARCHIVE_CUT] = { "cut: what is there matches its seals",
			  "途中で切れています（残っている部分は封印と一致）",
			  CUT },
	[ARCHIVE_UNSEALED] = { "was never sealed", "封印がありません", CUT },
	[ARCHIVE_INTERRUPTED] = { "intact; the collection was interrupted",
				  "改変なし（収集は途中で中断されています）",
				  INTACT },
};

/* cut before the first seal */
static const struct verdict_text unproved = {
	"cut before its first seal: nothing in it can be proved",
	"最初の封印より前で切れており、検証できません", CUT
};

static void line(struct buf *b, const char *key,
		 const unsigned char sha[SHA256_LEN])
{
	buf_puts(b, "  ");
	buf_puts(b, key);
	buf_puts(b, ": ");
	buf_hex(b, sha, SHA256_LEN);
	buf_c(b, '\n');
}

static bool hex_is(const char *hex, const unsigned char sha[SHA256_LEN])
{
	struct buf b = { 0 };
	bool same;

	buf_hex(&b, sha, SHA256_LEN);
	same = str_ieq(buf_view(&b), str_of(hex));
	buf_free(&b);
	return same;
}

/* What is wrong with one member, after its name. */
static void problem(const struct cli *c, struct str s, struct buf *b)
{
	static const struct {
		const char *en, *ja;
	} tail[] = {
		{ ": is missing or damaged", "：欠けているか破損しています" },
		{ ": is no plain file", "：通常ファイルではありません" },
		{ ": its header differs from the seal",
		  "：ヘッダーが封印と異なります" },
		{ ": its extents differ from the seal",
		  "：データの配置が封印と異なります" },
		{ ": its size differs from the seal",
		  "：サイズが封印と異なります" },
		{ ": its data differ from the seal",
		  "：内容が封印と異なります" },
		{ ": the chain is broken", "：封印の鎖が途切れています" },
	};

	for (size_t i = 0; i < sizeof(tail) / sizeof(tail[0]); i++)
		if (c->lang == LANG_JA && str_ends(s, str_of(tail[i].en))) {
			term_text(b, str_head(s, s.n - strlen(tail[i].en)));
			buf_puts(b, tail[i].ja);
			return;
		}
	term_text(b, s);
}

static void describe(const struct cli *c, const char *path,
		     const struct verify_result *v, struct buf *b)
{
	const struct verdict_text *t = &verdict[v->whole];

	term_text(b, str_of(path));
	buf_puts(b, cli_tr(c, ": ", "："));
	if (v->whole == ARCHIVE_CUT && v->nsealed == 0)
		t = &unproved;
	buf_puts(b, cli_tr(c, t->en, t->ja));
	buf_c(b, '\n');
	for (size_t i = 0; i < v->nproblem; i++) {
		buf_puts(b, "  ! ");
		problem(c, v->problem[i], b);
		buf_c(b, '\n');
	}
	if (v->nproblem_all > v->nproblem)
		buf_fmt(b,
			cli_tr(c, "  ! and %llu more\n", "  ! ほか %llu 件\n"),
			(unsigned long long)(v->nproblem_all - v->nproblem));
	if (t->status == INTACT)
		buf_fmt(b,
			cli_tr(c, "  members: %llu, all of them proved\n",
			       "  メンバー数：%llu（すべて検証済み）\n"),
			(unsigned long long)v->nmember);
	else
		buf_fmt(b,
			cli_tr(c, "  members: %llu, of which sealed: %llu\n",
			       "  メンバー数：%llu（うち封印済み %llu）\n"),
			(unsigned long long)v->nmember,
			(unsigned long long)v->nsealed);
	line(b, cli_tr(c, "SHA-256 of the file", "ファイルの SHA-256"),
	     v->file_sha256);
	if (v->last_seal_state.n > 0)
		line(b,
		     cli_tr(c, "SHA-256 of the last seal",
			    "最終封印の SHA-256"),
		     v->seal_sha256);
}

static int one(const struct cli *c, const char *path,
	       const struct age_identity *identity, size_t nidentity)
{
	const struct own *own = c->own;
	struct verify_result v;
	struct buf b = { 0 };
	struct arena a;
	struct err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), status;

	if (fd < 0) {
		(void)err_sys(&err, "cannot open", path);
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	arena_init(&a, 0);
	if (verify_archive(fd, identity, nidentity, &a, &v, &err) < 0) {
		cli_error(c, "%s: %s", path, err.msg);
		status = KONSEKI_FAILED;
	} else if (!v.is_archive) {
		cli_error(c,
			  cli_tr(c, "%s: not an archive of konseki",
				 "%s：konseki のアーカイブではありません"),
			  path);
		status = KONSEKI_FAILED;
	} else {
		status = verdict[v.whole].status;
		describe(c, path, &v, &b);
		if (own->expect && !hex_is(own->expect, v.file_sha256) &&
		    !hex_is(own->expect, v.seal_sha256)) {
			buf_puts(&b,
				 cli_tr(c, "  ! neither is the expected one\n",
					"  ! --expect の値と一致しません\n"));
			status = MISMATCH;
		}
		if (!cli_out(b.p, b.n))
			status = KONSEKI_FAILED;
	}
	buf_free(&b);
	arena_free(&a);
	(void)close(fd);
	return status;
}

static int run(struct cli *c)
{
	/* the worst of several: changed, unreadable, cut, intact */
	static const int worst[] = { MISMATCH, KONSEKI_FAILED, CUT };
	const struct own *own = c->own;
	bool seen[KONSEKI_FAILED + 1] = { false };
	const struct age_identity *identity;
	struct arena keys;
	size_t nidentity;
	struct err err;

	if (own->expect && strlen(own->expect) != (size_t)SHA256_LEN * 2)
		return cli_usage(c, cli_tr(c, "--expect takes 64 hex digits",
					   "--expect には 64 桁の 16 "
					   "進数を指定してください"));
	arena_init(&keys, 0);
	if (keyfile_identities(c, &keys, &identity, &nidentity, &err) < 0) {
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	for (size_t i = 0; i < c->narg; i++)
		seen[one(c, c->arg[i], identity, nidentity)] = true;
	arena_free(&keys);
	for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++)
		if (seen[worst[i]])
			return worst[i];
	return INTACT;
}

const struct verb verb_verify = {
	.name = "verify",
	.usage = "ARCHIVE... [--expect HEX]",
	.en = "prove that an archive is intact",
	.ja = "アーカイブが改変されていないことを検証する",
	.share = SHARE_TALK | SHARE_OPEN,
	.opt = opts,
	.own_size = sizeof(struct own),
	.min_arg = 1,
	.max_arg = 1024,
	.run = run,
};
