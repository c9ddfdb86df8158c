/*
 * mapped.c - the mapped probe: every file that processes execute code from,
 * once, with its hash and what it says of its own libraries; and libraries
 * in a process that neither its program nor any of its libraries names: they
 * came in another way (LD_PRELOAD, dlopen, an injection).
 *
 * Files are opened through map_files, so that it is what is mapped that is
 * read, whatever its path leads to by now.
 */
#define _GNU_SOURCE
#include "cache.h"
#include "mapline.h"
#include "mapped.h"
#include "run.h"

#include "../host/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FILES_MAX 65536u               /* different ones of a host */
#define NAMES_MAX (24u << 20)          /* bytes of all that is remembered */
#define HASH_MAX (UINT64_C(256) << 20) /* bytes of one file */
#define HASH_ALL (UINT64_C(2) << 30)   /* of all */
#define DELETED " (deleted)"
#define CHUNK (1u << 20)

static bool read_at(void *arg, uint64_t off, void *out, size_t n)
{
	int fd = *(int *)arg;
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(fd, (char *)out + have, n - have,
				    (off_t)(off + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	memset((char *)out + have, 0, n - have);
	return true;
}

static bool hash(struct mapped *m, int fd, uint64_t size, struct buf *hex)
{
	struct cache was;
	struct sha256 h;
	unsigned char digest[SHA256_LEN];
	uint64_t off = 0;
	ssize_t n = 1;

	if (size > HASH_MAX || size > HASH_ALL - m->hashed)
		return false;
	cache_look(&was, &m->run->sys, fd, 0, size);
	sha256_init(&h);
	while (off < size && (n = pread(fd, m->chunk, CHUNK, (off_t)off)) > 0) {
		sha256_add(&h, m->chunk, (size_t)n);
		off += (uint64_t)n;
		run_tick(m->run);
	}
	sha256_end(&h, digest);
	cache_restore(&was, fd);
	m->hashed += off;
	buf_hex(hex, digest, sizeof digest);
	return n > 0;
}

static void list(struct buf *row, enum key k, const struct str *s, size_t n)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < n; i++)
		list_add(&text, s[i]);
	row_key_list(row, k, buf_view(&text));
	buf_free(&text);
}

/* What is at paths of another root is not what is there in ours. */
static void root_row(struct mapped *m)
{
	if (m->its_mnt_ns && m->its_mnt_ns != m->mnt_ns)
		row_u64(&m->row, KEY_K_ROOT, m->its_mnt_ns);
}

static void file_row(struct mapped *m, const struct mapped_file *f,
		     const struct elf_facts *e, const struct stat *st, int fd)
{
	struct buf *row = &m->row, hex = { 0 };
	char dev[32];

	buf_clear(row);
	json_open(row);
	row_str(row, KEY_FILE_PATH, f->path);
	if (f->deleted)
		row_bool(row, KEY_K_LIBRARY_DELETED, true);
	row_str(row, KEY_FILE_TYPE, STR("file"));
	snprintf(dev, sizeof dev, "%u:%u", major(st->st_dev),
		 minor(st->st_dev));
	row_str(row, KEY_FILE_DEVICE, str_of(dev));
	row_id(row, KEY_FILE_INODE, st->st_ino);
	row_u64(row, KEY_FILE_SIZE, (uint64_t)st->st_size);
	if (hash(m, fd, (uint64_t)st->st_size, &hex))
		row_str(row, KEY_FILE_HASH_SHA256, buf_view(&hex));
	if (f->elf) {
		list(row, KEY_FILE_ELF_LIBRARIES, e->needed, e->nneeded);
		if (e->soname.n)
			row_str(row, KEY_K_FILE_SONAME, e->soname);
		if (e->runpath.n)
			row_str(row, KEY_K_FILE_RUNPATH, e->runpath);
		if (e->interpreter.n)
			row_str(row, KEY_K_FILE_LOADER, e->interpreter);
		row_bool(row, KEY_K_FILE_TEXTREL, e->text_relocations);
	}
	root_row(m);
	json_close(row);
	probe_row(m->run, "mapped", buf_view(row));
	m->count++;
	buf_free(&hex);
}

/* What others may name it by, and whom it names, for as long as we run. */
static void keep_names(struct mapped *m, struct mapped_file *f,
		       const struct elf_facts *e)
{
	size_t n = e->soname.n + f->path.n;

	for (size_t i = 0; i < e->nneeded; i++)
		n += e->needed[i].n + sizeof *f->needed;
	m->names += n;
	if (m->names > NAMES_MAX) {
		m->cut = true;
		return;
	}
	f->soname = arena_dup(&m->arena, e->soname);
	f->needed = arena_array(&m->arena, e->nneeded, sizeof *f->needed);
	for (size_t i = 0; i < e->nneeded; i++)
		f->needed[f->nneeded++] = arena_dup(&m->arena, e->needed[i]);
}

/* Reads a file for the first time; its index. */
static size_t add_file(struct mapped *m, struct str path, int fd,
		       const struct stat *st)
{
	struct elf_facts *e = xmalloc(sizeof *e);
	struct mapped_file f = { .deleted = st->st_nlink == 0 };
	struct arena scratch = { 0 };

	if (f.deleted && str_ends(path, STR(DELETED)))
		path = str_head(path, path.n - sizeof(DELETED) + 1);
	f.path = arena_dup(&m->arena, path);
	f.elf = elf_read(read_at, &fd, &scratch, e);
	keep_names(m, &f, e);
	vec_grow(&m->file, &m->capfile, m->nfile + 1, sizeof *m->file);
	m->file[m->nfile] = f;
	file_row(m, &f, e, st, fd);
	arena_free(&scratch);
	free(e);
	return m->nfile++;
}

static int open_mapped(const struct mapped *m, struct str range)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	char name[MAPLINE_NAME];
	int fd;

	(void)mapline_file(range, name);
	fd = openat(m->dir, name, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = openat(m->dir, name, flags); /* not ours to spare */
	return fd;
}

static void mapping(struct mapped *m, const struct mapline *l)
{
	char name[MAPLINE_NAME];
	struct stat st;
	uint64_t id[2], *index;
	int fd;

	(void)mapline_file(l->range, name);
	run_touch(m->run, 0, l->path);
	if (m->nlib == LIBRARIES_MAX)
		return;
	if (fstatat(m->dir, name, &st, 0) < 0) {
		m->denied += errno == EPERM || errno == EACCES;
		return;
	}
	if (!S_ISREG(st.st_mode))
		return;
	id[0] = st.st_dev;
	id[1] = st.st_ino;
	if (m->known.nitem >= FILES_MAX &&
	    !map_get(&m->known, str_mem(id, sizeof id)))
		return;
	index = map_put(&m->known, str_mem(id, sizeof id), NULL);
	if (*index == 0) {
		fd = open_mapped(m, l->range);
		if (fd < 0) { /* the next one that has it may let us */
			m->denied += errno == EPERM || errno == EACCES;
			m->unread |= errno != EPERM && errno != EACCES;
			return;
		}
		*index = add_file(m, l->path, fd, &st) + 1;
		close(fd);
	}
	for (size_t i = 0; i < m->nlib; i++)
		if (m->lib[i] == *index - 1)
			return;
	m->reached[m->nlib] = false;
	m->lib[m->nlib++] = (uint32_t)(*index - 1);
}

static bool program_of(const struct mapped *m, uint64_t id[2])
{
	struct stat st;

	if (fstatat(m->dir, "exe", &st, 0) < 0)
		return false;
	id[0] = st.st_dev;
	id[1] = st.st_ino;
	return true;
}

static void stranger_row(struct mapped *m, size_t lib)
{
	const struct mapped_file *f = &m->file[m->lib[lib]];
	char link[LIVE_LINK_MAX + 1];
	struct buf *row = &m->row;
	ssize_t n = live_link(m->dir, "exe", link);

	buf_clear(row);
	json_open(row);
	row_bool(row, KEY_K_LIBRARY_UNLINKED, true);
	row_u64(row, KEY_PROCESS_PID, m->pid);
	proc_stat_row(row, &m->stat, m->env);
	if (n > 0)
		row_str(row, KEY_PROCESS_EXECUTABLE, str_mem(link, (size_t)n));
	row_str(row, KEY_FILE_PATH, f->path);
	if (f->deleted)
		row_bool(row, KEY_K_LIBRARY_DELETED, true);
	row_str(row, KEY_FILE_TYPE, STR("file"));
	root_row(m);
	json_close(row);
	probe_row(m->run, "mapped", buf_view(row));
	m->count++;
}

/*
 * The program (dev, ino), the loader that it names, and what follows from
 * them.  What was unmapped before it was read may be what names the others,
 * and a process that executed another program meanwhile has mappings of both.
 */
static void strangers(struct mapped *m, const uint64_t exe[2])
{
	const uint64_t *index = map_get(&m->known, str_mem(exe, 16));
	uint64_t now[2];

	if (m->unread || !program_of(m, now) || now[0] != exe[0] ||
	    now[1] != exe[1])
		return;
	if (!index || *index == 0 || !m->file[*index - 1].elf)
		return;
	for (size_t i = 0; i < m->nlib; i++) {
		if (m->lib[i] == *index - 1 ||
		    mapped_is_loader(&m->file[m->lib[i]]))
			mapped_reach(m, i);
	}
	for (int all = 0; all < 2; all++)
		for (size_t i = 0; i < m->nlib; i++)
			if (!m->reached[i] && m->file[m->lib[i]].elf &&
			    (all || !mapped_named_by_stranger(m, i))) {
				stranger_row(m, i);
				mapped_reach(m, i);
			}
}

static uint64_t mount_namespace(const struct collect_env *env, uint32_t pid)
{
	int dir = live_pid(env->proc, pid);
	uint64_t ns = dir < 0 ? 0 : live_ns(dir, "mnt");

	if (dir >= 0)
		close(dir);
	return ns;
}

static void one(struct mapped *m, uint32_t pid)
{
	uint64_t exe[2] = { 0, 0 };
	struct mapline l;
	struct str left;

	m->pid = pid;
	m->nlib = 0;
	m->unread = false;
	m->dir = live_pid(m->env->proc, pid);
	if (m->dir < 0)
		return;
	m->its_mnt_ns = live_ns(m->dir, "mnt");
	(void)program_of(m, exe); /* none: nothing is a stranger to it */
	if (live_read(m->dir, "stat", PROC_TEXT_MAX, &m->text) >= 0 &&
	    proc_stat_read(buf_view(&m->text), &m->stat) &&
	    live_read(m->dir, "maps", PROC_TEXT_MAX, &m->maps) >= 0) {
		left = buf_view(&m->maps);
		while (mapline_next(&left, &l))
			if (l.perms.p[2] == 'x' && l.inode && l.path.n &&
			    l.path.p[0] == '/')
				mapping(m, &l);
		strangers(m, exe);
	}
	close(m->dir);
}

static void run_mapped(struct probe_run *run)
{
	struct mapped *m = xmalloc(sizeof *m);
	uint32_t *pid;
	size_t n;

	m->run = run;
	m->env = probe_env(run);
	m->mnt_ns = mount_namespace(m->env, m->env->self_pid);
	if (live_numbers(m->env->proc, ".", &pid, &n) < 0) {
		probe_status(run, STR_NONE, run_state_of(errno), errno, 0, 0);
		free(m);
		return;
	}
	m->chunk = xmalloc(CHUNK);
	for (size_t i = 0; i < n; i++) {
		char what[32];

		snprintf(what, sizeof what, "mapped by %u", pid[i]);
		if (pid[i] != m->env->self_pid &&
		    probe_item(run, pid[i], str_of(what)))
			one(m, pid[i]);
	}
	if (m->cut)
		probe_status(run, STR("names of libraries"), PROBE_TRUNCATED, 0,
			     m->nfile, 0);
	if (m->denied)
		probe_status(run, STR("mapped files"), PROBE_DENIED, EPERM,
			     m->denied, 0);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, m->count, m->hashed);
	free(pid);
	free(m->chunk);
	free(m->file);
	map_free(&m->known);
	arena_free(&m->arena);
	buf_free(&m->row);
	buf_free(&m->text);
	buf_free(&m->maps);
	free(m);
}

const struct probe probe_mapped = {
	.name = "mapped",
	.title = "files that processes execute code from, with their hashes; "
		 "libraries that nothing names",
	.title_ja = "プロセスが実行中のコードの元ファイル（ハッシュ付き）、"
		    "どこからも参照されないライブラリ",
	.stream = "live/mapped",
	.reads = "/proc/PID/{stat,maps,map_files,exe}",
	.live_only = true,
	.run = run_mapped,
};
