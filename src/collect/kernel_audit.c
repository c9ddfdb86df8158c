/*
 * kernel_audit.c - the kernel's audit: whether it records, for whom, and by
 * which rules.  Two questions are asked (AUDIT_GET, AUDIT_LIST_RULES), which
 * change nothing; nothing is ever set and no place of auditd is taken.
 * A rule is linux/audit.h `struct audit_rule_data':
 *   0 u32 list   4 u32 action   8 u32 fields   12 u32 calls[64]
 *   268 u32 field[64]   524 u32 value[64]   780 u32 operator[64]
 *   1036 u32 nbuf   1040 text, of which fields take their value's bytes
 */
#include "kernel.h"
#include "netlink.h"

#include "../util/rd.h"

#include <errno.h>

#include <linux/audit.h>

#define MAX_FIELDS 64
#define MAX_RULES 10000u

static const struct {
	uint32_t id;
	const char *name;
	bool text;
} field[] = {
	{ 0, "pid", false },
	{ 1, "uid", false },
	{ 2, "euid", false },
	{ 3, "suid", false },
	{ 4, "fsuid", false },
	{ 5, "gid", false },
	{ 6, "egid", false },
	{ 7, "sgid", false },
	{ 8, "fsgid", false },
	{ 9, "auid", false },
	{ 10, "pers", false },
	{ 11, "arch", false },
	{ 12, "msgtype", false },
	{ 13, "subj_user", true },
	{ 14, "subj_role", true },
	{ 15, "subj_type", true },
	{ 16, "subj_sen", true },
	{ 17, "subj_clr", true },
	{ 18, "ppid", false },
	{ 19, "obj_user", true },
	{ 20, "obj_role", true },
	{ 21, "obj_type", true },
	{ 22, "obj_lev_low", true },
	{ 23, "obj_lev_high", true },
	{ 24, "loginuid_set", false },
	{ 25, "sessionid", false },
	{ 26, "fstype", false },
	{ 100, "devmajor", false },
	{ 101, "devminor", false },
	{ 102, "inode", false },
	{ 103, "exit", false },
	{ 104, "success", false },
	{ 105, "path", true },
	{ 106, "perm", false },
	{ 107, "dir", true },
	{ 108, "filetype", false },
	{ 109, "obj_uid", false },
	{ 110, "obj_gid", false },
	{ 111, "field_compare", false },
	{ 112, "exe", true },
	{ 113, "saddr_fam", false },
	{ 200, "a0", false },
	{ 201, "a1", false },
	{ 202, "a2", false },
	{ 203, "a3", false },
	{ 210, "key", true },
};

static const char *list_name(uint32_t n)
{
	static const char *const name[] = { "user",       "task",    "entry",
					    "watch",      "exit",    "exclude",
					    "filesystem", "io_uring" };

	return n < sizeof name / sizeof name[0] ? name[n] : "unknown";
}

static const char *operator_of(uint32_t n)
{
	switch (n & 0x78000000u) {
	case 0x40000000u:
		return "=";
	case 0x30000000u:
		return "!=";
	case 0x10000000u:
		return "<";
	case 0x20000000u:
		return ">";
	case 0x50000000u:
		return "<=";
	case 0x60000000u:
		return ">=";
	case 0x08000000u:
		return "&";
	case 0x48000000u:
		return "&=";
	default:
		return "?";
	}
}

static void calls(struct buf *out, const uint32_t mask[64])
{
	bool all = true, some = false;

	for (size_t i = 0; i < 63; i++)
		all &= mask[i] == UINT32_MAX;
	if (all) {
		buf_puts(out, " -S all");
		return;
	}
	for (uint32_t n = 0; n < 2048; n++)
		if (mask[n / 32] >> n % 32 & 1) {
			buf_fmt(out, "%s%u", some ? "," : " -S ", n);
			some = true;
		}
}

static void number(struct buf *out, uint32_t id, uint32_t v)
{
	static const char perm[] = "xwra";

	if (id == 106) {
		for (unsigned i = 0; i < 4; i++)
			if (v >> i & 1)
				buf_c(out, perm[i]);
	} else if (id == 11) {
		buf_fmt(out, "0x%x", v);
	} else {
		buf_i64(out, (int32_t)v);
	}
}

static void field_text(struct buf *out, uint32_t id, uint32_t v, uint32_t op,
		       struct rd *text)
{
	size_t i = 0;

	while (i < sizeof field / sizeof field[0] && field[i].id != id)
		i++;
	if (i == sizeof field / sizeof field[0])
		buf_fmt(out, " -F %u%s", id, operator_of(op));
	else
		buf_fmt(out, " -F %s%s", field[i].name, operator_of(op));
	if (i < sizeof field / sizeof field[0] && field[i].text)
		buf_str(out, rd_bytes(text, v, "text of a field"));
	else
		number(out, id, v);
}

bool kernel_audit_rule(struct str rule, struct buf *out)
{
	struct rd r = rd_of(rule), text;
	uint32_t list = rd_u32le(&r, "list"), action = rd_u32le(&r, "action");
	uint32_t n = rd_u32le(&r, "fields"), mask[64], id[64], v[64], op[64];

	for (size_t i = 0; i < 64; i++)
		mask[i] = rd_u32le(&r, "calls");
	for (size_t i = 0; i < 64; i++)
		id[i] = rd_u32le(&r, "field");
	for (size_t i = 0; i < 64; i++)
		v[i] = rd_u32le(&r, "value");
	for (size_t i = 0; i < 64; i++)
		op[i] = rd_u32le(&r, "operator");
	text = rd_sub(&r, rd_u32le(&r, "text"), "text");
	if (!rd_ok(&r) || n > MAX_FIELDS)
		return false;
	buf_fmt(out, "-a %s,%s", action == 0 ? "never" : "always",
		list_name(list & 0xf));
	calls(out, mask);
	for (uint32_t i = 0; i < n; i++)
		field_text(out, id[i], v[i], op[i], &text);
	return rd_ok(&text);
}

struct rules {
	struct kernel *k;
	unsigned n;
};

static bool rule(void *arg, uint16_t type, struct str p)
{
	struct rules *r = arg;
	struct buf text = { 0 };

	if (type == AUDIT_LIST_RULES && kernel_audit_rule(p, &text)) {
		kernel_value(r->k, "audit/rule", buf_view(&text));
		r->n++;
	}
	buf_free(&text);
	return r->n < MAX_RULES;
}

static bool state(void *arg, uint16_t type, struct str p)
{
	struct kernel *k = arg;
	uint32_t s[8];
	struct buf text = { 0 };

	if (type != AUDIT_GET || p.n < sizeof s)
		return true;
	memcpy(s, p.p, sizeof s);
	buf_fmt(&text,
		"enabled=%u failure=%u pid=%u rate_limit=%u backlog_limit=%u "
		"lost=%u backlog=%u",
		s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
	kernel_value(k, "audit/status", buf_view(&text));
	buf_free(&text);
	return false; /* nothing ends this answer */
}

void kernel_audit(struct kernel *k)
{
	struct rules r = { .k = k };
	struct netlink nl;
	int rc = -1, errnum;

	if (!netlink_known(probe_env(k->run)->proc, NETLINK_AUDIT)) {
		probe_status(k->run, STR("audit"), PROBE_ABSENT, 0, 0, 0);
		return;
	}
	if (netlink_open(&nl, NETLINK_AUDIT) == 0) {
		rc = netlink_ask(&nl, AUDIT_GET, NULL, 0, state, k);
		if (rc == 0)
			rc = netlink_ask(&nl, AUDIT_LIST_RULES, NULL, 0, rule,
					 &r);
		errnum = errno;
		netlink_close(&nl);
		errno = errnum;
	}
	errnum = rc < 0 ? errno : 0;
	probe_status(k->run, STR("audit"),
		     rc == 0                  ? PROBE_COLLECTED
		     : errnum == EPERM        ? PROBE_DENIED
		     : errnum == ECONNREFUSED ? PROBE_SKIPPED
					      : PROBE_FAILED,
		     errnum, r.n, 0);
}
