/* tally.c - the account of a collection as one JSON object. */
#include "tally.h"

#include "../collect/status.h"
#include "../util/json_out.h"
#include "konseki/exit.h"
#include "outfile.h"

static void put_digest(struct buf *b, const char *key, const unsigned char *d)
{
	json_key(b, key);
	buf_c(b, '"');
	buf_hex(b, d, SHA256_LEN);
	buf_c(b, '"');
}

static void account(struct buf *b, const struct collect_account *a)
{
	json_open(b);
	json_kv_str(b, a->glob ? "group" : "probe", str_of(a->name));
	if (a->glob)
		json_kv_str(b, "glob", str_of(a->glob));
	if (a->core)
		json_kv_str(b, "core", str_of(a->core));
	json_kv_str(b, "status",
		    str_of(a->told ? status_name(a->state) : NOT_BEGUN));
	if (a->errnum)
		json_kv_i64(b, "errno", a->errnum);
	json_kv_u64(b, "count", a->count);
	json_kv_u64(b, "bytes", a->bytes);
	json_kv_i64(b, "duration_ns", a->duration_ns);
	buf_c(b, '}');
}

/* Live sources, or path rules: what each gave. */
static void accounts(struct buf *b, const char *key,
		     const struct collect_result *r, bool rules)
{
	size_t n = 0;

	json_key(b, key);
	buf_c(b, '[');
	for (size_t i = 0; i < r->naccount; i++) {
		if ((r->account[i].glob != NULL) != rules)
			continue;
		if (n++)
			buf_c(b, ',');
		account(b, &r->account[i]);
	}
	buf_c(b, ']');
}

static void summary_text(struct buf *b, const struct collect_result *r,
			 int status)
{
	json_open(b);
	json_kv_str(b, "tool", STR("konseki " KONSEKI_VERSION));
	json_kv_str(b, "verb", STR("collect"));
	json_kv_i64(b, "exit", status);
	json_kv_str(b, "path", str_of(r->path));
	put_digest(b, "sha256", r->file_sha256);
	put_digest(b, "seal_sha256", r->seal_sha256);
	json_kv_bool(b, "interrupted", r->interrupted);
	json_kv_str(b, "stopped", str_of(r->stopped));
	json_kv_str(b, "noatime", str_of(r->noatime));
	json_kv_u64(b, "members", r->nmember);
	json_kv_u64(b, "objects", r->nfile);
	json_kv_u64(b, "bytes_in", r->bytes_in);
	json_kv_u64(b, "bytes_out", r->bytes_out);
	json_kv_i64(b, "duration_ns", r->duration_ns);
	json_key(b, "status");
	json_open(b);
	for (unsigned i = 0; i < PROBE_STATES; i++)
		json_kv_u64(b, status_name(i), r->state[i]);
	buf_c(b, '}');
	json_key(b, "incomplete");
	buf_c(b, '[');
	for (size_t i = 0; i < r->ngap; i++) {
		buf_puts(b, i ? ",{" : "{");
		json_kv_str(b, "group", str_of(r->gap[i].group));
		json_kv_str(b, "why", str_of(r->gap[i].why));
		buf_c(b, '}');
	}
	buf_c(b, ']');
	accounts(b, "probes", r, false);
	accounts(b, "rules", r, true);
	json_close(b);
}

int tally_write(const struct cli *c, const struct collect_result *r, int status,
		struct err *err)
{
	struct buf b = { 0 };
	int rc;

	if (!c->summary)
		return 0;
	summary_text(&b, r, status);
	rc = outfile_write(c->summary, b.p, b.n, err);
	buf_free(&b);
	return rc;
}
