/*
 * bpf_link.c - what a link attaches to what: a program to a function, a
 * tracepoint, an interface, a control group.
 */
#include "bpf.h"
#include "btf.h"
#include "live.h"
#include "row.h"

#include <stdio.h>
#include <unistd.h>

#define BTF_MAX (64u << 20)

struct link {
	const struct collect_env *env;
	struct buf *vmlinux, *row;
};

struct link_info { /* struct bpf_link_info, of any header */
	uint32_t type, id, prog, pad;
	uint32_t word[28];
};

/* Is this object the kernel's own BTF, not a module's? */
static bool of_vmlinux(uint32_t id)
{
	struct {
		uint64_t btf;
		uint32_t size, id;
		uint64_t name;
		uint32_t nname, kernel;
	} info = { .btf = 0 };
	char name[64] = "";
	int fd = bpf_by_id(BPF_BTF, id);
	bool yes;

	info.name = (uint64_t)(uintptr_t)name;
	info.nname = sizeof name - 1;
	yes = fd >= 0 && bpf_info(fd, &info, sizeof info) == 0 && info.kernel &&
	      strcmp(name, "vmlinux") == 0;
	if (fd >= 0)
		close(fd);
	return yes;
}

/* A function by the number of its type: attach, object, type. */
static void traced(struct link *k, const struct link_info *l, char *text,
		   size_t n)
{
	const uint32_t *w = l->word;
	struct str name = STR_NONE;

	if (of_vmlinux(w[1])) {
		if (k->vmlinux->n == 0)
			(void)live_read_in(k->env->root,
					   "sys/kernel/btf/vmlinux", BTF_MAX,
					   k->vmlinux);
		name = btf_name(buf_view(k->vmlinux), w[2]);
	}
	if (name.n)
		snprintf(text, n, "%s " STR_FMT, bpf_attach_type(w[0]),
			 STR_ARG(str_head(name, 200)));
	else
		snprintf(text, n, "%s btf %u type %u", bpf_attach_type(w[0]),
			 w[1], w[2]);
}

static void target_row(struct link *k, const struct link_info *l,
		       const char *name)
{
	const uint32_t *w = l->word;
	const char *type = bpf_link_type(l->type);
	char text[320] = "";

	if (name[0])
		snprintf(text, sizeof text, "%s", name);
	else if (strcmp(type, "cgroup") == 0)
		snprintf(text, sizeof text, "cgroup %llu %s",
			 (unsigned long long)w[1] << 32 | w[0],
			 bpf_attach_type(w[2]));
	else if (strcmp(type, "netns") == 0)
		snprintf(text, sizeof text, "net:[%u] %s", w[0],
			 bpf_attach_type(w[1]));
	else if (strcmp(type, "tracing") == 0)
		traced(k, l, text, sizeof text);
	else if (strcmp(type, "xdp") == 0 || strcmp(type, "tcx") == 0 ||
		 strcmp(type, "netkit") == 0)
		row_u64(k->row, KEY_K_INTERFACE_INDEX, w[0]);
	if (text[0])
		row_str(k->row, KEY_K_BPF_TARGET, str_of(text));
}

/* The name of a tracepoint, function or file is written where we say. */
static void name_of(int fd, struct link_info *l, char name[256])
{
	uint64_t at = (uint64_t)(uintptr_t)name;
	bool raw = strcmp(bpf_link_type(l->type), "raw_tracepoint") == 0;
	bool perf = strcmp(bpf_link_type(l->type), "perf_event") == 0;
	struct link_info ask = { 0 };
	size_t off = raw ? 0 : 2; /* perf_event: its own type, then these */

	name[0] = '\0';
	if (!raw && !perf)
		return;
	memcpy(&ask.word[off], &at, sizeof at);
	ask.word[off + 2] = 255;
	if (bpf_info(fd, &ask, sizeof ask) == 0)
		*l = ask;
	name[255] = '\0';
}

bool bpf_link_fields(const struct collect_env *env, int fd, struct buf *vmlinux,
		     struct buf *row)
{
	struct link k = { env, vmlinux, row };
	struct link_info l = { 0 };
	char name[256] = "";

	if (bpf_info(fd, &l, sizeof l) < 0)
		return false;
	name_of(fd, &l, name);
	row_str(row, KEY_K_BPF_TYPE, str_of(bpf_link_type(l.type)));
	row_u64(row, KEY_K_BPF_PROGRAM, l.prog);
	target_row(&k, &l, name);
	return true;
}
