/* rpm.c - the files of rpm's headers into the table of packages. */
#include "rpm.h"

#define MAX_DIRS 262144u /* of one package */

/* rpm's numbers (OpenPGP's) */
static const uint8_t algo_of[] = { [0] = DIGEST_MD5,
				   [1] = DIGEST_MD5,
				   [2] = DIGEST_SHA1,
				   [8] = DIGEST_SHA256,
				   [10] = DIGEST_SHA512 };

bool rpm_is_db(struct str path)
{
	struct str base = str_base(path);

	return str_is(base, "Packages") || str_is(base, "Packages.db") ||
	       str_is(base, "rpmdb.sqlite");
}

struct str rpm_evr(const struct rpm_head *h, struct arena *a)
{
	struct str version = rpm_str(h, RPM_VERSION);
	struct str release = rpm_str(h, RPM_RELEASE);

	if (rpm_has(h, RPM_EPOCH))
		return arena_fmt(a, "%u:" STR_FMT "-" STR_FMT,
				 rpm_u32(h, RPM_EPOCH), STR_ARG(version),
				 STR_ARG(release));
	return arena_fmt(a, STR_FMT "-" STR_FMT, STR_ARG(version),
			 STR_ARG(release));
}

void rpm_files_open(const struct rpm_head *h, struct arena *scratch,
		    struct rpm_files *f)
{
	struct rpm_array dirs = rpm_array(h, RPM_DIRNAMES);
	uint32_t algo = rpm_u32(h, RPM_FILEDIGESTALGO);
	struct str s;

	*f = (struct rpm_files){
		.name = rpm_array(h, RPM_BASENAMES),
		.dir = rpm_array(h, RPM_DIRINDEXES),
		.digest = rpm_array(h, RPM_FILEDIGESTS),
		.mode = rpm_array(h, RPM_FILEMODES),
		.flags = rpm_array(h, RPM_FILEFLAGS),
		.user = rpm_array(h, RPM_FILEUSERNAME),
		.group = rpm_array(h, RPM_FILEGROUPNAME),
		.caps = rpm_array(h, RPM_FILECAPS),
		.state = rpm_array(h, RPM_FILESTATES),
		.verify = rpm_array(h, RPM_FILEVERIFYFLAGS),
		.link = rpm_array(h, RPM_FILELINKTOS),
		.algo = algo < sizeof(algo_of) ? algo_of[algo] : DIGEST_NONE,
	};
	if (!f->name.left) {
		f->name = rpm_array(h, RPM_OLDFILENAMES);
		f->whole = true;
	}
	if (dirs.left > MAX_DIRS || dirs.left > h->data.n)
		dirs.left = 0;
	if (!dirs.left)
		return;
	f->dirname = arena_array(scratch, dirs.left, sizeof(*f->dirname));
	while (rpm_next_str(&dirs, &s))
		f->dirname[f->ndir++] = s;
}

static struct str path_of(struct rpm_files *f, struct str name, char *buf)
{
	struct str dir;
	uint32_t i = 0;

	if (f->whole)
		return name;
	if (!rpm_next_u32(&f->dir, &i) || i >= f->ndir)
		return STR_NONE;
	dir = f->dirname[i];
	if (dir.n > RPM_MAX_PATH || name.n > RPM_MAX_PATH - dir.n)
		return STR_NONE;
	memcpy(buf, dir.p, dir.n);
	memcpy(buf + dir.n, name.p, name.n);
	return str_mem(buf, dir.n + name.n);
}

bool rpm_files_next(struct rpm_files *f, struct rpm_file *x)
{
	struct str name;

	if (!rpm_next_str(&f->name, &name))
		return false;
	x->path = path_of(f, name, x->buf);
	x->digest = x->user = x->group = x->caps = x->link = STR_NONE;
	x->mode = x->flags = x->state = 0;
	x->verify = UINT32_MAX;
	x->has_mode = rpm_next_u32(&f->mode, &x->mode);
	/* what is not there keeps what was set above */
	(void)rpm_next_str(&f->digest, &x->digest);
	(void)rpm_next_u32(&f->flags, &x->flags);
	(void)rpm_next_str(&f->user, &x->user);
	(void)rpm_next_str(&f->group, &x->group);
	(void)rpm_next_str(&f->caps, &x->caps);
	(void)rpm_next_u32(&f->state, &x->state);
	(void)rpm_next_u32(&f->verify, &x->verify);
	(void)rpm_next_str(&f->link, &x->link);
	return true;
}

static void one(struct packages *s, uint32_t owner, enum digest_algo algo,
		const struct rpm_file *x)
{
	struct package_file file = { .algo = DIGEST_NONE };
	struct path_info *info;

	/* not installed, or another package's by now */
	info = x->state == 0 ? packages_put(s, x->path) : NULL;
	if (!info)
		return;
	packages_own(info, owner);
	if (x->flags & RPM_FILE_CONFIG)
		info->owner |= PATH_CONFFILE;
	if (x->flags & RPM_FILE_GHOST)
		return; /* made later, by whoever: what it says is not so */
	if (algo && x->verify & RPM_VERIFY_DIGEST &&
	    digest_hex(x->digest, file.digest))
		file.algo = (uint8_t)algo;
	file.has_mode = x->has_mode && x->verify & RPM_VERIFY_MODE;
	file.mode = x->mode & 07777;
	if (x->verify & RPM_VERIFY_USER && x->verify & RPM_VERIFY_GROUP) {
		file.user = packages_word(s, x->user);
		file.group = packages_word(s, x->group);
	}
	file.has_caps = (x->verify & RPM_VERIFY_CAPS) != 0;
	file.caps = packages_word(s, x->caps);
	if (x->link.n && x->verify & RPM_VERIFY_LINK &&
	    packages_wants_link(x->path)) {
		file.caps = packages_word(s, x->link);
		file.is_link = file.caps != 0;
		file.has_mode = file.has_caps = false;
	}
	packages_file(s, info, &file);
}

struct taking {
	struct packages *packages;
	struct arena scratch;
	struct rpmdb *db;
	struct rpm_file file;
};

static bool header(void *arg, struct str blob, uint64_t off)
{
	struct taking *t = arg;
	struct packages *s = t->packages;
	struct arena_mark mark = arena_mark(&t->scratch);
	struct rpm_head h;
	struct rpm_files f;
	struct str name, evr;
	uint32_t owner;

	if (!rpm_head_open(blob, &h)) {
		rpmdb_damage(t->db, "header of a package", off);
		return true;
	}
	name = rpm_str(&h, RPM_NAME);
	/* keys of vendors stand among the packages, without files */
	evr = rpm_evr(&h, &t->scratch);
	owner = packages_intern(s, arena_fmt(&t->scratch,
					     STR_FMT " " STR_FMT " " STR_FMT,
					     STR_ARG(name), STR_ARG(evr),
					     STR_ARG(rpm_str(&h, RPM_ARCH))));
	if (owner) {
		struct package *p = &s->package[owner - 1];

		p->name = arena_dup(s->arena, name);
		p->version = arena_dup(s->arena, evr);
		p->arch = arena_dup(s->arena, rpm_str(&h, RPM_ARCH));
		p->system = PACKAGES_RPM;
		s->prelinked |= str_is(name, "prelink");
		rpm_files_open(&h, &t->scratch, &f);
		while (rpm_files_next(&f, &t->file)) {
			one(s, owner, f.algo, &t->file);
			s->systems |= 1u << PACKAGES_RPM;
		}
	}
	arena_rewind(&t->scratch, mark);
	return true;
}

void rpm_take(struct packages *s, struct str data, struct str wal,
	      struct rpmdb *db)
{
	struct taking t = { .packages = s, .db = db };

	rpmdb_read(db, data, wal, header, &t);
	arena_free(&t.scratch);
}
