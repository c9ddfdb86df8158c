/*
 * hangfs.c - a FUSE file system with reads that never return.
 *
 *   hangfs DIR NAME...
 *
 * Mounts on DIR (type fuse.hangfs) a directory with files of these names, says
 * `ready' on stdout, and answers every request but reads of names that end
 * in `!' (which is no part of the name).  A name that ends in `?' is of eight
 * blocks, of which the third is bad (EIO).  Names in .sh are executable.  Ends
 * when it is told to, or its parent ends; the mount goes with it.
 *
 * libs: -static
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ROOT 1
#define FIRST 2
#define SIZE 4096
#define BLOCKS 8 /* of a file with a bad one */
#define BAD 2
#define MAX_FILE 16

static struct {
	char name[32];
	mode_t mode;
	int hangs, bad;
} files[MAX_FILE];
static size_t nfile;

static const char *mounted;
static int fd;

static void stop(int sig)
{
	(void)sig;
	(void)umount2(mounted, MNT_DETACH);
	_exit(0);
}

static void answer(uint64_t unique, int error, const void *p, size_t n)
{
	struct fuse_out_header h = { .error = -error, .unique = unique };
	struct iovec v[2] = { { &h, sizeof(h) }, { (void *)(size_t)p, n } };

	h.len = (uint32_t)(sizeof(h) + (error ? 0 : n));
	/* a request that was interrupted is not there any more: no matter */
	if (writev(fd, v, error || n == 0 ? 1 : 2) < 0)
		return;
}

static struct fuse_attr attr_of(uint64_t node)
{
	struct fuse_attr a = { .ino = node, .nlink = 1, .blksize = 4096 };

	a.atime = a.mtime = a.ctime = (uint64_t)time(NULL) - 3600;
	if (node == ROOT) {
		a.mode = S_IFDIR | 0755;
		a.nlink = 2;
	} else {
		a.mode = S_IFREG | files[node - FIRST].mode;
		a.size = SIZE * (files[node - FIRST].bad ? BLOCKS : 1);
		a.blocks = a.size / 512;
	}
	return a;
}

static void lookup(uint64_t unique, const char *name)
{
	struct fuse_entry_out e = { .attr_valid = 60, .entry_valid = 60 };

	for (size_t i = 0; i < nfile; i++) {
		if (strcmp(files[i].name, name) != 0)
			continue;
		e.nodeid = FIRST + i;
		e.attr = attr_of(e.nodeid);
		answer(unique, 0, &e, sizeof(e));
		return;
	}
	answer(unique, ENOENT, NULL, 0);
}

static void list(uint64_t unique, uint64_t from)
{
	char out[1024] = { 0 };
	size_t n = 0;

	for (uint64_t i = from; i < nfile; i++) {
		struct fuse_dirent *d = (void *)(out + n);

		d->ino = FIRST + i;
		d->off = i + 1;
		d->type = S_IFREG >> 12;
		d->namelen = (uint32_t)strlen(files[i].name);
		memcpy(d->name, files[i].name, d->namelen);
		n += FUSE_DIRENT_SIZE(d);
	}
	answer(unique, 0, out, n);
}

static void give(const struct fuse_in_header *h, const struct fuse_read_in *r)
{
	static const char text[SIZE] = "a file that can be read\n";
	static char whole[BLOCKS * SIZE];
	uint64_t end = r->offset + r->size;

	if (files[h->nodeid - FIRST].hangs)
		return; /* and never answers */
	if (files[h->nodeid - FIRST].bad) {
		if (end > sizeof(whole))
			end = sizeof(whole);
		memset(whole, 'x', sizeof(whole));
		if (r->offset < (BAD + 1) * SIZE && end > BAD * SIZE)
			answer(h->unique, EIO, NULL, 0);
		else
			answer(h->unique, 0, whole + r->offset,
			       end > r->offset ? end - r->offset : 0);
		return;
	}
	answer(h->unique, 0, text + (r->offset < SIZE ? r->offset : SIZE),
	       r->offset < SIZE ? SIZE - r->offset : 0);
}

static void serve(const struct fuse_in_header *h, const void *body)
{
	struct fuse_attr_out a = { .attr_valid = 60 };
	struct fuse_open_out o = { .fh = h->nodeid };
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
				      .minor = 31,
				      .max_write = 65536 };

	switch (h->opcode) {
	case FUSE_INIT:
		init.max_readahead = SIZE;
		answer(h->unique, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		lookup(h->unique, body);
		break;
	case FUSE_GETATTR:
		a.attr = attr_of(h->nodeid);
		answer(h->unique, 0, &a, sizeof(a));
		break;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		answer(h->unique, 0, &o, sizeof(o));
		break;
	case FUSE_READDIR:
		list(h->unique, ((const struct fuse_read_in *)body)->offset);
		break;
	case FUSE_READ:
		give(h, body);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		answer(h->unique, 0, NULL, 0);
		break;
	default:
		answer(h->unique, ENOSYS, NULL, 0);
	}
}

static void add_file(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= sizeof(files[0].name) || nfile == MAX_FILE)
		_exit(2);
	memcpy(files[nfile].name, name, n);
	files[nfile].hangs = name[n - 1] == '!';
	files[nfile].bad = name[n - 1] == '?';
	if (files[nfile].hangs || files[nfile].bad)
		files[nfile].name[--n] = '\0';
	files[nfile].mode = 0644;
	if (n > 3 && strcmp(files[nfile].name + n - 3, ".sh") == 0)
		files[nfile].mode = 0755;
	nfile++;
}

int main(int argc, char **argv)
{
	static char request[1 << 18];
	char opt[96];
	ssize_t n;

	if (argc < 3)
		return 2;
	for (int i = 2; i < argc; i++)
		add_file(argv[i]);
	mounted = argv[1];
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror("hangfs: /dev/fuse");
		return 77;
	}
	(void)snprintf(opt, sizeof(opt),
		       "fd=%d,rootmode=40000,user_id=0,group_id=0,"
		       "default_permissions,allow_other",
		       fd);
	if (mount("hangfs", mounted, "fuse.hangfs", MS_NOSUID | MS_NODEV, opt) <
	    0) {
		perror("hangfs: mount");
		return 77;
	}
	(void)signal(SIGTERM, stop);
	(void)signal(SIGHUP, stop);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)puts("ready");
	(void)fflush(stdout);
	while ((n = read(fd, request, sizeof(request))) > 0 || errno == EINTR ||
	       errno == ENOENT)
		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			serve((const void *)request,
			      request + sizeof(struct fuse_in_header));
	stop(0);
}
