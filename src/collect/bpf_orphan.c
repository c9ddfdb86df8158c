/*
 * bpf_orphan.c - programs that trace the kernel and that nothing holds.  Such
 * a program runs only while a descriptor, a pin, a link, a perf event or a
 * table of tail calls keeps it; programs of sockets, devices and control
 * groups live by these and are not asked about.
 */
#include "bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 3
#define PAUSE_NS 60000000
#define PROGRAMS_MAX 65536u
#define TAIL_CALLS_MAX 4096u

static bool traces(uint32_t type)
{
	switch (type) {
	case BPF_PROG_TYPE_KPROBE:
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
		return true;
	default:
		return false;
	}
}

struct set {
	uint32_t *id;
	size_t n, cap;
};

static void set_add(struct set *s, uint32_t id)
{
	vec_grow(&s->id, &s->cap, s->n + 1, sizeof *s->id);
	s->id[s->n++] = id;
}

static bool set_has(const struct set *s, uint32_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->id[i] == id)
			return true;
	return false;
}

/* Programs that links and tables of tail calls keep; false: not all seen. */
static bool kept_by_kernel(struct set *kept)
{
	uint32_t id = 0, prog;
	bool sure = true; /* of every table all was read */

	while (bpf_next(BPF_LINK, id, &id) == 0) {
		struct bpf_link_info l;
		int fd = bpf_by_id(BPF_LINK, id);

		memset(&l, 0, sizeof l);
		if (fd >= 0 && bpf_info(fd, &l, sizeof l) == 0)
			set_add(kept, l.prog_id);
		if (fd >= 0)
			close(fd);
	}
	if (errno != ENOENT)
		return false; /* before 5.8: no links can be listed */
	for (id = 0; bpf_next(BPF_MAP, id, &id) == 0;) {
		struct bpf_map_info m;
		int fd = bpf_by_id(BPF_MAP, id);

		memset(&m, 0, sizeof m);
		if (fd >= 0 && bpf_info(fd, &m, sizeof m) == 0 &&
		    m.type == BPF_MAP_TYPE_PROG_ARRAY) {
			sure &= m.max_entries <= TAIL_CALLS_MAX;
			for (uint32_t k = 0;
			     k < m.max_entries && k < TAIL_CALLS_MAX; k++)
				if (bpf_lookup(fd, &k, &prog) == 0)
					set_add(kept, prog);
		}
		if (fd >= 0)
			close(fd);
	}
	return sure && errno == ENOENT;
}

static bool program_traces(uint32_t id)
{
	struct bpf_prog_info p;
	int fd = bpf_by_id(BPF_PROGRAM, id);
	bool yes;

	memset(&p, 0, sizeof p);
	yes = fd >= 0 && bpf_info(fd, &p, sizeof p) == 0 && traces(p.type);
	if (fd >= 0)
		close(fd);
	return yes;
}

static bool look(const struct bpf_held *held, struct set *out)
{
	struct set kept = { 0 };
	bool sure =
		held->denied == 0 && held->unseen == 0 && kept_by_kernel(&kept);
	uint32_t id = 0;

	while (sure && out->n < PROGRAMS_MAX &&
	       bpf_next(BPF_PROGRAM, id, &id) == 0)
		if (!bpf_is_held(held, BPF_PROGRAM, id) &&
		    !set_has(&kept, id) && program_traces(id))
			set_add(out, id);
	free(kept.id);
	return sure;
}

bool bpf_orphans(const struct collect_env *env, const struct bpf_held *held,
		 uint32_t **id, size_t *n)
{
	struct timespec pause = { 0, PAUSE_NS };
	struct set always = { 0 };
	bool sure = look(held, &always);

	for (int i = 1; i < ROUNDS && sure && always.n; i++) {
		struct bpf_held again = { 0 };
		struct set now = { 0 };
		size_t k = 0;

		(void)nanosleep(&pause, NULL);
		bpf_held_read(env, false, &again);
		sure = look(&again, &now);
		for (size_t j = 0; j < always.n; j++)
			if (set_has(&now, always.id[j]))
				always.id[k++] = always.id[j];
		always.n = k;
		free(now.id);
		bpf_held_free(&again);
	}
	*id = always.id;
	*n = sure ? always.n : 0;
	return sure;
}
