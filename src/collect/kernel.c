/*
 * kernel.c - settings of the running kernel that decide what it executes,
 * admits and logs, one row each; binfmt_misc entries among them.
 */
#include "live.h"
#include "probe.h"
#include "row.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define VALUE_MAX (64u << 10)

static const char *const setting[] = {
	/* below /proc */
	"cmdline",
	"version",
	"uptime",
	"loadavg",
	"sys/kernel/tainted",
	"sys/kernel/core_pattern",
	"sys/kernel/core_pipe_limit",
	"sys/kernel/modprobe",
	"sys/kernel/hotplug",
	"sys/kernel/poweroff_cmd",
	"sys/kernel/modules_disabled",
	"sys/kernel/kexec_load_disabled",
	"sys/kernel/kptr_restrict",
	"sys/kernel/dmesg_restrict",
	"sys/kernel/ftrace_enabled",
	"sys/kernel/unprivileged_bpf_disabled",
	"sys/kernel/yama/ptrace_scope",
	"sys/kernel/randomize_va_space",
	"sys/kernel/pid_max",
	"sys/kernel/hostname",
	"sys/kernel/domainname",
	"sys/kernel/random/boot_id",
	"sys/fs/suid_dumpable",
	"sys/net/ipv4/ip_forward",
	"sys/net/ipv6/conf/all/forwarding",
	"sys/vm/mmap_min_addr",
};

static const char *const security[] = {
	/* below / */
	"sys/kernel/security/lsm",
	"sys/kernel/security/lockdown",
	"sys/fs/selinux/enforce",
	"sys/kernel/uevent_helper",
};

struct kernel {
	struct probe_run *run;
	struct buf row, text;
	uint64_t count, denied;
	int errnum;
};

static void value_row(struct kernel *k, const char *name)
{
	buf_clear(&k->row);
	json_open(&k->row);
	row_str(&k->row, KEY_K_KERNEL_NAME, str_of(name));
	row_str(&k->row, KEY_K_KERNEL_VALUE, str_trim(buf_view(&k->text)));
	json_close(&k->row);
	probe_row(k->run, "kernel", buf_view(&k->row));
	k->count++;
}

static void missing(struct kernel *k)
{
	if (errno != EACCES && errno != EPERM)
		return; /* another kernel, another configuration */
	k->denied++;
	k->errnum = errno;
}

/* /proc/sys/fs/binfmt_misc/<name>: interpreters by magic number.  Looking
 * into the directory would mount it where an automount stands. */
static void binfmt(struct kernel *k, int proc)
{
	struct buf names = { 0 };
	struct str left;
	char path[320];

	if (live_read(proc, "self/mountinfo", 16u << 20, &k->text) < 0 ||
	    !str_has(buf_view(&k->text), STR(" - binfmt_misc ")))
		return;
	if (live_list(proc, "sys/fs/binfmt_misc", &names) < 0) {
		missing(k);
		return;
	}
	for (left = buf_view(&names); left.p && left.n;) {
		struct str name = str_cut(&left, '\0');

		if (name.n == 0 || str_is(name, "register"))
			continue;
		snprintf(path, sizeof path, "sys/fs/binfmt_misc/" STR_FMT,
			 STR_ARG(str_head(name, 255)));
		if (live_read(proc, path, VALUE_MAX, &k->text) >= 0)
			value_row(k, path);
	}
	buf_free(&names);
}

static void run_kernel(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct kernel k = { .run = run };

	if (!probe_item(run, 1, STR("/proc/sys")))
		return;
	for (size_t i = 0; i < sizeof setting / sizeof setting[0]; i++)
		if (live_read(env->proc, setting[i], VALUE_MAX, &k.text) >= 0)
			value_row(&k, setting[i]);
		else
			missing(&k);
	for (size_t i = 0; i < sizeof security / sizeof security[0]; i++)
		if (live_read_in(env->root, security[i], VALUE_MAX, &k.text) >=
		    0)
			value_row(&k, security[i]);
		else
			missing(&k);
	binfmt(&k, env->proc);
	if (k.denied)
		probe_status(run, STR("settings"), PROBE_DENIED, k.errnum,
			     k.denied, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, k.count, 0);
	buf_free(&k.row);
	buf_free(&k.text);
}

const struct probe probe_kernel = {
	.name = "kernel",
	.title = "settings of the running kernel",
	.title_ja = "動作中カーネルの設定",
	.stream = "live/kernel",
	.reads = "/proc/{cmdline,version,uptime,loadavg,sys/…}, "
		 "/sys/kernel/security/{lsm,lockdown}, binfmt_misc",
	.live_only = true,
	.run = run_kernel,
};
