/* cmd_doctor.c - before a run: what would be incomplete here, and why. */
#include <sys/utsname.h>
#include <unistd.h>

#include "../collect/doctor.h"
#include "../util/json_out.h"
#include "../util/term.h"
#include "konseki/exit.h"
#include "outfile.h"
#include "verb.h"

#define PATIENCE_S 900 /* longer: first the quick profile */

struct own {
	const char *summary;
};

static const struct opt opts[] = {
	{ "summary", 0, OPT_STR, "FILE", offsetof(struct own, summary),
	  "write what was found as JSON", "結果を JSON でファイルに書き出す" },
	OPT_END
};

static const struct {
	const char *json, *en, *ja;
} state[] = {
	[DOCTOR_OK] = { "ok", "ok        ", "問題なし" },
	[DOCTOR_NOTE] = { "note", "note      ", "留意　　" },
	[DOCTOR_GAP] = { "incomplete", "INCOMPLETE", "【欠落】" },
	[DOCTOR_UNKNOWN] = { "unknown", "cannot say", "確認不可" },
};

/* Nothing that a shell would read as more than a word. */
static bool plain_word(const char *s)
{
	return *s && *s != '-' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
			   "WXYZ0123456789._/-")] == '\0';
}

static void command(const struct doctor *d, struct buf *b)
{
	const char *quick =
		d->seconds[1] > PATIENCE_S ? " --profile quick" : "";
	struct utsname u;
	const char *host = "HOST";

	if (uname(&u) == 0 && plain_word(u.nodename) &&
	    !strchr(u.nodename, '/'))
		host = u.nodename;
	if (d->place && plain_word(d->place))
		buf_fmt(b, "%s./konseki collect -o %s%s",
			geteuid() ? "sudo " : "", d->place, quick);
	else
		buf_fmt(b,
			"ssh root@%s /dev/shm/konseki collect -o -%s "
			">%s.tar.zst",
			host, quick, host);
}

static void show_agents(const struct cli *c, const struct doctor *d,
			struct buf *b)
{
	for (size_t i = 0; i < d->nagent; i++)
		buf_fmt(b, "            %s: %s\n", d->agent[i].product->product,
			cli_tr(c, d->agent[i].product->notice,
			       d->agent[i].product->notice_ja));
}

static void show(const struct cli *c, const struct doctor *d, struct buf *b)
{
	for (size_t i = 0; i < d->nresult; i++) {
		const struct doctor_result *r = &d->result[i];
		const struct doctor_check *k = r->check;

		if (c->quiet && r->state == DOCTOR_OK)
			continue;
		buf_fmt(b, "%s  %s: ",
			cli_tr(c, state[r->state].en, state[r->state].ja),
			cli_tr(c, k->title, k->title_ja));
		term_text(b, str_of(cli_tr(c, r->en, r->ja)));
		buf_c(b, '\n');
		if (k->look == doctor_agents)
			show_agents(c, d, b);
		if (r->state != DOCTOR_OK && k->remedy)
			buf_fmt(b, "            -> %s\n",
				cli_tr(c, k->remedy, k->remedy_ja));
	}
	buf_puts(b, cli_tr(c, "\nCommand for this host:\n  ",
			   "\nこのホストでのコマンド：\n  "));
	command(d, b);
	buf_puts(b,
		 cli_tr(c,
			"\n  (with --recipient age1... the archive is sealed "
			"for your key; see konseki keygen)\n",
			"\n  （--recipient age1... "
			"を付けると公開鍵宛てに封緘。konseki keygen を参照）"
			"\n"));
}

static void json_result(struct buf *b, const struct doctor_result *r)
{
	buf_c(b, '{');
	json_kv_str(b, "id", str_of(r->check->id));
	json_kv_str(b, "state", str_of(state[r->state].json));
	json_kv_bool(b, "core", r->check->core);
	json_kv_str(b, "found", str_of(r->en));
	if (r->state != DOCTOR_OK && r->check->remedy)
		json_kv_str(b, "remedy", str_of(r->check->remedy));
	buf_c(b, '}');
}

static void summary(const struct doctor *d, int status, struct buf *b)
{
	struct buf line = { 0 };

	json_open(b);
	json_kv_i64(b, "status", status);
	json_key(b, "checks");
	for (size_t i = 0; i < d->nresult; i++) {
		buf_c(b, i ? ',' : '[');
		json_result(b, &d->result[i]);
	}
	buf_c(b, ']');
	json_key(b, "agents");
	buf_c(b, '[');
	for (size_t i = 0; i < d->nagent; i++) {
		if (i)
			buf_c(b, ',');
		buf_c(b, '{');
		json_kv_str(b, "product", str_of(d->agent[i].product->product));
		json_kv_str(b, "process", str_of(d->agent[i].product->name));
		json_kv_u64(b, "pid", d->agent[i].pid);
		json_kv_str(b, "notice", str_of(d->agent[i].product->notice));
		buf_c(b, '}');
	}
	buf_c(b, ']');
	command(d, &line);
	json_kv_str(b, "command", buf_view(&line));
	json_close(b);
	buf_free(&line);
}

static int run(struct cli *c)
{
	const struct own *own = c->own;
	struct doctor *d = xmalloc(sizeof(*d));
	struct buf b = { 0 };
	struct err err;
	int status;

	doctor_look(d);
	status = doctor_complete(d) ? KONSEKI_DONE : KONSEKI_INCOMPLETE;
	show(c, d, &b);
	if (!cli_out(b.p, b.n))
		status = KONSEKI_FAILED;
	buf_clear(&b);
	summary(d, status, &b);
	if (own->summary && outfile_write(own->summary, b.p, b.n, &err) < 0) {
		cli_fault(c, err.msg);
		status = KONSEKI_FAILED;
	}
	buf_free(&b);
	doctor_free(d);
	free(d);
	return status;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.usage = "[--summary FILE]",
	.en = "before a run: what would be incomplete here, and why",
	.ja = "実行前の確認：このホストで何がなぜ欠けるか",
	.share = SHARE_TALK,
	.opt = opts,
	.own_size = sizeof(struct own),
	.run = run,
};
