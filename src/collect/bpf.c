/*
 * bpf.c - the bpf probe: programs, maps, links of the kernel, each with what
 * holds it.  A program that traces and that nothing holds any more is stated
 * as orphan, when it was so three times over 100 ms and every possible holder
 * could be asked.
 */
#include "bpf.h"
#include "row.h"

#include "../util/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define OBJECTS_MAX 65536u
#define MAPS_MAX 64         /* of a program; the kernel's own limit */
#define LIST_MAX 16         /* holders in a row */
#define CODE_MAX (8u << 20) /* a program has at most 1 M instructions */
#define COPY_MAX (64u << 10)
#define COPIES_MAX (8u << 20)

struct ids {
	uint32_t *id;
	size_t n, cap;
	int errnum; /* 0: all of them */
};

struct bpf {
	struct probe_run *run;
	const struct collect_env *env;
	struct ids ids[BPF_WHATS];
	struct bpf_held held;
	struct bpf_symbols symbols;
	struct buf row, list;
	struct buf vmlinux; /* BTF of the kernel, once it is wanted */
	uint32_t *orphan;   /* programs, ascending */
	size_t norphan;
	uint64_t count, copied;
};

static void list_ids(enum bpf_what what, struct ids *l)
{
	uint32_t id = 0;

	while (l->n < OBJECTS_MAX && bpf_next(what, id, &id) == 0) {
		vec_grow(&l->id, &l->cap, l->n + 1, sizeof *l->id);
		l->id[l->n++] = id;
	}
	if (l->n < OBJECTS_MAX && errno != ENOENT)
		l->errnum = errno;
}

static void open_row(struct bpf *b, enum bpf_what what, uint32_t id)
{
	buf_clear(&b->row);
	json_open(&b->row);
	row_str(&b->row, KEY_K_BPF_OBJECT, str_of(bpf_what_name[what]));
	row_u64(&b->row, KEY_K_BPF_ID, id);
}

static void send(struct bpf *b)
{
	json_close(&b->row);
	probe_row(b->run, "bpf", buf_view(&b->row));
	b->count++;
}

/* Processes, pins and attachments, in lists of their own. */
static void holders_row(struct bpf *b, enum bpf_what what, uint32_t id)
{
	static const enum key key[] = { KEY_K_BPF_OWNERS, KEY_K_BPF_PINNED,
					KEY_K_BPF_ATTACHED };
	uint32_t first = 0, last = 0;

	for (size_t k = 0; k < 3; k++) {
		size_t n = 0;

		buf_clear(&b->list);
		for (size_t i = 0; i < b->held.n && n < LIST_MAX; i++) {
			const struct bpf_holder *h = &b->held.holder[i];

			if (h->what != what || h->id != id ||
			    k != (h->pid        ? 0u
				  : h->attached ? 2u
						: 1u) ||
			    (h->pid && h->pid == last))
				continue;
			last = h->pid;
			if (h->pid) {
				first = first ? first : h->pid;
				buf_u64(&b->list, h->pid);
			} else {
				buf_str(&b->list,
					str_mem(b->held.text.p + h->text,
						h->ntext));
			}
			buf_c(&b->list, '\0');
			n++;
		}
		row_key_list(&b->row, key[k], buf_view(&b->list));
	}
	if (first)
		row_u64(&b->row, KEY_PROCESS_PID, first);
}

static void name_row(struct bpf *b, const char name[BPF_OBJ_NAME_LEN])
{
	struct str s = str_mem(name, BPF_OBJ_NAME_LEN);

	s = str_head(s, str_chr(s, '\0'));
	if (s.n)
		row_str(&b->row, KEY_K_BPF_NAME, s);
}

static void copy_code(struct bpf *b, uint32_t id, struct str code)
{
	char name[48];
	struct member m = { .mode = 0600,
			    .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN,
			    .size = code.n };

	if (code.n == 0 || code.n > COPY_MAX || b->copied > COPIES_MAX)
		return;
	snprintf(name, sizeof name, "live/bpf/program-%u.bin", id);
	m.name = str_of(name);
	probe_member(b->run, &m, -1, code);
	b->copied += code.n;
}

static void code_row(struct bpf *b, uint32_t id, struct str code)
{
	unsigned char digest[SHA256_LEN];
	struct buf hex = { 0 };

	if (code.n == 0)
		return;
	bpf_code_hash(code, digest);
	buf_hex(&hex, digest, sizeof digest);
	row_str(&b->row, KEY_K_BPF_SHA256, buf_view(&hex));
	buf_clear(&b->list);
	bpf_code_helpers(code, &b->symbols, &b->list);
	row_key_list(&b->row, KEY_K_BPF_HELPERS, buf_view(&b->list));
	copy_code(b, id, code);
	buf_free(&hex);
}

static bool is_orphan(const struct bpf *b, uint32_t id)
{
	for (size_t i = 0; i < b->norphan; i++)
		if (b->orphan[i] == id)
			return true;
	return false;
}

static void program_fields(struct bpf *b, const struct bpf_prog_info *p,
			   const uint32_t map[MAPS_MAX])
{
	struct buf hex = { 0 };

	row_str(&b->row, KEY_K_BPF_TYPE, str_of(bpf_program_type(p->type)));
	name_row(b, p->name);
	buf_hex(&hex, p->tag, sizeof p->tag);
	row_str(&b->row, KEY_K_BPF_TAG, buf_view(&hex));
	buf_free(&hex);
	row_id(&b->row, KEY_USER_ID, p->created_by_uid);
	if (p->load_time && b->env->boot_ns)
		row_u64(&b->row, KEY_K_BPF_LOADED,
			b->env->boot_ns + p->load_time);
	row_bool(&b->row, KEY_K_BPF_GPL, p->gpl_compatible);
	row_u64(&b->row, KEY_K_BPF_JITED_SIZE, p->jited_prog_len);
	row_u64(&b->row, KEY_K_BPF_XLATED_SIZE, p->xlated_prog_len);
	if (p->ifindex)
		row_u64(&b->row, KEY_K_INTERFACE_INDEX, p->ifindex);
	buf_clear(&b->list);
	for (uint32_t i = 0; i < p->nr_map_ids && i < MAPS_MAX; i++) {
		buf_u64(&b->list, map[i]);
		buf_c(&b->list, '\0');
	}
	row_key_list(&b->row, KEY_K_BPF_MAPS, buf_view(&b->list));
}

static bool program_row(struct bpf *b, int fd, uint32_t id)
{
	struct bpf_prog_info p;
	uint32_t map[MAPS_MAX] = { 0 }, ncode;
	char *code = NULL;

	memset(&p, 0, sizeof p);
	if (bpf_info(fd, &p, sizeof p) < 0)
		return false;
	ncode = p.xlated_prog_len <= CODE_MAX ? p.xlated_prog_len : 0;
	memset(&p, 0, sizeof p);
	p.nr_map_ids = MAPS_MAX;
	p.map_ids = (uint64_t)(uintptr_t)map;
	if (ncode) {
		code = xmalloc(ncode);
		p.xlated_prog_insns = (uint64_t)(uintptr_t)code;
		p.xlated_prog_len = ncode;
	}
	if (bpf_info(fd, &p, sizeof p) < 0) {
		free(code);
		return false;
	}
	open_row(b, BPF_PROGRAM, id);
	program_fields(b, &p, map);
	/* 0 where the kernel keeps its code to itself */
	code_row(b, id, p.xlated_prog_insns ? str_mem(code, ncode) : STR_NONE);
	holders_row(b, BPF_PROGRAM, id);
	if (is_orphan(b, id))
		row_bool(&b->row, KEY_K_BPF_ORPHAN, true);
	send(b);
	free(code);
	return true;
}

static bool map_row(struct bpf *b, int fd, uint32_t id)
{
	struct bpf_map_info m;

	memset(&m, 0, sizeof m);
	if (bpf_info(fd, &m, sizeof m) < 0)
		return false;
	open_row(b, BPF_MAP, id);
	row_str(&b->row, KEY_K_BPF_TYPE, str_of(bpf_map_type(m.type)));
	name_row(b, m.name);
	row_u64(&b->row, KEY_K_BPF_ENTRIES, m.max_entries);
	holders_row(b, BPF_MAP, id);
	send(b);
	return true;
}

static bool link_row(struct bpf *b, int fd, uint32_t id)
{
	open_row(b, BPF_LINK, id);
	if (!bpf_link_fields(b->env, fd, &b->vmlinux, &b->row))
		return false;
	holders_row(b, BPF_LINK, id);
	send(b);
	return true;
}

static void rows(struct bpf *b, enum bpf_what what)
{
	static bool (*const row[])(struct bpf *, int, uint32_t) = {
		[BPF_PROGRAM] = program_row,
		[BPF_MAP] = map_row,
		[BPF_LINK] = link_row,
	};
	uint64_t denied = 0;
	int errnum = 0;

	for (size_t i = 0; i < b->ids[what].n; i++) {
		uint32_t id = b->ids[what].id[i];
		int fd = bpf_by_id(what, id);

		if (fd >= 0 && row[what](b, fd, id)) {
			close(fd);
			continue;
		}
		errnum = errno;
		denied += errnum != ENOENT; /* else it is gone by now */
		if (fd >= 0)
			close(fd);
	}
	if (denied)
		probe_status(b->run, str_of(bpf_what_name[what]), PROBE_DENIED,
			     errnum, denied, 0);
}

static enum probe_state state_of(int errnum)
{
	return errnum == 0                           ? PROBE_COLLECTED
	       : errnum == EACCES || errnum == EPERM ? PROBE_DENIED
						     : PROBE_SKIPPED;
}

/* Are there programs that control groups may hold? */
static bool some_programs(const struct bpf *b)
{
	return b->ids[BPF_PROGRAM].n > 0;
}

static void say(struct bpf *b)
{
	for (unsigned w = 0; w < BPF_BTF; w++)
		probe_status(b->run, str_of(bpf_what_name[w]),
			     state_of(b->ids[w].errnum), b->ids[w].errnum,
			     b->ids[w].n, 0);
	if (b->held.denied)
		probe_status(b->run, STR("descriptors of processes"),
			     PROBE_DENIED, EACCES, b->held.denied, 0);
	if (b->held.unseen)
		probe_status(b->run, STR("pins"), PROBE_SKIPPED, 0,
			     b->held.unseen, 0);
	if (b->symbols.base == 0 && some_programs(b))
		probe_status(b->run, STR("helpers"), PROBE_SKIPPED, 0, 0, 0);
}

static void run_bpf(struct probe_run *run)
{
	struct bpf b = { .run = run, .env = probe_env(run) };
	bool sure = true;

	if (!probe_item(run, 1, STR("bpf(2)")))
		return;
	for (unsigned w = 0; w < BPF_BTF; w++)
		list_ids(w, &b.ids[w]);
	if (b.ids[BPF_PROGRAM].n || b.ids[BPF_MAP].n) {
		bpf_held_read(b.env, some_programs(&b), &b.held);
		if (some_programs(&b)) {
			bpf_symbols_read(b.env, &b.symbols);
			sure = bpf_orphans(b.env, &b.held, &b.orphan,
					   &b.norphan);
		}
		for (unsigned w = 0; w < BPF_BTF; w++)
			rows(&b, w);
	}
	say(&b);
	if (!sure)
		probe_status(run, STR("programs without a holder"),
			     PROBE_SKIPPED, 0, 0, 0);
	probe_status(run, STR_NONE, state_of(b.ids[BPF_PROGRAM].errnum),
		     b.ids[BPF_PROGRAM].errnum, b.count, b.copied);
	for (unsigned w = 0; w < BPF_WHATS; w++)
		free(b.ids[w].id);
	free(b.orphan);
	bpf_held_free(&b.held);
	bpf_symbols_free(&b.symbols);
	buf_free(&b.row);
	buf_free(&b.list);
	buf_free(&b.vmlinux);
}

const struct probe probe_bpf = {
	.name = "bpf",
	.title = "eBPF programs, maps and links, and what holds them",
	.title_ja = "eBPF のプログラム・マップ・リンクと保持元",
	.stream = "live/bpf",
	.reads = "bpf(2), /proc/PID/fdinfo, pins below bpffs, programs of "
		 "control groups",
	.live_only = true,
	.run = run_bpf,
};
