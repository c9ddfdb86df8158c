/*
 * archive_test.c - what the writer wrote, the reader, the verifier and plain
 * tar give back; what was cut or changed is noticed, and said by name.
 */
#define _GNU_SOURCE
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "konseki/archive.h"
#include "../util/arena.h"
#include "../util/child.h"
#include "../util/io.h"
#include "unpack.h"
#include "verify.h"

static char dir[] = "/tmp/konseki-archive-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[4][512];
	static unsigned i;

	i = (i + 1) % 4;
	(void)snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

static uint64_t seed = 20261124;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

struct file {
	struct str name;
	struct buf data; /* with its holes as zeros */
	struct extent extent[3];
	size_t nextent;
	int64_t mtime_ns;
	uint32_t mode;
};

#define NFILE 400
static struct file file[NFILE];
static size_t nfile;

static struct file *add(struct str name, size_t n)
{
	struct file *f = &file[nfile++];
	char *p = buf_room(&f->data, n + 1);

	f->name = name;
	f->data.n = n;
	f->mtime_ns = 1700000000123456789 + (int64_t)nfile;
	f->mode = 0640;
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(random64() % 3 ? 'a' + random64() % 26 : '\n');
	return f;
}

static char long_name[4097];
static const char *const odd_name[] = {
	"files/etc/passwd",
	"files/tmp/new\nline",
	"files/tmp/\xff\xfe not utf-8 \x80",
	"files/../../../escape",
	"/absolute/name",
	"files/tmp/日本語.txt",
	"files/a=b%c \"quoted\" \\",
	"files/dup",
	"files/dup",
	"files/var/log/empty",
	"roots/4026531840/etc/hosts",
	"files/\x1b[31mred",
};

static void make_files(void)
{
	nfile = 0;
	(void)add(STR(KONSEKI_MANIFEST), 300);
	for (size_t i = 0; i < sizeof(odd_name) / sizeof(odd_name[0]); i++)
		(void)add(str_of(odd_name[i]), i == 9 ? 0 : 100 + i * 777);
	memset(long_name, 'x', sizeof(long_name) - 1);
	memcpy(long_name, "files/", 6);
	for (size_t i = 200; i < 4096; i += 200)
		long_name[i] = '/';
	(void)add(str_of(long_name), 50);
	file[1].mtime_ns = -1500000000; /* before 1970, half a second */
	file[1].mode = 04755;
	for (int i = 0; i < 2; i++) { /* holes inside and at the end */
		struct file *f = add(i ? STR("files/var/log/lastlog")
				       : STR("files/all-hole"),
				     5u << 20);

		memset(f->data.p, 0, f->data.n);
		if (i == 0) {
			f->nextent = 0;
			f->extent[0].len = 1; /* marks it as sparse */
			continue;
		}
		f->extent[0] = (struct extent){ 4096, 8192 };
		f->extent[1] = (struct extent){ 1u << 20, 1 };
		f->extent[2] = (struct extent){ 2u << 20, 300000 };
		f->nextent = 3;
		for (size_t k = 0; k < 3; k++)
			memset(f->data.p + f->extent[k].off, 'A' + (int)k,
			       f->extent[k].len);
	}
	while (nfile < NFILE) {
		struct str name = { NULL, 0 };
		char *p = xmalloc(64);

		name.n =
			(size_t)snprintf(p, 64, "files/srv/%03zu/f.txt", nfile);
		name.p = p;
		(void)add(name, (size_t)(random64() % 4000));
	}
}

static bool is_sparse(const struct file *f)
{
	return f->extent[0].len > 0;
}

static const struct xattr xattr[] = {
	{ { "user.note", 9 }, { "a\0b\xff", 4 } },
	{ { "user.a=b", 8 }, { "v", 1 } },
};

static void write_one(struct writer *w, const struct file *f)
{
	struct member m = { .name = f->name,
			    .size = f->data.n,
			    .mode = f->mode,
			    .uid = 4000000,
			    .gid = 7,
			    .mtime_ns = f->mtime_ns,
			    .atime_ns = f->mtime_ns + 1,
			    .ctime_ns = f->mtime_ns + 2,
			    .xattr = xattr,
			    .nxattr = 2 };
	unsigned char sha[SHA256_LEN], want[SHA256_LEN];
	uint64_t short_at;
	struct err err;

	if (is_sparse(f)) {
		m.extent = f->extent;
		m.nextent = f->nextent;
	}
	assert_int_equal(writer_begin(w, &m, &err), 0);
	if (!is_sparse(f)) {
		size_t half = f->data.n / 2;

		assert_int_equal(writer_data(w, str_mem(f->data.p, half), &err),
				 0);
		assert_int_equal(
			writer_data(w,
				    str_mem(f->data.p + half, f->data.n - half),
				    &err),
			0);
	}
	for (size_t i = 0; i < f->nextent; i++)
		assert_int_equal(
			writer_data(w,
				    str_mem(f->data.p + f->extent[i].off,
					    f->extent[i].len),
				    &err),
			0);
	assert_int_equal(writer_end(w, &short_at, sha, &err), 0);
	assert_true(short_at == UINT64_MAX);
	sha256_of(f->data.p, f->data.n, want);
	if (!is_sparse(f))
		assert_memory_equal(sha, want, SHA256_LEN);
}

static unsigned char file_sha[SHA256_LEN], seal_sha[SHA256_LEN];

static void write_archive(const char *path)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	struct writer_options o = { .fd = fd,
				    .frame_bytes = 64u << 10,
				    .checkpoint_bytes = 200u << 10 };
	struct writer *w;
	struct err err;

	assert_true(fd >= 0);
	w = writer_new(&o, &err);
	assert_non_null(w);
	for (size_t i = 0; i < nfile; i++) {
		write_one(w, &file[i]);
		if (i % 50 == 0)
			writer_status(w, STR("{\"probe\":\"x\"}\n"));
	}
	assert_int_equal(writer_finish(w, true, STR(",\"clock\":1"), &err), 0);
	writer_digest(w, file_sha, seal_sha);
	assert_int_equal(lseek(fd, 0, SEEK_END), (off_t)writer_bytes_out(w));
	writer_free(w);
	(void)close(fd);
}

struct unpacking {
	struct arena a;
	struct unpack_result r;
	char *map;
	int spool;
	uint64_t end;
	struct err err;
};

static int unpack_path(struct unpacking *u, const char *path, bool raw)
{
	struct unpack_options o = { .path = path,
				    .spool_end = &u->end,
				    .raw = raw };
	int rc;

	*u = (struct unpacking){ 0 };
	arena_init(&u->a, 0);
	u->spool = o.spool = io_tmpfile(dir, &u->err);
	assert_true(u->spool >= 0);
	rc = unpack(&o, &u->a, &u->r, &u->err);
	if (rc == 0 && u->end > 0) {
		u->map = mmap(NULL, u->end, PROT_READ, MAP_SHARED, u->spool, 0);
		assert_true(u->map != MAP_FAILED);
	}
	return rc;
}

static void unpacking_free(struct unpacking *u)
{
	if (u->map)
		(void)munmap(u->map, u->end);
	(void)close(u->spool);
	arena_free(&u->a);
}

/* Are the first n files of ours there, in order, byte for byte? */
static size_t files_there(const struct unpacking *u)
{
	size_t k = 0;

	for (size_t i = 0; i < u->r.nmember && k < nfile; i++) {
		const struct unpacked *m = &u->r.member[i];

		if (!str_eq(m->member, file[k].name))
			continue;
		if (m->short_at != UINT64_MAX)
			break;
		if (m->size != file[k].data.n ||
		    (m->size && memcmp(u->map + m->off, file[k].data.p,
				       file[k].data.n) != 0))
			fail_msg("member %zu differs", k);
		k++;
	}
	return k;
}

static void roundtrip(void **state)
{
	struct unpacking u;
	struct verify_result v;
	const struct unpacked *m;
	int fd;

	(void)state;
	make_files();
	write_archive(in_dir("a.tar.zst"));
	assert_int_equal(unpack_path(&u, in_dir("a.tar.zst"), true), 0);
	assert_int_equal(u.r.kind, INPUT_ARCHIVE);
	assert_int_equal(u.r.whole, ARCHIVE_WHOLE);
	assert_memory_equal(u.r.sha256, file_sha, SHA256_LEN);
	assert_int_equal(files_there(&u), nfile);
	assert_int_equal(u.r.nrefused, 0);
	m = &u.r.member[1];
	assert_true(str_is(m->path, "/etc/passwd"));
	assert_int_equal(m->mtime_ns, -1500000000);
	assert_int_equal(m->mode, 04755);
	assert_int_equal(m->uid, 4000000);
	assert_int_equal(m->gid, 7);
	assert_int_equal(u.r.member[0].path.n, 0);
	assert_true(str_is(u.r.member[11].path, "/etc/hosts"));
	fd = open(in_dir("a.tar.zst"), O_RDONLY);
	assert_int_equal(verify_archive(fd, NULL, 0, &u.a, &v, &u.err), 0);
	assert_true(v.is_archive);
	assert_int_equal(v.whole, ARCHIVE_WHOLE);
	assert_int_equal(v.nproblem, 0);
	assert_memory_equal(v.file_sha256, file_sha, SHA256_LEN);
	assert_memory_equal(v.seal_sha256, seal_sha, SHA256_LEN);
	assert_true(str_is(v.last_seal_state, "complete"));
	assert_true(v.nsealed >= nfile && v.nmember == v.nsealed + 1);
	(void)close(fd);
	unpacking_free(&u);
}

/* holes cost no blocks in the spool */
static void holes_stay_holes(void **state)
{
	struct unpacking u;
	struct stat st;

	(void)state;
	assert_int_equal(unpack_path(&u, in_dir("a.tar.zst"), true), 0);
	assert_int_equal(fstat(u.spool, &st), 0);
	assert_true((uint64_t)st.st_blocks * 512 + (8u << 20) < u.end);
	unpacking_free(&u);
}

static int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct shell {
	char cmd[2048];
};

static int run_shell(void *arg)
{
	struct shell *s = arg;

	(void)execl("/bin/sh", "sh", "-c", s->cmd, (char *)NULL);
	return 127;
}

static int sh(const char *fmt, ...)
{
	struct shell s;
	struct child c;
	struct err err;
	va_list ap;
	int status = -1;

	va_start(ap, fmt);
	(void)vsnprintf(s.cmd, sizeof(s.cmd), fmt, ap);
	va_end(ap);
	assert_int_equal(child_start(&c, run_shell, &s, &err), 0);
	assert_int_equal(child_wait(&c, 60000, &status), 0);
	return status;
}

static void same_on_disk(const char *root, const struct file *f)
{
	struct buf path = { 0 }, got = { 0 };
	struct stat st;
	struct err err;
	int fd;

	buf_puts(&path, root);
	buf_c(&path, '/');
	buf_str(&path, f->name);
	buf_c(&path, '\0');
	fd = open(path.p, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(io_slurp(fd, 16u << 20, &got, &err), 0);
	assert_int_equal(got.n, f->data.n);
	if (got.n)
		assert_memory_equal(got.p, f->data.p, got.n);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
			 f->mtime_ns);
	if (is_sparse(f))
		assert_true((uint64_t)st.st_blocks * 512 < f->data.n / 2);
	(void)close(fd);
	buf_free(&path);
	buf_free(&got);
}

static void plain_tar_reads_it(void **state)
{
	char value[16];

	(void)state;
	if (sh("command -v tar zstd >/dev/null") != 0)
		skip();
	assert_int_equal(
		sh("cd %s && tar --zstd -tvf a.tar.zst >list 2>err", dir), 0);
	/* not 0: it refuses `..' and the longest name, as it should */
	(void)sh("cd %s && mkdir x && tar --zstd --xattrs "
		 "--xattrs-include='*' --no-same-owner -xf a.tar.zst -C x "
		 ">/dev/null 2>err2",
		 dir);
	for (size_t i = 0; i < nfile; i++) {
		/* what tar renames on purpose, or this file system cannot hold
		 */
		if (i == 4 || i == 5 || i == 8 || file[i].name.n > 4000)
			continue;
		same_on_disk(in_dir("x"), &file[i]);
	}
	if (getxattr(in_dir("x/files/etc/passwd"), "user.note", value,
		     sizeof(value)) == 4)
		assert_memory_equal(value, "a\0b\xff", 4);
	else
		assert_int_equal(errno, ENOTSUP);
}

/* Where the frames end, by cutting: the reader's own answer is not asked. */
static size_t frame_ends(const struct buf *a, uint64_t *end, size_t max)
{
	size_t n = 0;

	for (size_t i = 4; i + 4 <= a->n && n < max; i++)
		if (memcmp(a->p + i, "\x28\xb5\x2f\xfd", 4) == 0)
			end[n++] = i;
	end[n++] = a->n;
	return n;
}

static void slurp(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY);
	struct err err;

	assert_true(fd >= 0);
	assert_int_equal(io_slurp(fd, 64u << 20, b, &err), 0);
	(void)close(fd);
}

static void spit(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(io_write(fd, p, n), 0);
	(void)close(fd);
}

static void cut_at(const struct buf *a, size_t n, size_t least)
{
	struct unpacking u;

	spit(in_dir("cut.tar.zst"), a->p, n);
	if (unpack_path(&u, in_dir("cut.tar.zst"), true) < 0) {
		if (least > 0)
			fail_msg("cut at %zu: %s", n, u.err.msg);
	} else {
		size_t have = files_there(&u);

		if (have < least)
			fail_msg("cut at %zu: %zu files, %zu are whole", n,
				 have, least);
		assert_int_equal(u.r.whole, ARCHIVE_CUT);
	}
	unpacking_free(&u);
}

static void a_thousand_cuts(void **state)
{
	struct buf a = { 0 };
	uint64_t end[64];
	size_t whole[64], nend;

	(void)state;
	slurp(in_dir("a.tar.zst"), &a);
	nend = frame_ends(&a, end, 60);
	assert_true(nend > 3);
	for (size_t i = 0; i + 1 < nend; i++) {
		struct unpacking u;

		spit(in_dir("cut.tar.zst"), a.p, end[i]);
		assert_int_equal(unpack_path(&u, in_dir("cut.tar.zst"), true),
				 0);
		whole[i] = files_there(&u);
		assert_true(whole[i] > (i ? whole[i - 1] : 0) || i > 0);
		assert_int_equal(u.r.whole, ARCHIVE_CUT);
		unpacking_free(&u);
	}
	print_message("seed %llu, %zu frames\n", (unsigned long long)seed,
		      nend);
	/* within the first bytes of a frame, where chance seldom hits */
	for (size_t i = 0; i + 1 < nend; i++)
		for (size_t k = 0; k < 8; k++)
			cut_at(&a, (size_t)end[i] + k, whole[i]);
	for (int i = 0; i < 1000; i++) {
		size_t n = (size_t)(random64() % a.n), k = 0;

		while (k < nend && end[k] <= n)
			k++;
		cut_at(&a, n, k ? whole[k - 1] : 0);
	}
	buf_free(&a);
}

static bool says(const struct verify_result *v, const char *text)
{
	for (size_t i = 0; i < v->nproblem; i++)
		if (str_has(v->problem[i], str_of(text)))
			return true;
	return false;
}

static void verify_bytes(const void *p, size_t n, struct arena *a,
			 struct verify_result *v)
{
	struct err err = { 0 };
	int fd;

	spit(in_dir("v"), p, n);
	fd = open(in_dir("v"), O_RDONLY);
	arena_init(a, 0);
	if (verify_archive(fd, NULL, 0, a, v, &err) < 0)
		fail_msg("%s", err.msg);
	(void)close(fd);
}

/* What all frames decode to; false when they do not. */
static bool content(struct str packed, unsigned char sha[SHA256_LEN])
{
	ZSTD_inBuffer in = { packed.p, packed.n, 0 };
	ZSTD_DStream *d = ZSTD_createDStream();
	struct sha256 h;
	char out[1 << 16];
	size_t left = 0;

	sha256_init(&h);
	while (in.pos < in.size) {
		ZSTD_outBuffer o = { out, sizeof(out), 0 };

		left = ZSTD_decompressStream(d, &o, &in);
		if (ZSTD_isError(left))
			break;
		sha256_add(&h, out, o.pos);
	}
	sha256_end(&h, sha);
	ZSTD_freeDStream(d);
	return left == 0;
}

/*
 * A frame's head has bits that decide nothing (unused ones, the size of the
 * window): then what is archived is the same, and only the digest of the file
 * tells.
 */
static bool decides_nothing(const struct buf *a, const unsigned char *was)
{
	unsigned char sha[SHA256_LEN];

	return content(buf_view(a), sha) && memcmp(sha, was, sizeof(sha)) == 0;
}

static void every_flipped_bit_shows(void **state)
{
	unsigned char was[SHA256_LEN];
	struct buf a = { 0 };

	(void)state;
	slurp(in_dir("a.tar.zst"), &a);
	assert_true(content(buf_view(&a), was));
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 200; i++) {
		size_t at = (size_t)(random64() % a.n);
		char bit = (char)(1 << random64() % 8);
		struct verify_result v;
		struct arena arena;

		a.p[at] ^= bit;
		verify_bytes(a.p, a.n, &arena, &v);
		if ((!v.is_archive || v.whole != ARCHIVE_MISMATCH ||
		     v.nproblem == 0) &&
		    !decides_nothing(&a, was))
			fail_msg("byte %zu: %d %d %zu", at, v.is_archive,
				 v.whole, v.nproblem);
		a.p[at] ^= bit;
		arena_free(&arena);
	}
	buf_free(&a);
}

/* The tar inside, for changes that no frame's checksum would notice. */
static void decompressed(struct buf *tar)
{
	assert_int_equal(sh("cd %s && zstd -dcq a.tar.zst >a.tar", dir), 0);
	slurp(in_dir("a.tar"), tar);
}

static void changes_are_named(void **state)
{
	struct verify_result v;
	struct buf tar = { 0 };
	struct arena arena;
	size_t at;

	(void)state;
	if (sh("command -v zstd >/dev/null") != 0)
		skip();
	decompressed(&tar);
	verify_bytes(tar.p, tar.n, &arena, &v);
	assert_true(v.is_archive);
	assert_int_equal(v.whole, ARCHIVE_WHOLE);
	arena_free(&arena);

	at = str_find(buf_view(&tar), str_mem(file[20].data.p, 40));
	tar.p[at] ^= 1;
	verify_bytes(tar.p, tar.n, &arena, &v);
	assert_int_equal(v.whole, ARCHIVE_MISMATCH);
	assert_int_equal(v.nproblem, 1);
	assert_true(says(&v, "f.txt: its data differ"));
	assert_true(str_starts(v.problem[0], file[20].name));
	arena_free(&arena);
	tar.p[at] ^= 1;

	/* a digit of an mtime, in the pax header of files/etc/passwd */
	at = str_find(buf_view(&tar), STR("mtime=-1.5"));
	tar.p[at + 7] = '2';
	verify_bytes(tar.p, tar.n, &arena, &v);
	assert_true(says(&v, "files/etc/passwd: its header differs"));
	assert_int_equal(v.nproblem, 1);
	arena_free(&arena);
	tar.p[at + 7] = '1';

	/* an extent moves: offset 4096 becomes 4095 */
	at = str_find(buf_view(&tar), STR("4\n4096\n8192\n"));
	tar.p[at + 5] = '5';
	verify_bytes(tar.p, tar.n, &arena, &v);
	assert_true(says(&v, "lastlog: its extents differ"));
	arena_free(&arena);
	tar.p[at + 5] = '6';

	/* a digit of a chain */
	at = str_find(buf_view(&tar), STR(",\"chain\":\""));
	tar.p[at + 12] = tar.p[at + 12] == '0' ? '1' : '0';
	verify_bytes(tar.p, tar.n, &arena, &v);
	assert_true(says(&v, "seal 0: the chain is broken"));
	arena_free(&arena);
	buf_free(&tar);
}

static size_t block_of(const struct buf *tar, struct str name)
{
	return str_find(buf_view(tar), name) / 512 * 512;
}

static void members_taken_out_are_missed(void **state)
{
	struct verify_result v;
	struct buf tar = { 0 };
	struct arena arena;
	size_t from, to;

	(void)state;
	if (sh("command -v zstd >/dev/null") != 0)
		skip();
	decompressed(&tar);
	/* from the pax header of one file to that of the next */
	from = block_of(&tar, file[30].name) - 1024;
	to = block_of(&tar, file[31].name) - 1024;
	memmove(tar.p + from, tar.p + to, tar.n - to);
	verify_bytes(tar.p, tar.n - (to - from), &arena, &v);
	assert_int_equal(v.whole, ARCHIVE_MISMATCH);
	assert_int_equal(v.nproblem, 1);
	assert_true(says(&v, "030/f.txt: is missing or damaged"));
	arena_free(&arena);
	buf_free(&tar);

	decompressed(&tar);
	memcpy(buf_room(&tar, to - from), tar.p + from, to - from);
	memmove(tar.p + to, tar.p + from, tar.n - from);
	verify_bytes(tar.p, tar.n + (to - from), &arena, &v);
	assert_true(says(&v, "030/f.txt: is not in the seal"));
	arena_free(&arena);
	buf_free(&tar);
}

/* Changes that no frame's checksum stops: the tar reader's own strength. */
static void a_broken_tar_is_no_danger(void **state)
{
	struct buf tar = { 0 };
	unsigned nmismatch = 0;

	(void)state;
	if (sh("command -v zstd >/dev/null") != 0)
		skip();
	decompressed(&tar);
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 150; i++) {
		size_t at[8];
		char was[8];
		struct unpacking u;

		for (int k = 0; k < 8; k++) { /* headers more than data */
			at[k] = (size_t)(random64() % tar.n);
			if (k % 2)
				at[k] = at[k] / 512 * 512 +
					(size_t)(random64() % 160);
			was[k] = tar.p[at[k]];
			tar.p[at[k]] = (char)random64();
		}
		spit(in_dir("broken.tar"), tar.p, tar.n);
		if (unpack_path(&u, in_dir("broken.tar"), true) == 0)
			nmismatch += u.r.whole == ARCHIVE_MISMATCH;
		unpacking_free(&u);
		for (int k = 8; k-- > 0;)
			tar.p[at[k]] = was[k];
	}
	assert_true(nmismatch > 100);
	buf_free(&tar);
}

static struct writer *open_writer(int *fd, struct writer_options o)
{
	struct member m = { .name = STR(KONSEKI_MANIFEST),
			    .size = 2,
			    .mtime_ns = 0 };
	struct writer *w;
	struct err err;

	*fd = o.fd =
		open(in_dir("b.tar.zst"), O_CREAT | O_TRUNC | O_RDWR, 0600);
	w = writer_new(&o, &err);
	assert_non_null(w);
	assert_int_equal(writer_add(w, &m, STR("{}"), &err), 0);
	return w;
}

static void short_members_say_so(void **state)
{
	const struct extent x[2] = { { 100, 50 }, { 1000, 500 } };
	struct member m = { .name = STR("files/shrunk"), .size = 5000 },
		      s = { .name = STR("files/sparse"),
			    .size = 9000,
			    .extent = x,
			    .nextent = 2 };
	struct unpacking u;
	uint64_t at;
	struct err err;
	struct writer *w;
	int fd;

	(void)state;
	w = open_writer(&fd, (struct writer_options){ 0 });
	assert_int_equal(writer_begin(w, &m, &err), 0);
	assert_int_equal(writer_data(w, STR("0123456789"), &err), 0);
	assert_int_equal(writer_end(w, &at, NULL, &err), 0);
	assert_int_equal(at, 10);
	assert_int_equal(writer_begin(w, &s, &err), 0);
	for (int i = 0; i < 6; i++)
		assert_int_equal(writer_data(w, STR("0123456789"), &err), 0);
	assert_int_equal(writer_end(w, &at, NULL, &err), 0);
	assert_int_equal(at, 1010);
	assert_int_equal(writer_finish(w, true, STR_NONE, &err), 0);
	writer_free(w);
	(void)close(fd);
	assert_int_equal(unpack_path(&u, in_dir("b.tar.zst"), false), 0);
	assert_int_equal(u.r.whole, ARCHIVE_WHOLE);
	assert_int_equal(u.r.member[1].size, 5000);
	assert_int_equal(u.r.member[1].short_at, 10);
	assert_int_equal(u.r.member[2].short_at, 1010);
	assert_memory_equal(u.map + u.r.member[1].off, "0123456789\0\0", 12);
	unpacking_free(&u);
}

static bool never(void *arg, uint64_t n)
{
	(void)n;
	return --*(int *)arg > 0;
}

static void the_reserve_ends_it_well(void **state)
{
	struct member m = { .name = STR("files/noise"), .size = 1u << 20 };
	struct unpacking u;
	struct buf noise = { 0 };
	struct err err;
	struct writer *w;
	int fd, left = 3, n = 0;

	(void)state;
	for (int i = 0; i < 1 << 17; i++) {
		uint64_t r = random64();

		buf_add(&noise, &r, 8);
	}
	w = open_writer(&fd, (struct writer_options){ .may_write = never,
						      .arg = &left });
	while (writer_add(w, &m, buf_view(&noise), &err) == 0)
		assert_true(n++ < 100);
	assert_int_equal(err.errnum, ENOSPC);
	assert_int_equal(writer_finish(w, true, STR_NONE, &err), 0);
	writer_free(w);
	(void)close(fd);
	assert_int_equal(unpack_path(&u, in_dir("b.tar.zst"), false), 0);
	assert_int_equal(u.r.whole, ARCHIVE_INTERRUPTED);
	unpacking_free(&u);
	buf_free(&noise);
}

static void a_full_disk_is_an_error(void **state)
{
	struct writer_options o = { .fd = open("/dev/full", O_WRONLY) };
	struct member m = { .name = STR("files/a"), .size = 1 };
	struct err err;
	struct writer *w;

	(void)state;
	if (o.fd < 0)
		skip();
	w = writer_new(&o, &err);
	assert_int_equal(writer_add(w, &m, STR("x"), &err), -1);
	assert_int_equal(err.errnum, ENOSPC);
	assert_int_equal(writer_add(w, &m, STR("x"), &err), -1);
	assert_int_equal(writer_finish(w, false, STR_NONE, &err), -1);
	writer_free(w);
	(void)close(o.fd);
}

static void misuse_is_refused(void **state)
{
	const struct extent back[2] = { { 100, 50 }, { 120, 1 } };
	struct member m = { .name = STR(""), .size = 5 };
	struct err err;
	struct writer *w;
	int fd;

	(void)state;
	w = open_writer(&fd, (struct writer_options){ 0 });
	assert_int_equal(writer_begin(w, &m, &err), -1);
	m.name = STR("a\0b");
	assert_int_equal(writer_begin(w, &m, &err), -1);
	m = (struct member){
		.name = STR("a"), .size = 500, .extent = back, .nextent = 2
	};
	assert_int_equal(writer_begin(w, &m, &err), -1);
	m.extent = NULL;
	assert_int_equal(writer_begin(w, &m, &err), 0);
	assert_int_equal(writer_begin(w, &m, &err), -1);
	assert_int_equal(writer_end(w, NULL, NULL, &err), 0);
	assert_int_equal(writer_data(w, STR("x"), &err), -1);
	writer_free(w);
	(void)close(fd);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return sh("rm -rf %s", dir);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roundtrip),
		cmocka_unit_test(holes_stay_holes),
		cmocka_unit_test(plain_tar_reads_it),
		cmocka_unit_test(a_thousand_cuts),
		cmocka_unit_test(every_flipped_bit_shows),
		cmocka_unit_test(changes_are_named),
		cmocka_unit_test(members_taken_out_are_missed),
		cmocka_unit_test(a_broken_tar_is_no_danger),
		cmocka_unit_test(short_members_say_so),
		cmocka_unit_test(the_reserve_ends_it_well),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(misuse_is_refused),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 10) | 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
