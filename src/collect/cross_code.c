/*
 * cross_code.c - code that a process changed after it was mapped.  A private
 * mapping of a file shares the pages of the file until one is written: then
 * the process has a copy of its own, which pagemap tells (neither `file' nor
 * absent).  In a mapping that executes, such a page is compared with the file.
 *
 * The process runs on: /proc/PID/mem is read, nothing is attached.  pagemap
 * entries are 8 bytes (Documentation/admin-guide/mm/pagemap.rst).
 */
#define _GNU_SOURCE
#include "cross.h"
#include "live.h"
#include "mapline.h"
#include "proc.h"

#include "../host/elf.h"
#include "../util/hash.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_PRESENT (UINT64_C(1) << 63)
#define PAGE_SWAPPED (UINT64_C(1) << 62)
#define PAGE_OF_FILE (UINT64_C(1) << 61)

#define ENTRIES 4096u          /* of pagemap, at once */
#define MAPPING_MAX (1u << 22) /* pages of one mapping that are looked at */
#define PAGES_MAX 64u          /* of one process that are stated */
#define PAGE_MAX 65536u
#define SHOWN 16u /* bytes from the first difference on */
#define BREAKPOINT 0xcc

struct page { /* one that may differ */
	uint64_t address, offset;
	struct str range, path; /* into the maps text */
	uint64_t inode;
	size_t first, differs;
	bool breakpoints;
};

struct code {
	struct cross *c;
	size_t page;
	unsigned char *memory, *file;
	uint64_t *entry;
	uint64_t unread; /* pages that could not be compared */
	int unread_errno;
	/* the process at hand */
	uint32_t pid;
	int dir, mem;
	char base[PROC_BASE_MAX];
	struct buf maps;
	struct page found[PAGES_MAX];
	size_t nfound;
};

/* By its path, on kernels that have no map_files: if it is still the same. */
static int open_path(const struct code *k, const struct page *p, int flags)
{
	int root = openat(k->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[LIVE_LINK_MAX + 1];
	struct stat st;
	int fd = -1;

	if (root >= 0 && p->path.n < sizeof path) {
		memcpy(path, p->path.p, p->path.n);
		path[p->path.n] = '\0';
		fd = live_open_in(root, path, flags);
	}
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_ino != p->inode)) {
		close(fd);
		errno = ENOENT;
		fd = -1;
	}
	if (root >= 0)
		close(root);
	return fd;
}

/* The file that is mapped there, whatever its path leads to by now. */
static int open_file(const struct code *k, const struct page *p)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	char name[MAPLINE_NAME];
	int fd;

	(void)mapline_file(p->range, name);
	fd = openat(k->dir, name, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = openat(k->dir, name, flags); /* not ours to spare */
	/* the range is gone: what is there now is of another file, or none */
	if (fd < 0 && errno == ENOENT &&
	    faccessat(k->dir, "map_files", F_OK, 0) == 0) {
		errno = ENOENT;
		return -1;
	}
	return fd < 0 ? open_path(k, p, flags) : fd;
}

static bool fill(int fd, unsigned char *out, size_t n, uint64_t off, bool zeros)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got =
			pread(fd, out + have, n - have, (off_t)(off + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			/* behind the end of a file a page is zeros */
			if (got < 0 || !zeros)
				return false;
			memset(out + have, 0, n - have);
			return true;
		}
		have += (size_t)got;
	}
	return true;
}

/* 1 it differs, 0 it does not, -1 with errno. */
static int compare(struct code *k, struct page *p)
{
	int fd = open_file(k, p);
	bool ok = fd >= 0 && fill(fd, k->file, k->page, p->offset, true);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	if (!ok || !fill(k->mem, k->memory, k->page, p->address, false))
		return -1;
	p->differs = 0;
	p->breakpoints = true;
	for (size_t i = 0; i < k->page; i++) {
		if (k->memory[i] == k->file[i])
			continue;
		if (p->differs++ == 0)
			p->first = i;
		p->breakpoints &= k->memory[i] == BREAKPOINT;
	}
	return p->differs != 0;
}

static void look_at(struct code *k, const struct mapline *m, uint64_t address)
{
	struct page p = { .address = address,
			  .offset = m->offset + (address - m->from),
			  .range = m->range,
			  .path = m->path,
			  .inode = m->inode };
	int rc;

	if (k->nfound == PAGES_MAX) {
		k->c->cut = true;
		return;
	}
	rc = compare(k, &p);
	if (rc < 0 && errno != ESRCH && errno != ENOENT && errno != EIO) {
		k->unread++;
		k->unread_errno = errno;
	}
	if (rc == 1)
		k->found[k->nfound++] = p;
	k->c->checked++;
}

static void mapping(struct code *k, const struct mapline *m, int pagemap)
{
	uint64_t npage = (m->to - m->from) / k->page;

	if (npage > MAPPING_MAX) {
		npage = MAPPING_MAX;
		k->c->cut = true;
	}
	for (uint64_t at = 0; at < npage;) {
		uint64_t n = npage - at < ENTRIES ? npage - at : ENTRIES;
		ssize_t got = pread(pagemap, k->entry, (size_t)n * 8,
				    (off_t)((m->from / k->page + at) * 8));

		if (got < 8)
			return; /* it ended, or unmapped this meanwhile */
		n = (uint64_t)got / 8;
		for (uint64_t i = 0; i < n; i++)
			if (k->entry[i] & (PAGE_PRESENT | PAGE_SWAPPED) &&
			    !(k->entry[i] & PAGE_OF_FILE))
				look_at(k, m, m->from + (at + i) * k->page);
		at += n;
	}
}

static void mappings(struct code *k, int pagemap)
{
	struct str left = buf_view(&k->maps);
	struct mapline m;

	k->nfound = 0;
	while (mapline_next(&left, &m))
		if (m.perms.p[2] == 'x' && m.perms.p[3] == 'p' && m.inode &&
		    m.path.n && m.path.p[0] == '/')
			mapping(k, &m, pagemap);
}

static void page_member(struct code *k, const struct page *p, struct buf *name)
{
	struct member m = { .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN,
			    .mode = 0600,
			    .size = k->page };

	buf_fmt(name, "live/proc/%s/code-%llx", k->base,
		(unsigned long long)p->address);
	m.name = buf_view(name);
	probe_member(k->c->run, &m, -1, str_mem(k->memory, k->page));
}

static void bytes(struct buf *row, enum key key, const unsigned char *from,
		  size_t n)
{
	struct buf text = { 0 };

	buf_hex(&text, from, n);
	row_str(row, key, buf_view(&text));
	buf_free(&text);
}

static bool read_at(void *arg, uint64_t off, void *out, size_t n)
{
	return fill(*(int *)arg, out, n, off, true);
}

static void elf_row(struct code *k, const struct page *p)
{
	struct elf_facts *e = xmalloc(sizeof *e);
	struct arena a = { 0 };
	int fd = open_file(k, p);
	bool yes = fd >= 0 && elf_read(read_at, &fd, &a, e);

	row_bool(&k->c->row, KEY_K_CODE_ELF, yes);
	if (yes && e->text_relocations)
		row_bool(&k->c->row, KEY_K_CODE_TEXTREL, true);
	if (fd >= 0)
		close(fd);
	arena_free(&a);
	free(e);
}

static void state(struct code *k, const struct page *p)
{
	struct buf *row = cross_open(k->c, STR_NONE, STR_NONE);
	size_t shown = k->page - p->first < SHOWN ? k->page - p->first : SHOWN;
	unsigned char digest[SHA256_LEN];
	struct buf text = { 0 };

	cross_process(k->c, k->pid);
	row_str(row, KEY_FILE_PATH, p->path);
	row_id(row, KEY_FILE_INODE, p->inode);
	buf_fmt(&text, "%llx", (unsigned long long)(p->address + p->first));
	row_str(row, KEY_K_CODE_ADDRESS, buf_view(&text));
	row_u64(row, KEY_K_CODE_OFFSET, p->offset + p->first);
	row_u64(row, KEY_K_CODE_DIFFERS, p->differs);
	bytes(row, KEY_K_CODE_MEMORY, k->memory + p->first, shown);
	bytes(row, KEY_K_CODE_FILE, k->file + p->first, shown);
	row_bool(row, KEY_K_CODE_BREAKPOINTS, p->breakpoints);
	elf_row(k, p);
	sha256_of(k->memory, k->page, digest);
	bytes(row, KEY_K_CODE_SHA256, digest, sizeof digest);
	buf_clear(&text);
	page_member(k, p, &text);
	json_kv_str(row, "member", buf_view(&text));
	cross_close(k->c);
	buf_free(&text);
}

/* Those that differ three times; what is compared last is what is stated. */
static void settle(struct code *k)
{
	for (int i = 1; i < CROSS_ROUNDS - 1 && k->nfound; i++) {
		size_t kept = 0;

		cross_pause();
		for (size_t n = 0; n < k->nfound; n++)
			if (compare(k, &k->found[n]) == 1)
				k->found[kept++] = k->found[n];
		k->nfound = kept;
	}
	if (k->nfound)
		cross_pause();
	for (size_t n = 0; n < k->nfound; n++)
		if (compare(k, &k->found[n]) == 1)
			state(k, &k->found[n]);
}

static void one(struct code *k, uint32_t pid)
{
	struct buf text = { 0 };
	struct proc_stat st;
	int pagemap = -1;

	k->pid = pid;
	k->mem = -1;
	k->dir = live_pid(k->c->env->proc, pid);
	if (k->dir >= 0 && live_read(k->dir, "stat", 65536, &text) >= 0 &&
	    proc_stat_read(buf_view(&text), &st) &&
	    live_read(k->dir, "maps", PROC_TEXT_MAX, &k->maps) >= 0 &&
	    k->maps.n) {
		(void)snprintf(k->base, sizeof k->base, "%u-%llu", pid,
			       (unsigned long long)st.ticks);
		pagemap = openat(k->dir, "pagemap", O_RDONLY | O_CLOEXEC);
		k->mem = openat(k->dir, "mem", O_RDONLY | O_CLOEXEC);
	}
	if (pagemap >= 0 && k->mem >= 0) {
		mappings(k, pagemap);
		settle(k);
	} else if (k->maps.n) {
		k->unread++;
		k->unread_errno = errno;
	}
	if (pagemap >= 0)
		close(pagemap);
	if (k->mem >= 0)
		close(k->mem);
	if (k->dir >= 0)
		close(k->dir);
	buf_free(&text);
}

int cross_code(struct cross *c)
{
	struct code *k = xmalloc(sizeof *k);
	uint32_t *pid;
	size_t n;

	if (live_numbers(c->env->proc, ".", &pid, &n) < 0) {
		free(k);
		return errno;
	}
	k->c = c;
	k->page = (size_t)sysconf(_SC_PAGESIZE);
	assert(k->page <= PAGE_MAX);
	k->memory = xmalloc(k->page);
	k->file = xmalloc(k->page);
	k->entry = xmalloc(ENTRIES * sizeof *k->entry);
	for (size_t i = 0; i < n; i++) {
		char what[32];

		buf_clear(&k->maps);
		(void)snprintf(what, sizeof what, "code of %u", pid[i]);
		if (cross_item(c, pid[i], str_of(what)))
			one(k, pid[i]);
	}
	if (k->unread)
		probe_status(c->run, STR("code that could not be compared"),
			     PROBE_DENIED, k->unread_errno, k->unread, 0);
	free(pid);
	free(k->memory);
	free(k->file);
	free(k->entry);
	buf_free(&k->maps);
	free(k);
	return 0;
}
