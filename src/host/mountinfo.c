/* mountinfo.c - the text, the classes, and which mounts show the same tree. */
#include "mountstack.h"

#include "../util/buf.h"

#include <stdlib.h>

static const char *const local_types[] = {
	"ext2",   "ext3",     "ext4",  "xfs",     "btrfs",    "tmpfs",
	"ramfs",  "rootfs",   "zfs",   "f2fs",    "vfat",     "msdos",
	"exfat",  "ntfs",     "ntfs3", "jfs",     "reiserfs", "nilfs2",
	"udf",    "iso9660",  "hfs",   "hfsplus", "squashfs", "erofs",
	"cramfs", "bcachefs", "minix", "ufs",     "romfs",    "jffs2",
	"ubifs",
};
static const char *const remote_types[] = {
	"nfs",    "nfs4",      "cifs",     "smb3",   "smbfs",    "ceph",
	"9p",     "afs",       "virtiofs", "ncpfs",  "coda",     "lustre",
	"gpfs",   "glusterfs", "gfs2",     "ocfs2",  "orangefs", "pvfs2",
	"beegfs", "vboxsf",    "prl_fs",   "vmhgfs", "shfs",
};
static const char *const pseudo_types[] = {
	"proc",         "sysfs",      "cgroup",     "cgroup2",    "devpts",
	"debugfs",      "tracefs",    "bpf",        "pstore",     "securityfs",
	"configfs",     "mqueue",     "hugetlbfs",  "fusectl",    "binfmt_misc",
	"efivarfs",     "selinuxfs",  "smackfs",    "nsfs",       "rpc_pipefs",
	"nfsd",         "resctrl",    "cpuset",     "apparmorfs", "usbfs",
	"usbdevfs",     "functionfs", "dax",        "pipefs",     "sockfs",
	"anon_inodefs", "spufs",      "openpromfs", "xenfs",      "secretmem",
};

static bool among(struct str t, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(t, list[i]))
			return true;
	return false;
}
#define AMONG(t, list) among((t), (list), sizeof(list) / sizeof((list)[0]))

/*
 * Does an overlay lie over one of its own layers (systemd-sysext on /usr, an
 * overlay of /etc on itself)?  Nowhere else is that layer to be seen.
 */
static bool over_own_layer(const struct mount *m)
{
	struct str rest = m->super;
	size_t at;

	while ((at = str_find(rest, m->point)) != (size_t)-1) {
		char before = at ? rest.p[at - 1] : ',';
		size_t end = at + m->point.n;

		if ((before == '=' || before == ':') &&
		    (end == rest.n || strchr(":,/", rest.p[end])))
			return true;
		rest = str_skip(rest, at + 1);
	}
	return false;
}

static enum mount_class class_of(const struct mount *m,
				 const struct mounts_options *o)
{
	struct str t = m->type;

	if (among(t, o->local_type, o->nlocal_type))
		return MOUNT_LOCAL;
	if (AMONG(t, local_types))
		return MOUNT_LOCAL;
	if (str_is(t, "devtmpfs"))
		return MOUNT_LISTED;
	if (str_is(t, "overlay") || str_is(t, "aufs"))
		return str_is(m->point, "/") || over_own_layer(m)
			       ? MOUNT_LOCAL
			       : MOUNT_LAYERED;
	if (str_is(t, "autofs"))
		return MOUNT_AUTO;
	if (str_is(t, "fuse") || str_is(t, "fuseblk") ||
	    str_starts(t, STR("fuse.")) || str_starts(t, STR("fuseblk.")))
		return MOUNT_FUSE;
	if (AMONG(t, remote_types))
		return MOUNT_REMOTE;
	return AMONG(t, pseudo_types) ? MOUNT_PSEUDO : MOUNT_UNKNOWN;
}

/* \040 \011 \012 \134: octal escapes of blanks and backslashes */
struct str mounts_unescape(struct arena *a, struct str s)
{
	char *p;
	size_t n = 0;

	if (str_chr(s, '\\') == (size_t)-1)
		return arena_dup(a, s);
	p = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		unsigned v = 0, k = 0;

		while (s.p[i] == '\\' && k < 3 && i + 1 + k < s.n &&
		       s.p[i + 1 + k] >= '0' && s.p[i + 1 + k] <= '7')
			v = v * 8 + (unsigned)(s.p[i + 1 + k++] - '0');
		if (k == 3 && v < 256) {
			p[n++] = (char)v;
			i += 3;
		} else {
			p[n++] = s.p[i];
		}
	}
	return (struct str){ p, n };
}

static bool u32_of(struct str s, uint32_t *out)
{
	uint64_t v;

	if (!str_u64(s, &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

/* id parent major:minor root point options [tags…] - type source super */
static bool line(struct str l, struct arena *a, struct mount *m)
{
	struct str id = str_cut(&l, ' '), parent = str_cut(&l, ' ');
	struct str dev = str_cut(&l, ' '), root = str_cut(&l, ' ');
	struct str point = str_cut(&l, ' '), opt = str_cut(&l, ' ');
	struct str major = str_cut(&dev, ':'), word;

	if (!u32_of(id, &m->id) || !u32_of(parent, &m->parent) ||
	    !u32_of(major, &m->major) || !dev.p || !u32_of(dev, &m->minor))
		return false;
	do {
		if (!l.p)
			return false;
		word = str_cut(&l, ' ');
	} while (!str_is(word, "-"));
	if (!l.p || point.n == 0 || point.p[0] != '/')
		return false;
	m->type = arena_dup(a, str_cut(&l, ' '));
	m->source = mounts_unescape(a, l.p ? str_cut(&l, ' ') : STR_NONE);
	m->super = mounts_unescape(a, l.p ? l : STR_NONE);
	m->options = arena_dup(a, opt);
	m->root = mounts_unescape(a, root);
	m->point = mounts_unescape(a, point);
	return true;
}

/* Is `path' the directory `dir' or below it? */
static bool below(struct str path, struct str dir)
{
	if (dir.n == 1)
		return true;
	return str_starts(path, dir) &&
	       (path.n == dir.n || path.p[dir.n] == '/');
}

static struct str rest_below(struct str path, struct str dir)
{
	struct str r = str_skip(path, dir.n == 1 ? 0 : dir.n);

	return r.n == 0 ? STR("/") : r;
}

const struct mount *mounts_at(const struct mounts *ms, struct str point)
{
	for (size_t i = ms->nmount; i-- > 0;)
		if (str_eq(ms->mount[i].point, point) &&
		    ms->mount[i].class != MOUNT_HIDDEN)
			return &ms->mount[i];
	return NULL;
}

const struct mount *mounts_of(const struct mounts *ms, struct str path)
{
	const struct mount *best = NULL;

	for (size_t i = 0; i < ms->nmount; i++) {
		const struct mount *m = &ms->mount[i];

		if (m->class != MOUNT_HIDDEN && below(path, m->point) &&
		    (!best || m->point.n >= best->point.n))
			best = m;
	}
	return best;
}

/*
 * Does `a' already show what `m' shows?  Not when a third mount covers that
 * place in `a': then `m' is the only way to it.
 */
static bool shows(const struct mounts *ms, const struct mount *a,
		  const struct mount *m)
{
	char at[8192];
	struct str rest;
	size_t n;

	if (a->major != m->major || a->minor != m->minor ||
	    !below(m->root, a->root))
		return false;
	rest = rest_below(m->root, a->root);
	n = a->point.n == 1 ? 0 : a->point.n;
	if (n + rest.n > sizeof(at))
		return false;
	memcpy(at, a->point.p, n);
	memcpy(at + n, rest.p, rest.n);
	n += rest.n;
	if (n > 1 && at[n - 1] == '/')
		n--;
	return mounts_of(ms, (struct str){ at, n }) == a;
}

static bool earlier(const struct mounts *ms, size_t a, size_t m)
{
	const struct mount *x = &ms->mount[a], *y = &ms->mount[m];

	if (x->root.n != y->root.n)
		return x->root.n < y->root.n;
	return a < m;
}

static void find_twins(struct mounts *ms)
{
	struct chains c = { 0 };

	chain_dev(&c, ms);
	for (size_t i = 0; i < ms->nmount; i++) {
		struct mount *m = &ms->mount[i];
		uint32_t dev[2] = { m->major, m->minor };
		size_t k = chain_first(&c, str_mem(dev, sizeof(dev)));

		if (m->class != MOUNT_LOCAL && m->class != MOUNT_LISTED)
			continue;
		for (; k; k = c.next[k - 1]) {
			const struct mount *a = &ms->mount[k - 1];

			if (k - 1 == i || a->class > MOUNT_LISTED ||
			    !earlier(ms, k - 1, i) || !shows(ms, a, m))
				continue;
			m->class = MOUNT_BIND;
			m->twin = (uint32_t)(k - 1);
			break;
		}
	}
	chain_free(&c);
}

/* Makes points relative to root; the mount that holds it goes first. */
static void rebase(struct mounts *ms, struct str root)
{
	const struct mount *h = mounts_of(ms, root);
	struct mount *all = ms->mount, holder;
	size_t n = 0;

	if (!h)
		return;
	holder = *h;
	holder.point = STR("/");
	for (size_t i = 0; i < ms->nmount; i++) {
		struct mount m = all[i];

		if (m.id == holder.id || !below(m.point, root) ||
		    m.point.n == root.n)
			continue;
		m.point = rest_below(m.point, root);
		all[n++] = m; /* the holder left a place */
	}
	memmove(all + 1, all, n * sizeof(*all));
	all[0] = holder;
	ms->nmount = n + 1;
}

void mounts_read(struct str text, const struct mounts_options *o,
		 struct arena *a, struct mounts *ms)
{
	struct mount *list = NULL;
	size_t cap = 0, n = 0;

	while (text.p && n < MOUNTS_MAX) {
		struct str l = str_cut(&text, '\n');
		struct mount m = { 0 };

		if (!line(l, a, &m))
			continue;
		vec_grow(&list, &cap, n + 1, sizeof(*list));
		list[n++] = m;
	}
	ms->mount = arena_array(a, n ? n : 1, sizeof(*list));
	if (n)
		memcpy(ms->mount, list, n * sizeof(*list));
	free(list);
	ms->nmount = n;
	ms->cut = n == MOUNTS_MAX && text.n > 0;
	mounts_hide_covered(ms);
	if (!str_is(o->root, "/"))
		rebase(ms, o->root);
	for (size_t i = 0; i < ms->nmount; i++)
		if (ms->mount[i].class != MOUNT_HIDDEN)
			ms->mount[i].class = class_of(&ms->mount[i], o);
	if (ms->nmount && !str_is(o->root, "/"))
		ms->mount[0].class = MOUNT_LOCAL;
	find_twins(ms);
}

bool mount_readable(const struct mount *m)
{
	return m->class == MOUNT_LOCAL || m->class == MOUNT_BIND ||
	       m->class == MOUNT_LAYERED;
}

bool mount_walkable(const struct mount *m)
{
	return m->class == MOUNT_LOCAL || m->class == MOUNT_LISTED;
}

const char *mount_class_name(enum mount_class c)
{
	static const char *const name[] = {
		"local", "listed", "bind",   "layered", "remote",
		"fuse",  "auto",   "pseudo", "unknown", "hidden",
	};

	return name[c];
}
