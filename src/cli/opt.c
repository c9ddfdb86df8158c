/*
 * opt.c - option tables: the shared ones, look-up, values, nearest names.
 */
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../util/buf.h"
#include "cli.h"

#define SHARED(g, n, l, t, a, m, en, ja)                                       \
	{                                                                      \
		g,                                                             \
		{                                                              \
			n, l, t, a, offsetof(struct cli, m), en, ja            \
		}                                                              \
	}

static const struct shared_opt {
	unsigned group;
	struct opt opt;
} shared[] = {
	SHARED(SHARE_TALK, "lang", 0, OPT_CHOICE, "en|ja", lang_name,
	       "language of messages and reports (default: environment)",
	       "メッセージとレポートの言語（既定：環境変数）"),
	SHARED(SHARE_TALK, "color", 0, OPT_CHOICE, "auto|always|never",
	       color_name, "colours on the terminal", "端末の色付け"),
	SHARED(SHARE_TALK, "quiet", 'q', OPT_FLAG, NULL, quiet,
	       "say only what was asked for", "求められた出力だけを表示"),
	SHARED(SHARE_TALK, "verbose", 'v', OPT_FLAG, NULL, verbose,
	       "say more about what is done", "処理内容を詳しく表示"),
	SHARED(SHARE_RUN, "progress", 0, OPT_CHOICE, "auto|never",
	       progress_name, "progress on a terminal's stderr",
	       "端末の標準エラーに進捗を表示"),
	SHARED(SHARE_RUN, "summary", 0, OPT_STR, "FILE", summary,
	       "write a machine-readable summary of the run (JSON)",
	       "実行結果の要約（JSON）をファイルに書き出す"),
	SHARED(SHARE_TIME, "tz", 0, OPT_STR, "host|utc|NAME|±HH:MM", tz,
	       "zone of times shown to people and of --from, --to",
	       "表示と --from/--to の時間帯"),
	SHARED(SHARE_TIME, "from", 0, OPT_STR, "TIME", from,
	       "only events at or after this time",
	       "この時刻以後のイベントだけ"),
	SHARED(SHARE_TIME, "to", 0, OPT_STR, "TIME", to,
	       "only events before this time", "この時刻より前のイベントだけ"),
	SHARED(SHARE_RULES, "rules", 0, OPT_LIST, "DIR", rules,
	       "add the Sigma and YARA rules in DIR (repeatable)",
	       "DIR の Sigma・YARA ルールを追加（複数可）"),
	SHARED(SHARE_RULES, "no-builtin-rules", 0, OPT_FLAG, NULL,
	       no_builtin_rules, "leave out the built-in rules",
	       "内蔵ルールを使わない"),
	SHARED(SHARE_IOC, "ioc", 0, OPT_LIST, "FILE", ioc,
	       "look for the known indicators in FILE: CSV, STIX 2.1 or MISP "
	       "(repeatable)",
	       "FILE の侵害指標（CSV・STIX 2.1・MISP）を探す（複数可）"),
	SHARED(SHARE_WORK, "tmp", 0, OPT_STR, "DIR", tmp,
	       "directory for unnamed temporary files (default: TMPDIR, /tmp)",
	       "一時ファイルのディレクトリ（既定：TMPDIR、/tmp）"),
	SHARED(SHARE_WORK, "jobs", 'j', OPT_NUM, "N", jobs,
	       "worker processes (default: processors, at most 8)",
	       "ワーカープロセス数（既定：CPU 数、最大 8）"),
	SHARED(SHARE_FAIL, "fail-on", 0, OPT_CHOICES,
	       "respond|watch|note|incomplete", fail_on,
	       "exit with 1 when this, or worse, is met (repeatable)",
	       "指定した段階以上に該当すれば終了コード 1（複数可）"),
	SHARED(SHARE_HOST, "host", 0, OPT_LIST, "NAME=INPUT", host,
	       "whose evidence INPUT is, whatever it says itself",
	       "INPUT のホスト名を NAME とみなす（複数可）"),
	SHARED(SHARE_OPEN, "identity", 0, OPT_LIST, "FILE", identity,
	       "secret key that opens sealed inputs (repeatable)",
	       "封緘された入力を開く秘密鍵ファイル（複数可）"),
	SHARED(SHARE_AMOUNT, "profile", 0, OPT_CHOICE, "quick|standard|full",
	       amount.profile,
	       "quick: volatile state, persistence, core logs; standard "
	       "(default); full: + application data, every file hashed",
	       "quick：揮発情報・永続化・主要ログ、standard（既定）、full："
	       "アプリのデータと全ファイルのハッシュも"),
	SHARED(SHARE_AMOUNT, "path", 0, OPT_LIST, "GLOB", amount.path,
	       "copy these files too (repeatable)",
	       "追加で収集するファイル（複数可）"),
	SHARED(SHARE_AMOUNT, "exclude", 0, OPT_LIST, "GLOB", amount.exclude,
	       "neither read these files nor enter these directories "
	       "(repeatable)",
	       "読まないファイル、入らないディレクトリ（複数可）"),
	SHARED(SHARE_AMOUNT, "since", 0, OPT_STR, "TIME|7d", amount.since,
	       "leave out logs that ended before; keep this part of too long "
	       "ones",
	       "これより前に終わったログは除外。長いログはこの時刻付近を残す"),
	SHARED(SHARE_AMOUNT, "max-time", 0, OPT_TIME, "TIME", amount.max_time,
	       "end the collection after 90s, 10m, 2h",
	       "収集を打ち切る時間（90s、10m、2h など）"),
	SHARED(SHARE_AMOUNT, "max-output", 0, OPT_NUM, "SIZE",
	       amount.max_output, "most bytes of the archive",
	       "アーカイブの最大サイズ"),
	SHARED(SHARE_AMOUNT, "max-file", 0, OPT_NUM, "SIZE", amount.max_file,
	       "most data taken of one file (default 1G)",
	       "1 ファイルから収集する上限（既定 1G）"),
	SHARED(SHARE_AMOUNT, "max-content", 0, OPT_NUM, "SIZE",
	       amount.max_content,
	       "most data of programs that no package owns (default 1G)",
	       "パッケージ外プログラムの収集上限（既定 1G）"),
	SHARED(SHARE_AMOUNT, "fast", 0, OPT_FLAG, NULL, amount.fast,
	       "do not spare the host: normal priority, cache kept full",
	       "ホストへの配慮（低優先度・キャッシュ維持）をやめて速く収集"),
};
#define NSHARED (sizeof(shared) / sizeof(shared[0]))

struct found {
	const struct opt *opt;
	void *base;
};

static struct found find_opt(struct cli *c, const char *name, size_t n,
			     char letter)
{
	const struct opt *o = c->verb->opt;

	for (; o && o->en; o++)
		if (letter ? o->letter == letter
			   : o->name && strlen(o->name) == n &&
				     memcmp(o->name, name, n) == 0)
			return (struct found){ o, c->own };
	for (size_t i = 0; i < NSHARED; i++) {
		o = &shared[i].opt;
		if ((shared[i].group & c->verb->share) &&
		    (letter ? o->letter == letter
			    : strlen(o->name) == n &&
				      memcmp(o->name, name, n) == 0))
			return (struct found){ o, c };
	}
	return (struct found){ NULL, NULL };
}

static unsigned distance(const char *a, size_t na, const char *b)
{
	unsigned row[64], nb = (unsigned)strlen(b);

	if (nb >= 64 || na >= 64)
		return 64;
	for (unsigned k = 0; k <= nb; k++)
		row[k] = k;
	for (size_t i = 1; i <= na; i++) {
		unsigned diag = row[0];

		row[0] = (unsigned)i;
		for (unsigned k = 1; k <= nb; k++) {
			unsigned d = diag + (a[i - 1] != b[k - 1]);

			diag = row[k];
			if (row[k] + 1 < d)
				d = row[k] + 1;
			if (row[k - 1] + 1 < d)
				d = row[k - 1] + 1;
			row[k] = d;
		}
	}
	return row[nb];
}

void opt_nearer(const char *name, size_t n, const char *cand, const char **best,
		unsigned *at)
{
	unsigned d = cand ? distance(name, n, cand) : 64;

	if (d < *at) {
		*at = d;
		*best = cand;
	}
}

static int no_such_option(struct cli *c, const char *name, size_t n)
{
	const char *best = NULL;
	unsigned at = 64;

	for (const struct opt *o = c->verb->opt; o && o->en; o++)
		opt_nearer(name, n, o->name, &best, &at);
	for (size_t i = 0; i < NSHARED; i++)
		if (shared[i].group & c->verb->share)
			opt_nearer(name, n, shared[i].opt.name, &best, &at);
	if (!best)
		return cli_usage(c,
				 cli_tr(c, "%s has no option --%.*s",
					"%s にオプション --%.*s はありません"),
				 c->verb->name, (int)n, name);
	return cli_usage(c,
			 cli_tr(c,
				"%s has no option --%.*s; the nearest is --%s",
				"%s にオプション --%.*s "
				"はありません。近いものは --%s です"),
			 c->verb->name, (int)n, name, best);
}

static bool in_choices(const char *choices, const char *v)
{
	struct str rest = str_of(choices);

	while (rest.p)
		if (str_is(str_cut(&rest, '|'), v))
			return true;
	return false;
}

/* 90, 90s, 10m, 2h, 1d */
static bool seconds(const char *v, uint64_t *out)
{
	static const struct {
		char unit;
		uint64_t s;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	struct str s = str_of(v);
	uint64_t per = 1;

	for (size_t i = 0; s.n && i < 4; i++)
		if (s.p[s.n - 1] == units[i].unit) {
			per = units[i].s;
			s.n--;
			break;
		}
	return str_u64(s, out) && *out > 0 &&
	       !__builtin_mul_overflow(*out, per, out) &&
	       *out < INT64_MAX / 1000000000;
}

static bool number(const char *v, uint64_t *out)
{
	static const char unit[] = "KMGT";
	struct str s = str_of(v);
	const char *u = s.n ? strchr(unit, s.p[s.n - 1]) : NULL;

	if (u && *u)
		s.n--;
	if (!str_u64(s, out))
		return false;
	for (ptrdiff_t i = u && *u ? u - unit + 1 : 0; i > 0; i--)
		if (__builtin_mul_overflow(*out, 1024, out))
			return false;
	return true;
}

static void append(struct opt_list *l, const char *v)
{
	l->v = xrealloc(l->v, (l->n + 1) * sizeof(*l->v));
	l->v[l->n++] = v;
}

static int store(struct cli *c, struct found f, const char *v)
{
	char *at = (char *)f.base + f.opt->at;
	const char *name = f.opt->name ? f.opt->name : "";

	switch (f.opt->type) {
	case OPT_FLAG:
		*(bool *)(void *)at = true;
		return 0;
	case OPT_CHOICE:
	case OPT_CHOICES:
		if (!in_choices(f.opt->arg, v))
			return cli_usage(c,
					 cli_tr(c, "--%s takes %s, not `%s'",
						"--%s に指定できるのは %s "
						"です（`%s' は不可）"),
					 name, f.opt->arg, v);
		if (f.opt->type == OPT_CHOICES)
			append((struct opt_list *)(void *)at, v);
		else
			*(const char **)(void *)at = v;
		return 0;
	case OPT_LIST:
		append((struct opt_list *)(void *)at, v);
		return 0;
	case OPT_TIME:
		if (seconds(v, (uint64_t *)(void *)at))
			return 0;
		return cli_usage(c,
				 cli_tr(c,
					"--%s takes a time such as 90s, 10m or "
					"2h, not `%s'",
					"--%s には 90s、10m、2h "
					"のような時間を指定してください（`%s' "
					"は不可）"),
				 name, v);
	case OPT_SIZE:
		((struct opt_size *)(void *)at)->given = true;
		/* its number comes first */
		__attribute__((fallthrough));
	case OPT_NUM:
		if (!number(v, (uint64_t *)(void *)at))
			return cli_usage(
				c,
				cli_tr(c,
				       "--%s takes a number (500) or a size "
				       "(500M), not `%s'",
				       "--%s には数値（500）か大きさ（500M）を"
				       "指定してください（`%s' は不可）"),
				name, v);
		return 0;
	default:
		*(const char **)(void *)at = v;
		return 0;
	}
}

/* argv[i] is an option: stores it; the index of the last word used, or -1. */
static int one_option(struct cli *c, int argc, char **argv, int i)
{
	const char *w = argv[i], *v = NULL;
	bool is_long = w[1] == '-';
	size_t n = is_long ? strcspn(w + 2, "=") : 1;
	struct found f =
		is_long ? find_opt(c, w + 2, n, 0) : find_opt(c, NULL, 0, w[1]);

	if (!f.opt) {
		if (is_long)
			(void)no_such_option(c, w + 2, n);
		else
			(void)cli_usage(
				c,
				cli_tr(c, "%s has no option -%c",
				       "%s にオプション -%c はありません"),
				c->verb->name, w[1]);
		return -1;
	}
	if (is_long ? w[2 + n] == '=' : w[2] != '\0')
		v = is_long ? w + 3 + n : w + 2;
	if (f.opt->type == OPT_FLAG && v) {
		(void)cli_usage(
			c,
			cli_tr(c, "`%s': this option takes no value",
			       "「%s」：このオプションは値を取りません"),
			w);
		return -1;
	}
	if (f.opt->type != OPT_FLAG && !v) {
		if (i + 1 >= argc) {
			(void)cli_usage(c,
					cli_tr(c, "`%s' needs a value: %s",
					       "「%s」には値が必要です：%s"),
					w, f.opt->arg);
			return -1;
		}
		v = argv[++i];
	}
	return store(c, f, v) == 0 ? i : -1;
}

int opt_parse(struct cli *c, int argc, char **argv, int i)
{
	bool only_operands = false;

	c->arg = xmalloc((size_t)(argc + 1) * sizeof(*c->arg));
	for (; i < argc; i++) {
		if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0') {
			c->arg[c->narg++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_operands = true;
		} else {
			i = one_option(c, argc, argv, i);
			if (i < 0)
				return -1;
		}
	}
	if (c->narg < c->verb->min_arg || c->narg > c->verb->max_arg) {
		const char *more = c->narg > c->verb->max_arg
					   ? c->arg[c->verb->max_arg]
					   : NULL;

		(void)cli_usage(c,
				cli_tr(c, "%s%susage: konseki %s %s",
				       "%s%s使い方：konseki %s %s"),
				more ? more : "", more ? "? " : "",
				c->verb->name, c->verb->usage);
		return -1;
	}
	return 0;
}

const struct opt *opt_shared(size_t i, unsigned *group)
{
	if (i >= NSHARED)
		return NULL;
	*group = shared[i].group;
	return &shared[i].opt;
}
