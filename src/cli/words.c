/*
 * words.c - what the layers below say in English, in the language of the
 * user.  A pattern's `*' stands for what is named (a path, a number, the words
 * of the system), in the same order in both.
 */
#include "verb.h"

#include "../collect/collect.h"
#include "../util/buf.h"

#include <stdio.h>
#include <string.h>

#define STARS 3

static const struct words {
	const char *en, *ja;
} table[] = {
	/* states of sources */
	{ "absent", "存在しない" },
	{ "denied: *", "アクセス拒否：*" },
	{ "denied", "アクセス拒否" },
	{ "failed: *", "失敗：*" },
	{ "failed", "失敗" },
	{ "given up", "断念" },
	{ NOT_BEGUN, "未着手" },
	{ "skipped: *", "対象外：*" },
	{ "skipped", "対象外" },
	{ "timeout: *", "時間切れ：*" },
	{ "timeout", "時間切れ" },
	{ "truncated: *", "途中まで：*" },
	{ "truncated", "途中まで" },
	{ "vanished: *", "消失：*" },
	{ "vanished", "消失" },
	/* why a run ended */
	{ "interrupted by a signal", "シグナルによる中断" },
	{ "the time of --max-time is over", "--max-time の時間に達した" },
	{ "the archive has the size of --max-output",
	  "アーカイブが --max-output の大きさに達した" },
	/* the system */
	{ "Bad file descriptor", "無効なファイル記述子" },
	{ "File exists", "既に存在します" },
	{ "File too large", "ファイルが大きすぎます" },
	{ "Input/output error", "入出力エラー" },
	{ "Is a directory", "ディレクトリです" },
	{ "Interrupted system call", "中断されました" },
	{ "No space left on device", "空き容量がありません" },
	{ "No such file or directory", "ファイルやディレクトリがありません" },
	{ "Not a directory", "ディレクトリではありません" },
	{ "Operation not permitted", "許可されていない操作です" },
	{ "Permission denied", "アクセス権がありません" },
	{ "Read-only file system", "読み取り専用のファイルシステムです" },
	{ "Too many levels of symbolic links",
	  "シンボリックリンクの段数が多すぎます" },
	/* files and places */
	{ "cannot create a temporary file in *: *",
	  "一時ファイルを * に作成できません：*" },
	{ "cannot create *: *", "* を作成できません：*" },
	{ "cannot open *: *", "* を開けません：*" },
	{ "cannot read rules in *: *", "ルールを読めません：*：*" },
	{ "cannot read the input *: *", "入力を読めません：*：*" },
	{ "cannot rename *: *", "* の名前を変更できません：*" },
	{ "cannot write *: *", "* に書き込めません：*" },
	{ "* exists already; --force replaces it",
	  "* は既に存在します（--force で置き換えます）" },
	{ "* exists: a run that is under way or was cut; --force replaces it",
	  "* が存在します。実行中か、途中で終わった収集です"
	  "（--force で置き換えます）" },
	{ "* is no regular file; `-o -' writes to standard output",
	  "* は通常のファイルではありません（標準出力へは -o -）" },
	{ "* is on a file system of the suspect host: writing there overwrites "
	  "deleted data; use -o - or a mounted stick, or say --here",
	  "* は調査対象ホストのファイルシステム上にあります。書き込むと削除済み"
	  "データが上書きされます。-o - か外部媒体を使うか、承知のうえで "
	  "--here "
	  "を指定してください" },
	{ "too little room: * MiB must stay free beside * (--reserve changes "
	  "that; -o - needs none)",
	  "空き容量が足りません：* MiB を空けておく必要があります：*"
	  "（--reserve で変更、-o - なら不要）" },
	{ "-o -: standard output is a terminal",
	  "-o -：標準出力が端末です。ファイルかパイプへ送ってください" },
	{ "nothing was collected: *", "何も収集できませんでした：*" },
	/* sealed archives */
	{ "*: it is sealed for * key*: --identity FILE names the file with the "
	  "secret one",
	  "*：* 個の鍵*宛てに封緘されています。秘密鍵のファイルを --identity "
	  "で指定してください" },
	{ "*: none of the identities given opens it",
	  "*：指定された秘密鍵では開けません" },
	{ "none of the identities given opens it",
	  "指定された秘密鍵では開けません" },
};

/* Where the pieces are that the stars of a pattern stand for; -1: no match. */
static int match(const char *p, struct str s, struct str star[STARS])
{
	int n = 0;

	for (;;) {
		const char *end = strchr(p, '*');
		struct str word =
			str_mem(p, end ? (size_t)(end - p) : strlen(p));
		size_t at;

		if (n == 0) {
			at = str_starts(s, word) ? 0 : (size_t)-1;
		} else if (!end) { /* the last word ends it */
			at = str_ends(s, word) ? s.n - word.n : (size_t)-1;
		} else {
			at = str_find(s, word);
		}
		if (at == (size_t)-1)
			return -1;
		if (n)
			star[n - 1] = str_head(s, at);
		s = str_skip(s, at + word.n);
		if (!end)
			return s.n ? -1 : n;
		if (n == STARS)
			return -1;
		p = end + 1;
		n++;
	}
}

static void put(struct buf *b, struct str s, unsigned depth)
{
	struct str star[STARS];

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const char *p = table[i].ja, *end;

		if (match(table[i].en, s, star) < 0)
			continue;
		for (int k = 0; (end = strchr(p, '*')); k++, p = end + 1) {
			buf_str(b, str_mem(p, (size_t)(end - p)));
			if (depth)
				put(b, star[k], depth - 1);
			else
				buf_str(b, star[k]);
		}
		buf_puts(b, p);
		return;
	}
	buf_str(b, s);
}

const char *cli_words(const struct cli *c, const char *english,
		      char out[CLI_WORDS])
{
	struct buf b = { 0 };

	if (c->lang == LANG_JA)
		put(&b, str_of(english), 1);
	else
		buf_puts(&b, english);
	buf_c(&b, '\0');
	(void)snprintf(out, CLI_WORDS, "%s", b.p);
	buf_free(&b);
	return out;
}

void cli_fault(const struct cli *c, const char *english)
{
	char t[CLI_WORDS];

	cli_error(c, "%s", cli_words(c, english, t));
}
