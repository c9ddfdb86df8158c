/* files_row.c - the compact row of a file, key by key. */
#include "files_row.h"

#include "../host/filecaps.h"
#include "../host/program.h"
#include "../util/json_in.h"

#define MAX_ATTRIBUTES 16
#define MAX_XATTRS 16
#define MAX_XATTR_BYTES 1024

static uint32_t u32_of(const struct jsonrow_value *v)
{
	uint64_t n;

	return jsonrow_u64(v, &n) && n <= UINT32_MAX ? (uint32_t)n : 0;
}

/* Keys of one letter, and five longer ones. */
static void value(struct parse *p, struct file_row *f, struct str key,
		  const struct jsonrow_value *v)
{
	static const char macb[] = "MACB";
	const char *t;

	if (key.n != 1) {
		if (str_is(key, "h5"))
			f->digest.of[DIGEST_MD5] = v->text;
		else if (str_is(key, "h1"))
			f->digest.of[DIGEST_SHA1] = v->text;
		else if (str_is(key, "h512"))
			f->digest.of[DIGEST_SHA512] = v->text;
		else if (str_is(key, "mime"))
			f->mime = v->text;
		else if (str_is(key, "skip"))
			f->skip = v->text;
		else if (str_is(key, "p_b64"))
			(void)b64_decode(p->scratch, v->text, &f->path);
		else if (str_is(key, "l_b64"))
			(void)b64_decode(p->scratch, v->text, &f->target);
		return;
	}
	switch (key.p[0]) {
	case 'p':
		f->path = v->text;
		break;
	case 't':
		f->type = v->text.n ? v->text.p[0] : '?';
		break;
	case 'm':
		f->mode = u32_of(v) & 07777;
		break;
	case 'u':
		f->uid = u32_of(v);
		break;
	case 'g':
		f->gid = u32_of(v);
		break;
	case 's':
		(void)jsonrow_u64(v, &f->size); /* else 0 */
		break;
	case 'n':
		(void)jsonrow_u64(v, &f->nlink);
		break;
	case 'i':
		f->inode = v->text;
		break;
	case 'd':
		f->device = v->text;
		break;
	case 'l':
		f->target = v->text;
		break;
	case 'o':
		(void)jsonrow_u64(v, &f->root); /* else the host */
		break;
	case 'r':
		f->whiteout = str_is(v->text, "0:0");
		break;
	case 'x':
		f->xattrs = *v;
		break;
	case 'f':
		f->attributes = *v;
		break;
	case 'k':
		f->content = v->text;
		break;
	case 'h':
		f->digest.of[DIGEST_SHA256] = v->text;
		break;
	default:
		t = strchr(macb, key.p[0]);
		if (!t || !*t)
			break;
		f->has_time[t - macb] = jsonrow_i64(v, &f->time[t - macb]);
		if (*t == 'B' && f->time[t - macb] == 0) /* was not stored */
			f->has_time[t - macb] = false;
	}
}

static void packaged(const struct parse *p, struct file_row *f)
{
	const struct packages *s = &ctx_root(p->ctx, f->root)->packages;

	f->state = packages_state(s, f->path, &f->digest, &f->package);
	f->says = packages_says(s, f->path);
}

bool file_row_read(struct parse *p, const struct stream_row *row,
		   struct file_row *f)
{
	struct jsonrow_value v;
	struct jsonrow r;
	struct str key;

	*f = (struct file_row){ .type = '?' };
	if (jsonrow_open(&r, row->line, p->scratch))
		while (jsonrow_next(&r, &key, &v))
			value(p, f, key, &v);
	if (r.bad || f->path.n == 0) {
		parse_note(p, NOTE_DAMAGED, r.bad ? "row" : "path of a row",
			   row->off + r.at, 0, row->line.n - r.at);
		return false;
	}
	for (unsigned i = 0; i < 4; i++)
		f->mode_text[i] = (char)('0' + (f->mode >> (9 - 3 * i) & 7));
	f->interpreter = f->type == 'f' && f->mode & 0111 &&
			 program_runs_anything(f->path);
	f->layered = f->root == 0 && layer_path(f->path, &f->at);
	f->whiteout &= f->layered && f->type == 'c';
	if (f->layered) /* of an image: no package of the host */
		f->container = ctx_layer(p->ctx, f->at.layer);
	else
		packaged(p, f);
	return true;
}

const char *file_row_type(const struct file_row *f)
{
	switch (f->type) {
	case 'f':
		return "file";
	case 'd':
		return "dir";
	case 'l':
		return "symlink";
	case 'b':
		return "block";
	case 'c':
		return "char";
	case 'p':
		return "fifo";
	case 's':
		return "socket";
	default:
		return "unknown";
	}
}

struct str file_row_extension(const struct file_row *f)
{
	struct str base = str_base(f->path);
	size_t dot = str_rchr(base, '.');

	/* `.bashrc' has none, nor has `cron.d' */
	if (dot == (size_t)-1 || dot == 0 || f->type != 'f')
		return STR_NONE;
	return str_skip(base, dot + 1);
}

/* The next "name": "base64" of x, decoded. */
static bool xattr_next(struct parse *p, struct jsonrow *r, struct str *name,
		       struct str *bytes)
{
	struct jsonrow_value v;

	while (jsonrow_next(r, name, &v))
		if (v.type == ROW_STR && b64_decode(p->scratch, v.text, bytes))
			return true;
	return false;
}

void file_row_capabilities(struct parse *p, struct file_row *f)
{
	struct jsonrow r;
	struct str name, bytes;

	if (f->xattrs.type != ROW_OBJ ||
	    !jsonrow_open(&r, f->xattrs.text, p->scratch))
		return;
	while (xattr_next(p, &r, &name, &bytes))
		if (str_is(name, "security.capability"))
			f->capabilities = filecaps_text(bytes, p->scratch);
		else if (str_ends(name, STR(".overlay.opaque")))
			f->opaque = f->layered && str_is(bytes, "y");
	ev_str(p->ev, KEY_K_FILE_CAPABILITIES, f->capabilities);
}

void file_row_digests(struct event *e, const struct file_row *f)
{
	ev_str(e, KEY_FILE_HASH_MD5, f->digest.of[DIGEST_MD5]);
	ev_str(e, KEY_FILE_HASH_SHA1, f->digest.of[DIGEST_SHA1]);
	ev_str(e, KEY_FILE_HASH_SHA256, f->digest.of[DIGEST_SHA256]);
	ev_str(e, KEY_FILE_HASH_SHA512, f->digest.of[DIGEST_SHA512]);
}

/* Where the file lies as its container sees it. */
void file_row_container(struct parse *p, const struct file_row *f)
{
	struct event *e = p->ev;

	if (f->root)
		ev_u64(e, KEY_K_ROOT, f->root);
	if (!f->layered)
		return;
	ev_str(e, KEY_CONTAINER_ID, f->container);
	ev_str(e, KEY_K_CONTAINER_LAYER, f->at.layer);
	if (f->opaque)
		ev_bool(e, KEY_K_CONTAINER_OPAQUE, true);
	ev_str(e, KEY_K_CONTAINER_PATH, f->at.inside);
	if (f->container.n && !f->whiteout)
		ev_bool(e, KEY_K_CONTAINER_UPPER, true);
	if (f->whiteout)
		ev_bool(e, KEY_K_CONTAINER_WHITEOUT, true);
}

void file_row_lists(struct parse *p, const struct file_row *f)
{
	struct str item, name;
	struct jsonrow r;
	size_t at = 0;

	for (int i = 0; i < MAX_ATTRIBUTES &&
			jsonrow_item(&f->attributes, &at, p->scratch, &item);
	     i++)
		ev_str(p->ev, KEY_FILE_ATTRIBUTES, item);
	ev_str(p->ev, KEY_K_FILE_SKIPPED, f->skip);
	if (f->xattrs.type != ROW_OBJ ||
	    !jsonrow_open(&r, f->xattrs.text, p->scratch))
		return;
	for (int i = 0; i < MAX_XATTRS && xattr_next(p, &r, &name, &item); i++)
		if (!str_is(name, "security.capability"))
			ev_named(p->ev, KEY_K_FILE_XATTR, name,
				 str_head(item, MAX_XATTR_BYTES));
}

/* Directories that everybody can write to, or that a boot empties. */
static bool in_volatile(struct str path)
{
	static const struct str dir[] = { { "/tmp/", 5 },
					  { "/var/tmp/", 9 },
					  { "/dev/shm/", 9 },
					  { "/run/", 5 },
					  { "/var/run/", 9 } };

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (str_starts(path, dir[i]))
			return true;
	return false;
}

static bool attribute(const struct parse *p, const struct file_row *f,
		      const char *name)
{
	struct str item;
	size_t at = 0;

	while (jsonrow_item(&f->attributes, &at, p->scratch, &item))
		if (str_is(item, name))
			return true;
	return false;
}

bool file_row_remarkable(const struct parse *p, const struct file_row *f)
{
	bool program = f->content.n > 0 || f->mode & 0111;

	if (f->attributes.text.n > 2 &&
	    (attribute(p, f, "immutable") || attribute(p, f, "append")))
		return true;
	if (f->type == 'b' || f->type == 'c')
		return !str_starts(f->path, STR("/dev/"));
	if (f->path.p[f->path.n - 1] == ' ' || f->opaque)
		return true;
	if (f->type != 'f')
		return f->relinked;
	if (f->mode & 06000 || f->capabilities.n || f->stronger)
		return true;
	if (program && (in_volatile(f->path) || f->container.n || f->root))
		return true;
	return f->state == PKG_MODIFIED ||
	       (program && f->state == PKG_CONFFILE_CHANGED) ||
	       (program && f->state == PKG_UNPACKAGED);
}
