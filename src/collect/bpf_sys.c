/*
 * bpf_sys.c - the commands of bpf(2) that only ask, and the names of its
 * numbers (linux/bpf.h).  Numbers newer than the header stay numbers.
 */
#define _GNU_SOURCE
#include "bpf.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* clang-format off */
static const struct {
	int next, open;
} command[BPF_WHATS] = {
	[BPF_PROGRAM] = { BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID },
	[BPF_MAP] = { BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID },
	[BPF_LINK] = { BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID },
	[BPF_BTF] = { BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID },
};

const char *const bpf_what_name[BPF_WHATS] = {
	"program", "map", "link", "btf",
};

static const char *const program_type[] = {
	"unspec", "socket_filter", "kprobe", "sched_cls", "sched_act",
	"tracepoint", "xdp", "perf_event", "cgroup_skb", "cgroup_sock",
	"lwt_in", "lwt_out", "lwt_xmit", "sock_ops", "sk_skb", "cgroup_device",
	"sk_msg", "raw_tracepoint", "cgroup_sock_addr", "lwt_seg6local",
	"lirc_mode2", "sk_reuseport", "flow_dissector", "cgroup_sysctl",
	"raw_tracepoint_writable", "cgroup_sockopt", "tracing", "struct_ops",
	"ext", "lsm", "sk_lookup", "syscall", "netfilter",
};

static const char *const map_type[] = {
	"unspec", "hash", "array", "prog_array", "perf_event_array",
	"percpu_hash", "percpu_array", "stack_trace", "cgroup_array",
	"lru_hash", "lru_percpu_hash", "lpm_trie", "array_of_maps",
	"hash_of_maps", "devmap", "sockmap", "cpumap", "xskmap", "sockhash",
	"cgroup_storage", "reuseport_sockarray", "percpu_cgroup_storage",
	"queue", "stack", "sk_storage", "devmap_hash", "struct_ops", "ringbuf",
	"inode_storage", "task_storage", "bloom_filter", "user_ringbuf",
	"cgrp_storage", "arena",
};

static const char *const link_type[] = {
	"unspec", "raw_tracepoint", "tracing", "cgroup", "iter", "netns", "xdp",
	"perf_event", "kprobe_multi", "struct_ops", "netfilter", "tcx",
	"uprobe_multi", "netkit", "sockmap",
};

static const char *const attach_type[] = {
	"ingress", "egress", "sock_create", "sock_ops",
	"sk_skb_stream_parser", "sk_skb_stream_verdict", "device",
	"sk_msg_verdict", "bind4", "bind6", "connect4", "connect6",
	"post_bind4", "post_bind6", "sendmsg4", "sendmsg6", "lirc_mode2",
	"flow_dissector", "sysctl", "recvmsg4", "recvmsg6", "getsockopt",
	"setsockopt", "raw_tracepoint", "fentry", "fexit", "fmod_ret", "lsm",
	"iter", "getpeername4", "getpeername6", "getsockname4", "getsockname6",
	"xdp_devmap", "sock_release", "xdp_cpumap", "sk_lookup", "xdp",
	"sk_skb_verdict", "reuseport_select", "reuseport_migrate", "perf_event",
	"kprobe_multi", "lsm_cgroup", "struct_ops", "netfilter", "tcx_ingress",
	"tcx_egress", "uprobe_multi",
};
/* clang-format on */

#define NAME(table, n)                                                         \
	((n) < sizeof(table) / sizeof(table)[0] ? (table)[n] : "unknown")

const char *bpf_program_type(uint32_t n)
{
	return NAME(program_type, n);
}

const char *bpf_map_type(uint32_t n)
{
	return NAME(map_type, n);
}

const char *bpf_link_type(uint32_t n)
{
	return NAME(link_type, n);
}

const char *bpf_attach_type(uint32_t n)
{
	return NAME(attach_type, n);
}

/* Kernels refuse bytes they do not know unless these are 0. */
static int ask(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof *attr);
}

int bpf_next(enum bpf_what what, uint32_t id, uint32_t *next)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.start_id = id;
	if (ask(command[what].next, &a) < 0)
		return -1;
	*next = a.next_id;
	if (*next > id)
		return 0;
	errno = ENOENT; /* ids increase */
	return -1;
}

int bpf_by_id(enum bpf_what what, uint32_t id)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.prog_id = id; /* the same place for all kinds */
	return ask(command[what].open, &a);
}

int bpf_by_path(const char *path)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.pathname = (uint64_t)(uintptr_t)path;
	return ask(BPF_OBJ_GET, &a);
}

int bpf_info(int fd, void *info, size_t n)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = (uint32_t)n;
	a.info.info = (uint64_t)(uintptr_t)info;
	return ask(BPF_OBJ_GET_INFO_BY_FD, &a);
}

uint32_t bpf_of_task_fd(uint32_t pid, uint32_t fd)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.task_fd_query.pid = pid;
	a.task_fd_query.fd = fd;
	return ask(BPF_TASK_FD_QUERY, &a) < 0 ? 0 : a.task_fd_query.prog_id;
}

int bpf_of_cgroup(int fd, uint32_t attach, uint32_t *id, size_t max)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.query.target_fd = (uint32_t)fd;
	a.query.attach_type = attach;
	a.query.prog_ids = (uint64_t)(uintptr_t)id;
	a.query.prog_cnt = (uint32_t)max;
	if (ask(BPF_PROG_QUERY, &a) < 0)
		return -1;
	return a.query.prog_cnt < max ? (int)a.query.prog_cnt : (int)max;
}

int bpf_lookup(int map, const void *key, void *value)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.map_fd = (uint32_t)map;
	a.key = (uint64_t)(uintptr_t)key;
	a.value = (uint64_t)(uintptr_t)value;
	return ask(BPF_MAP_LOOKUP_ELEM, &a);
}
