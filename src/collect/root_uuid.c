/*
 * root_uuid.c - the UUID of the file system that is /, without opening a
 * device or running blkid: the kernel's own answer (FS_IOC_GETFSUUID 6.9,
 * EXT4_IOC_GETFSUUID 6.0, BTRFS_IOC_FS_INFO), what udev noted, links under
 * /dev/disk/by-uuid.  A tree that is not a file system of its own (a dead
 * system copied into a directory) is asked for its fstab.
 */
#include "live.h"
#include "manifest.h"
#include "../util/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)
#define MOUNTS_MAX (16u << 20)

struct fs_uuid { /* struct fsuuid2 */
	uint8_t len;
	uint8_t uuid[16];
};
#define GET_FS_UUID _IOR(0x15, 0, struct fs_uuid)

struct ext4_uuid { /* struct fsuuid with room for the answer */
	uint32_t len, flags;
	uint8_t uuid[16];
};
#define GET_EXT4_UUID _IOC(_IOC_READ, 'f', 44, 8)

struct btrfs_info { /* struct btrfs_ioctl_fs_info_args */
	uint64_t max_id, num_devices;
	uint8_t fsid[16];
	uint8_t rest[1024 - 32];
};
#define GET_BTRFS_INFO _IOR(0x94, 31, struct btrfs_info)

static void put_uuid(struct buf *out, const uint8_t u[16])
{
	static const uint8_t none[16];

	if (memcmp(u, none, 16) == 0)
		return;
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buf_c(out, '-');
		buf_fmt(out, "%02x", u[i]);
	}
}

static void ask_kernel(int root, struct buf *out)
{
	struct fs_uuid any = { 0 };
	struct ext4_uuid ext4 = { .len = 16 };
	struct btrfs_info btrfs = { 0 };
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* one may answer with zeros where another knows */
	if (ioctl(fd, GET_FS_UUID, &any) == 0 && any.len == 16)
		put_uuid(out, any.uuid);
	if (out->n == 0 && ioctl(fd, GET_EXT4_UUID, &ext4) == 0 &&
	    ext4.len == 16)
		put_uuid(out, ext4.uuid);
	if (out->n == 0 && ioctl(fd, GET_BTRFS_INFO, &btrfs) == 0)
		put_uuid(out, btrfs.fsid);
	close(fd);
}

/* /run/udev/data/b8:1 has a line E:ID_FS_UUID=… */
static void ask_udev(int root, dev_t dev, struct buf *out)
{
	struct buf text = { 0 };
	struct str left;
	char path[64];

	snprintf(path, sizeof path, "run/udev/data/b%u:%u", major(dev),
		 minor(dev));
	if (live_read_in(root, path, TEXT_MAX, &text) >= 0)
		for (left = buf_view(&text); left.p && left.n;) {
			struct str line = str_cut(&left, '\n');

			if (str_starts(line, STR("E:ID_FS_UUID=")))
				buf_str(out, str_skip(line, 13));
		}
	buf_free(&text);
}

static void ask_links(int root, dev_t dev, struct buf *out)
{
	int dir = live_open_in(root, "dev/disk/by-uuid",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf names = { 0 };
	struct str left;

	if (dir < 0)
		return;
	if (live_list(dir, ".", &names) == 0)
		for (left = buf_view(&names); left.p && left.n && !out->n;) {
			struct str name = str_cut(&left, '\0');
			struct stat st;

			if (name.n && fstatat(dir, name.p, &st, 0) == 0 &&
			    S_ISBLK(st.st_mode) && st.st_rdev == dev)
				buf_str(out, name);
		}
	buf_free(&names);
	close(dir);
}

static dev_t parse_device(struct str s)
{
	struct str minor_text = s, major_text = str_cut(&minor_text, ':');
	uint64_t hi, lo;

	if (str_u64(major_text, &hi) && str_u64(minor_text, &lo))
		return makedev((unsigned)hi, (unsigned)lo);
	return 0;
}

/*
 * The block device under the root: its st_dev, or, for file systems with
 * numbers of their own (btrfs), the device that mountinfo names as source.
 */
static dev_t block_device(int root, int proc)
{
	struct buf text = { 0 };
	struct str left;
	struct stat st;
	dev_t dev;

	if (fstat(root, &st) < 0)
		return 0;
	dev = st.st_dev;
	if (major(dev) != 0 || proc < 0 ||
	    live_read(proc, "self/mountinfo", MOUNTS_MAX, &text) < 0)
		return dev;
	for (left = buf_view(&text); left.p && left.n;) {
		struct str line = str_cut(&left, '\n'), source;
		char path[256];

		(void)str_cut(&line, ' ');
		(void)str_cut(&line, ' ');
		if (parse_device(str_cut(&line, ' ')) != dev)
			continue;
		line = str_skip(line, str_find(line, STR(" - ")) + 3);
		(void)str_cut(&line, ' ');
		source = str_cut(&line, ' ');
		if (!str_starts(source, STR("/dev/")) || source.n > 255)
			continue;
		snprintf(path, sizeof path, STR_FMT, STR_ARG(source));
		if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
			dev = st.st_rdev;
		break;
	}
	buf_free(&text);
	return dev;
}

/* Is the tree the top of a file system? */
static bool is_mount(int root)
{
	struct stat st, up;

	if (fstat(root, &st) < 0 || fstatat(root, "..", &up, 0) < 0)
		return false;
	return st.st_dev != up.st_dev ||
	       (st.st_ino == up.st_ino && st.st_dev == up.st_dev);
}

struct str fstab_root_uuid(struct str text)
{
	while (text.p && text.n) {
		struct scan c = scan_of(str_cut(&text, '\n'));
		struct str what, where;

		(void)scan_blank(&c);
		what = scan_word(&c);
		(void)scan_blank(&c);
		where = scan_word(&c);
		if (!str_is(where, "/") || !str_starts(what, STR("UUID=")))
			continue;
		what = str_skip(what, 5);
		if (what.n >= 2 && what.p[0] == '"')
			what = str_head(str_skip(what, 1), what.n - 2);
		return what;
	}
	return STR_NONE;
}

void root_fs_uuid(const struct collect_env *env, struct buf *out)
{
	struct buf text = { 0 };
	dev_t dev;

	if (env->live || is_mount(env->root)) {
		ask_kernel(env->root, out);
		dev = out->n ? 0 : block_device(env->root, env->proc);
		if (out->n == 0 && env->live)
			ask_udev(env->root, dev, out);
		if (out->n == 0 && env->live)
			ask_links(env->root, dev, out);
	}
	if (out->n == 0 &&
	    live_read_in(env->root, "etc/fstab", TEXT_MAX, &text) >= 0)
		buf_str(out, fstab_root_uuid(buf_view(&text)));
	buf_free(&text);
}
