/* cmd_collect.c - a snapshot of this host, or of a dead system, as a file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../case/hook.h"
#include "../collect/collect.h"
#include "../collect/status.h"
#include "konseki/exit.h"
#include "amount.h"
#include "keyfile.h"
#include "outfile.h"
#include "rulecheck.h"
#include "tally.h"
#include "verb.h"

struct own {
	const char *output, *root, *hash, *secrets, *memory;
	const char *case_id, *examiner, *note, *reference;
	bool here, force, intrusive;
	uint64_t deadline, max_recovered, max_memory;
	struct opt_size reserve;
	struct opt_list local, recipient, yara;
};

#define AT(field) offsetof(struct own, field)

static const struct opt opts[] = {
	{ "output", 'o', OPT_STR, "FILE|-", AT(output),
	  "where the archive goes; `-': standard output (default: "
	  "HOST-TIME.tar.zst in this directory)",
	  "保存先。「-」は標準出力（既定：カレントの ホスト名-時刻.tar.zst）" },
	{ "root", 0, OPT_STR, "DIR", AT(root),
	  "collect the dead system below DIR (mounted image, chroot); links "
	  "never lead out of it",
	  "DIR 以下の停止済みシステムを収集（マウントしたイメージなど）" },
	{ "hash", 0, OPT_CHOICE, "none|exec|all", AT(hash),
	  "what the walk hashes: nothing, programs, every file (default: as "
	  "the profile has it)",
	  "ハッシュ計算の対象：なし・実行可能ファイル・全ファイル（既定はプロフ"
	  "ァイルによる）" },
	{ "secrets", 0, OPT_CHOICE, "facts|full", AT(secrets),
	  "facts (default): private keys, password hashes and secret "
	  "environment values stay here, only facts about them are taken; "
	  "full needs --recipient or --force",
	  "facts（既定）：秘密鍵・パスワードハッシュ等は属性だけを記録。"
	  "full は --recipient か --force が必要" },
	{ "recipient", 0, OPT_LIST, "age1...|FILE", AT(recipient),
	  "seal the archive for a public key, or those in FILE (repeatable); "
	  "see keygen",
	  "公開鍵（またはファイル内の公開鍵）宛てにアーカイブを封緘（複数"
	  "可。keygen を参照）" },
	{ "here", 0, OPT_FLAG, NULL, AT(here),
	  "allow writing to a file system of the suspect host",
	  "調査対象ホスト自身のディスクへの書き込みを許可" },
	{ "intrusive", 0, OPT_FLAG, NULL, AT(intrusive),
	  "also look in ways that take something from the host for a moment: "
	  "every port, to find those in use that no list has",
	  "ホストに一時的な影響がある照合も行う（全ポートを試し、一覧にない"
	  "使用中のポートを探す）" },
	{ "force", 0, OPT_FLAG, NULL, AT(force), "replace an existing file",
	  "既存のファイルを置き換える" },
	{ "case", 0, OPT_STR, "ID", AT(case_id), "case number, recorded",
	  "案件番号（記録用）" },
	{ "examiner", 0, OPT_STR, "NAME", AT(examiner),
	  "who collects, recorded", "作業者名（記録用）" },
	{ "note", 0, OPT_STR, "TEXT", AT(note), "a remark, recorded",
	  "メモ（記録用）" },
	{ "reference-time", 0, OPT_STR, "TIME", AT(reference),
	  "the true time now by a trusted clock, recorded beside the host's",
	  "信頼できる時計による現在時刻（ホストの時計と併記）" },
	{ "deadline", 0, OPT_NUM, "SECONDS", AT(deadline),
	  "give up an item that makes no progress for so long (default 5)",
	  "進まない項目を諦めるまでの秒数（既定 5）" },
	{ "local-type", 0, OPT_LIST, "TYPE", AT(local),
	  "treat file systems of this type as local (repeatable)",
	  "この種類のファイルシステムをローカルとして扱う（複数可）" },
	{ "yara", 0, OPT_LIST, "DIR", AT(yara),
	  "scan programs of processes and those that no package owns with the "
	  "YARA rules in DIR; what matches is taken (repeatable)",
	  "DIR の YARA "
	  "ルールでプログラムを検査し、一致したものを収集（複数可）" },
	{ "memory", 0, OPT_CHOICE, "none|suspicious|all", AT(memory),
	  "memory of processes: none (default), of those that a rule tagged "
	  "konseki.memory names, of all; it holds keys and passwords",
	  "プロセスのメモリ：取らない（既定）・konseki.memory タグのルール"
	  "に該当したもの・全部。鍵やパスワードも含まれる" },
	{ "max-memory", 0, OPT_NUM, "SIZE", AT(max_memory),
	  "most memory taken (default 1G; of one process 256M)",
	  "収集するメモリの上限（既定 1G、1 プロセス 256M）" },
	{ "max-recovered", 0, OPT_NUM, "SIZE", AT(max_recovered),
	  "most data of deleted files that processes keep open (default 1G)",
	  "開かれたままの削除済みファイルの収集上限（既定 1G）" },
	{ "reserve", 0, OPT_SIZE, "SIZE", AT(reserve),
	  "room that stays free beside the archive (default: 5 %, at least "
	  "1G)",
	  "保存先に残す空き容量（既定：5%、最低 1G）" },
	OPT_END
};

static enum memory_mode memory_of(const char *word)
{
	if (!word || strcmp(word, "none") == 0)
		return MEMORY_NONE;
	return strcmp(word, "all") == 0 ? MEMORY_ALL : MEMORY_SUSPICIOUS;
}

static struct collect_options options_of(struct cli *c, const char *reserve)
{
	const struct own *own = c->own;
	struct collect_options o = {
		.output = own->output,
		.root = own->root,
		.here = own->here,
		.intrusive = own->intrusive,
		.force = own->force,
		.case_id = own->case_id,
		.examiner = own->examiner,
		.note = own->note,
		.reference_time = own->reference,
		.deadline_ns = (int64_t)own->deadline * 1000000000,
		.max_recovered = own->max_recovered,
		.max_memory = own->max_memory,
		.memory = memory_of(own->memory),
		.local_type = own->local.v,
		.nlocal_type = own->local.n,
		.argc = c->argc,
		.argv = c->argv,
		.version = KONSEKI_VERSION,
		.progress = c->progress ? amount_progress : NULL,
		.arg = c,
	};

	if (reserve[0])
		o.reserve = reserve;
	if (own->hash)
		o.hash = HASH_EXEC;
	if (own->hash && strcmp(own->hash, "none") == 0)
		o.hash = HASH_NONE;
	else if (own->hash && strcmp(own->hash, "all") == 0)
		o.hash = HASH_ALL;
	o.secrets_full = own->secrets && strcmp(own->secrets, "full") == 0;
	return o;
}

static void say_digest(const struct cli *c, const char *what,
		       const unsigned char *d)
{
	struct buf b = { 0 };

	buf_hex(&b, d, SHA256_LEN);
	buf_c(&b, '\0');
	cli_error(c, "%s %s", what, b.p); /* evidence: -q does not hide it */
	buf_free(&b);
}

static void say(const struct cli *c, const struct collect_result *r)
{
	char t[CLI_WORDS];

	cli_progress_end(c);
	for (size_t i = 0; i < r->ngap; i++)
		cli_info(c,
			 cli_tr(c, "core source incomplete: %s (%s)",
				"主要な証拠が不完全です：%s（%s）"),
			 r->gap[i].group, cli_words(c, r->gap[i].why, t));
	if (r->interrupted)
		cli_error(c,
			  cli_tr(c,
				 "stopped early: %s; what was read before "
				 "is in the archive",
				 "途中で終了しました：%s。それまでの証拠は"
				 "保存されています"),
			  cli_words(c, r->stopped, t));
	cli_info(c,
		 cli_tr(c,
			"%" PRIu64 " objects, %" PRIu64 " members, %" PRIu64
			" MiB -> %" PRIu64 " MiB in %.1f s%s%s",
			"%" PRIu64 " オブジェクト、%" PRIu64
			" メンバー、%" PRIu64 " MiB → %" PRIu64
			" MiB、%.1f 秒%s%s"),
		 r->nfile, r->nmember, r->bytes_in >> 20, r->bytes_out >> 20,
		 (double)r->duration_ns / 1e9, r->path[0] ? ": " : "", r->path);
	say_digest(c, "sha256 (archive)", r->file_sha256);
	say_digest(c, "sha256 (last seal)", r->seal_sha256);
}

static int status_of(const struct cli *c, const struct collect_result *r)
{
	if (r->ngap == 0 && !r->interrupted)
		return KONSEKI_DONE;
	return cli_fails_on(c, "incomplete") ? KONSEKI_FOUND
					     : KONSEKI_INCOMPLETE;
}

/* Whoever judges while collecting; NULL when nothing asks for it. */
static int start_hook(const struct cli *c, const struct collect_options *o,
		      struct collect_hook **out, struct err *err)
{
	const struct own *own = c->own;
	struct hook_options h = { .scan = own->yara.n || c->ioc.n,
				  .ioc = c->ioc.n > 0 };
	bool memory = o->memory == MEMORY_SUSPICIOUS;
	struct rule_file *rule;
	struct arena arena;
	int rc = 0;

	*out = NULL;
	if (!h.scan && !memory)
		return 0;
	arena_init(&arena, 0);
	rc = hookfiles_read(c, memory, &own->yara, &arena, &rule, &h.nrule,
			    err);
	h.rule = rule;
	if (rc == 0)
		rc = rulecheck(c, own->yara.n > 0, rule, h.nrule, err);
	if (rc == 0)
		*out = hook_start(&h, err);
	free(rule);
	arena_free(&arena);
	return rc == 0 && *out ? 0 : -1;
}

/* Values that only make sense together, or are of a form of their own. */
static int check_values(const struct cli *c, const struct collect_options *o)
{
	int64_t ts;

	if (o->reference_time && !amount_time(o->reference_time, &ts))
		return cli_usage(
			c,
			cli_tr(c,
			       "--reference-time takes the right time such as "
			       "2026-11-24T06:00:00+09:00, not `%s'",
			       "--reference-time には "
			       "2026-11-24T06:00:00+09:00 "
			       "のような正しい時刻を指定してください（`%s' は"
			       "不可）"),
			o->reference_time);
	if (o->root && o->memory != MEMORY_NONE)
		return cli_usage(c, cli_tr(c,
					   "--memory is of a running host: "
					   "--root DIR has no processes",
					   "--memory は稼働中のホスト専用です"
					   "（--root の対象にプロセスはありませ"
					   "ん）"));
	return 0;
}

static int collect(struct cli *c, struct collect_options *o,
		   struct collect_result *r, struct err *err)
{
	struct collect_hook *hook;
	int rc;

	if (start_hook(c, o, &hook, err) < 0)
		return -1;
	o->hook = hook;
	rc = collect_run(o, r, err);
	hook_stop(hook);
	return rc;
}

/* What is said at the end, and the exit status. */
static int report(const struct cli *c, int rc, const struct collect_result *r,
		  struct err *err)
{
	int status;

	cli_progress_end(c);
	if (rc < 0) {
		cli_fault(c, err->msg);
		return KONSEKI_FAILED;
	}
	if (rc > 0) {
		cli_error(c,
			  cli_tr(c,
				 "%s; the archive is cut, what is in it can "
				 "be read: %s",
				 "%s。アーカイブは途中までですが、読み取れます"
				 "：%s"),
			  err->msg, r->path[0] ? r->path : "-");
		if (tally_write(c, r, KONSEKI_INCOMPLETE, err) < 0)
			cli_fault(c, err->msg);
		return KONSEKI_INCOMPLETE;
	}
	status = status_of(c, r);
	say(c, r);
	if (tally_write(c, r, status, err) < 0) {
		cli_fault(c, err->msg);
		return KONSEKI_FAILED;
	}
	return status;
}

static int run(struct cli *c)
{
	const struct own *own = c->own;
	struct collect_options o;
	struct collect_result r = { .ngap = 0 };
	struct err err = { 0 };
	struct arena keys;
	char reserve[24] = "";
	int rc, status;

	if (own->reserve.given)
		(void)snprintf(reserve, sizeof(reserve), "%" PRIu64,
			       own->reserve.n);
	o = options_of(c, reserve);
	if (amount_options(c, &o) < 0 || check_values(c, &o))
		return KONSEKI_USAGE;
	if (c->summary && outfile_check(c->summary, &err) < 0) {
		cli_fault(c, err.msg);
		return KONSEKI_FAILED;
	}
	arena_init(&keys, 0);
	if (keyfile_recipients(c, &own->recipient, &keys, &o.recipient,
			       &o.nrecipient, &err) < 0) {
		cli_fault(c, err.msg);
		return KONSEKI_USAGE;
	}
	if (o.secrets_full && !own->force && o.nrecipient == 0)
		return cli_usage(
			c,
			cli_tr(c,
			       "--secrets full puts keys and password "
			       "hashes into the archive: seal it "
			       "with --recipient, or say --force too",
			       "--secrets full は秘密鍵等をそのまま保存します。"
			       "--recipient で封緘するか、--force も指定して"
			       "ください"));
	rc = collect(c, &o, &r, &err);
	arena_free(&keys);
	status = report(c, rc, &r, &err);
	collect_result_free(&r);
	return status;
}

const struct verb verb_collect = {
	.name = "collect",
	.usage = "[-o FILE|-] [OPTION...]",
	.en = "snapshot of this host (or of a mounted system) as one archive",
	.ja = "このホスト（またはマウントしたシステム）の証拠を 1 "
	      "ファイルに保全",
	.share = SHARE_TALK | SHARE_RUN | SHARE_FAIL | SHARE_AMOUNT | SHARE_IOC,
	.opt = opts,
	.own_size = sizeof(struct own),
	.run = run,
};
