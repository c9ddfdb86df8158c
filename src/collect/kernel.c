/*
 * kernel.c - settings of the running kernel that decide what it executes,
 * admits and logs, one row each; entries of binfmt_misc, release agents and
 * rules of the audit among them.
 */
#include "kernel.h"
#include "live.h"

#include "../host/mountinfo.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

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

void kernel_value(struct kernel *k, const char *name, struct str value)
{
	buf_clear(&k->row);
	json_open(&k->row);
	row_str(&k->row, KEY_K_KERNEL_NAME, str_of(name));
	row_str(&k->row, KEY_K_KERNEL_VALUE, str_trim(value));
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
			kernel_value(k, path, buf_view(&k->text));
	}
	buf_free(&names);
}

static void settings(struct kernel *k, const struct collect_env *env)
{
	static const char helper[] = "sys/kernel/uevent_helper";
	int proc = env->proc;

	for (size_t i = 0; i < sizeof setting / sizeof setting[0]; i++)
		if (live_read(proc, setting[i], VALUE_MAX, &k->text) >= 0)
			kernel_value(k, setting[i], buf_view(&k->text));
		else
			missing(k);
	if (live_read_in(env->root, helper, VALUE_MAX, &k->text) >= 0 &&
	    str_trim(buf_view(&k->text)).n)
		kernel_value(k, helper, buf_view(&k->text));
}

/* Control groups of version 1 run a program when one becomes empty. */
static void agents(struct kernel *k, const struct collect_env *env)
{
	struct mounts_options opt = { .root = STR("/") };
	struct arena a = { 0 };
	struct mounts m = { 0 };
	char path[PATH_MAX];

	if (live_read(env->proc, "self/mountinfo", 16u << 20, &k->text) >= 0)
		mounts_read(buf_view(&k->text), &opt, &a, &m);
	for (size_t i = 0; i < m.nmount; i++) {
		if (!str_is(m.mount[i].type, "cgroup"))
			continue;
		snprintf(path, sizeof path, STR_FMT "/release_agent",
			 STR_ARG(str_skip(m.mount[i].point, 1)));
		if (live_read_in(env->root, path, VALUE_MAX, &k->text) < 0)
			missing(k);
		else if (str_trim(buf_view(&k->text)).n)
			kernel_value(k, path, buf_view(&k->text));
	}
	arena_free(&a);
}

static void run_kernel(struct probe_run *run)
{
	const struct collect_env *env = probe_env(run);
	struct kernel k = { .run = run };
	struct text_tally t = { .run = run };

	if (probe_item(run, 1, STR("/proc/sys")))
		settings(&k, env);
	if (probe_item(run, 2, STR("binfmt_misc")))
		binfmt(&k, env->proc);
	if (probe_item(run, 3, STR("release_agent")))
		agents(&k, env);
	if (probe_item(run, 4, STR("audit")))
		kernel_audit(&k);
	if (probe_item(run, 5, STR("/sys")))
		kernel_trust(&k, &t);
	if (probe_item(run, 6, STR("/proc")))
		kernel_texts(&k, &t);
	if (k.denied)
		probe_status(run, STR("settings"), PROBE_DENIED, k.errnum,
			     k.denied, 0);
	if (t.count)
		probe_status(run, STR("texts"), PROBE_COLLECTED, 0, t.count,
			     t.bytes);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, k.count, 0);
	buf_free(&t.text);
	buf_free(&k.row);
	buf_free(&k.text);
}

const struct probe probe_kernel = {
	.name = "kernel",
	.title = "settings of the running kernel, its own texts, audit rules",
	.title_ja = "動作中カーネルの設定・自己申告・監査ルール",
	.stream = "live/kernel",
	.reads = "/proc/sys, texts of /proc, binfmt_misc, audit netlink, "
		 "release_agent, /sys/kernel/security, /sys/fs/selinux, "
		 "efivars, adjtimex(2)",
	.live_only = true,
	.run = run_kernel,
};
