/*
 * collect/bpf.h - eBPF objects of the kernel and who holds them, as bpf(2)
 * tells.  Nothing is loaded, attached, pinned or written.
 */
#ifndef COLLECT_BPF_H
#define COLLECT_BPF_H

#include "probe.h"
#include "../util/buf.h"

#include <linux/bpf.h>

enum bpf_what { BPF_PROGRAM, BPF_MAP, BPF_LINK, BPF_BTF, BPF_WHATS };
extern const char *const bpf_what_name[BPF_WHATS];

/* bpf_sys.c.  The next id after `id' (0 at first): 0, or -1 with errno,
 * ENOENT at the end. */
int bpf_next(enum bpf_what, uint32_t id, uint32_t *next);
int bpf_by_id(enum bpf_what, uint32_t id); /* a descriptor, -1 */
int bpf_by_path(const char *path);         /* of a pin */
int bpf_info(int fd, void *info, size_t n);
/* The program behind a perf event or raw tracepoint of a process, 0. */
uint32_t bpf_of_task_fd(uint32_t pid, uint32_t fd);
/* Programs attached to a control group; how many, -1 with errno. */
int bpf_of_cgroup(int fd, uint32_t attach, uint32_t *id, size_t max);
int bpf_lookup(int map, const void *key, void *value);
const char *bpf_program_type(uint32_t);
const char *bpf_map_type(uint32_t);
const char *bpf_link_type(uint32_t);
const char *bpf_attach_type(uint32_t);

/* What keeps an object: a descriptor of a process, a pin, an attachment. */
struct bpf_holder {
	enum bpf_what what;
	uint32_t id;
	uint32_t pid; /* 0: `text' says what */
	bool attached;
	size_t text, ntext; /* in bpf_held.text */
};

struct bpf_held {
	struct bpf_holder *holder; /* by kind, id, as they were found */
	size_t n, cap;
	struct buf text;
	uint64_t denied; /* processes whose descriptors are not shown */
	uint64_t unseen; /* bpffs of other mount namespaces, pins not asked */
	uint64_t pins;
	struct bpf_holder none; /* what is written to when no more is kept */
};

/* bpf_held.c; cgroups: also what is attached to control groups. */
void bpf_held_read(const struct collect_env *, bool cgroups, struct bpf_held *);
void bpf_held_free(struct bpf_held *);
bool bpf_is_held(const struct bpf_held *, enum bpf_what, uint32_t id);

/*
 * bpf_link.c: adds type, program and target of a link to a row; vmlinux keeps
 * the kernel's BTF from call to call.  False when it is gone.
 */
bool bpf_link_fields(const struct collect_env *, int fd, struct buf *vmlinux,
		     struct buf *row);

/*
 * bpf_orphan.c: programs that trace and that nothing has held three times
 * over 100 ms, malloc'ed; held is the first look.  False when not every
 * possible holder could be asked.
 */
bool bpf_orphans(const struct collect_env *, const struct bpf_held *,
		 uint32_t **id, size_t *n);

/* bpf_code.c: instructions as the kernel shows them, 8 bytes each. */
struct bpf_symbols {
	uint64_t base; /* of helpers; 0: addresses are not shown */
	struct {
		uint64_t addr;
		size_t name, nname;
	} * symbol; /* by address */
	size_t n, cap;
	struct buf text;
};
void bpf_symbols_read(const struct collect_env *, struct bpf_symbols *);
void bpf_symbols_free(struct bpf_symbols *);
/*
 * SHA-256 without what differs from load to load: ids of maps, addresses of
 * calls.
 */
void bpf_code_hash(struct str code, unsigned char out[32]);
/* Names of the helpers it calls, once each, as NUL-ended pieces. */
void bpf_code_helpers(struct str code, const struct bpf_symbols *,
		      struct buf *list);

#endif
