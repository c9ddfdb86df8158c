/*
 * filecaps.c - struct vfs_cap_data (linux/capability.h):
 *   0 u32le magic: revision << 24, bit 0: effective
 *   4 permitted, inheritable: one pair of u32le (revision 1), else two
 *   20 u32le root uid (revision 3)
 */
#include "filecaps.h"

#include "../util/buf.h"
#include "../util/rd.h"

static const char *const name[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

static void names(struct buf *b, uint64_t set)
{
	size_t from = b->n;

	for (unsigned i = 0; i < 64; i++) {
		if (!(set >> i & 1))
			continue;
		if (b->n > from)
			buf_c(b, ',');
		if (i < sizeof(name) / sizeof(*name))
			buf_fmt(b, "cap_%s", name[i]);
		else
			buf_fmt(b, "cap_%u", i);
	}
}

struct str filecaps_text(struct str xattr, struct arena *a)
{
	struct rd r = rd_of(xattr);
	uint32_t magic = rd_u32le(&r, "magic");
	uint64_t permitted, inheritable;
	unsigned revision = magic >> 24;
	struct buf b = { 0 };
	struct str text;

	permitted = rd_u32le(&r, "permitted");
	inheritable = rd_u32le(&r, "inheritable");
	if (revision >= 2) {
		permitted |= (uint64_t)rd_u32le(&r, "permitted") << 32;
		inheritable |= (uint64_t)rd_u32le(&r, "inheritable") << 32;
	}
	if (!rd_ok(&r) || revision < 1 || revision > 3)
		return STR_NONE;
	names(&b, permitted);
	if (permitted)
		buf_puts(&b, magic & 1 ? "=ep" : "=p");
	if (inheritable) {
		if (b.n)
			buf_c(&b, ' ');
		names(&b, inheritable);
		buf_puts(&b, "=i");
	}
	text = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return text;
}
