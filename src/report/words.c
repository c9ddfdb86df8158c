/*
 * report/words.c - what a verdict and its findings are called, in the
 * reader's language.  Findings keep English: it is put into words at output.
 */
#include "verdict.h"

#include "../util/term.h"

const char *verdict_word(enum verdict_word w, enum lang lang)
{
	static const char *const en[] = { "nothing found", "inconclusive",
					  "watch", "respond" };
	static const char *const ja[] = { "検出なし", "判定不能", "経過観察",
					  "即時対応" };

	return lang == LANG_JA ? ja[w] : en[w];
}

void verdict_subject(struct buf *b, struct str s, enum lang lang)
{
	static const struct {
		const char *en, *ja;
	} word[] = {
		{ "process ", "プロセス " },
		{ "program ", "プログラム " },
		{ "file ", "ファイル " },
		{ "user ", "ユーザー " },
		{ "address ", "アドレス " },
		{ "autorun ", "自動起動 " },
		{ "module ", "モジュール " },
		{ "setting ", "設定 " },
		{ "interface ", "インターフェース " },
		{ "hook ", "フック " },
		{ "container ", "コンテナ " },
	};

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (lang == LANG_JA && str_starts(s, str_of(word[i].en))) {
			buf_puts(b, word[i].ja);
			s = str_skip(s, strlen(word[i].en));
			break;
		}
	if (lang == LANG_JA && str_is(s, "host"))
		s = STR("ホスト");
	term_text(b, s);
}

bool verdict_vague(struct str s)
{
	return str_is(s, "host");
}

/* "within 3600 s: Title", "field = value (starts with pattern)" */
void verdict_why(struct buf *b, struct str s, enum lang lang)
{
	static const struct {
		const char *en, *ja;
	} how[] = {
		{ " (starts with ", "（前方一致：" },
		{ " (ends with ", "（後方一致：" },
		{ " (contains ", "（部分一致：" },
		{ " (matches ", "（正規表現：" },
		{ " (like ", "（パターン：" },
		{ " (in ", "（範囲：" },
	};
	size_t at;

	if (lang != LANG_JA) {
		term_text(b, s);
		return;
	}
	at = str_find(s, STR(" s: "));
	if (str_starts(s, STR("within ")) && at > 7 && at < s.n) {
		term_text(b, str_head(str_skip(s, 7), at - 7));
		buf_puts(b, " 秒以内：");
		term_text(b, str_skip(s, at + 4));
		return;
	}
	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		at = str_find(s, str_of(how[i].en));
		if (at >= s.n)
			continue;
		term_text(b, str_head(s, at));
		buf_puts(b, how[i].ja);
		s = str_skip(s, at + strlen(how[i].en));
		if (s.n && s.p[s.n - 1] == ')')
			s.n--; /* else it was cut */
		term_text(b, s);
		buf_puts(b, "）");
		return;
	}
	term_text(b, s);
}
