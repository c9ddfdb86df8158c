/* kind.c - signatures, suffixes, places; libmagic for the few that remain. */
#include "kind.h"

#include "../util/buf.h"
#include "../util/embedded.h"

#include <magic.h>
#include <stdlib.h>
#include <zstd.h>

const char *kind_of(struct str h)
{
	if (str_starts(h, STR("\177ELF")))
		return "elf";
	if (str_starts(h, STR("#!")))
		return "script";
	/* MZ alone is two letters: the header must be whole */
	if (h.n >= 64 && str_starts(h, STR("MZ")))
		return "pe";
	return NULL;
}

/* What follows the last dot; empty without one. */
static struct str suffix(struct str name)
{
	size_t dot = str_rchr(name, '.');

	return dot == (size_t)-1 ? STR_NONE : str_skip(name, dot + 1);
}

static bool listed(struct str s, const struct str *list, size_t n)
{
	for (size_t i = 0; s.n && i < n; i++)
		if (str_eq(s, list[i]))
			return true;
	return false;
}
#define S(lit)                                                                 \
	{                                                                      \
		lit, sizeof(lit) - 1                                           \
	}

bool kind_object_name(struct str name)
{
	static const struct str end[] = { S("so"),  S("ko"),  S("exe"),
					  S("dll"), S("sys"), S("elf") };
	struct str s = suffix(name);

	if (listed(s, end, sizeof(end) / sizeof(end[0])))
		return true;
	/* libc.so.6, e1000.ko.xz: a number or a packer at the end */
	if (s.n == 0 || !((s.p[0] >= '0' && s.p[0] <= '9') ||
			  s.p[s.n - 1] == 'z' || str_is(s, "zst")))
		return false;
	return str_has(name, STR(".so.")) || str_has(name, STR(".ko."));
}

bool kind_program_name(struct str name)
{
	static const struct str end[] = {
		S("py"),  S("sh"),  S("pl"),  S("rb"),  S("lua"),
		S("bin"), S("ps1"), S("run"), S("pyz"), S("bash"),
	};

	return listed(suffix(name), end, sizeof(end) / sizeof(end[0])) ||
	       kind_web_name(name) || kind_object_name(name);
}

bool kind_web_name(struct str name)
{
	static const struct str end[] = {
		S("php"),      S("php3"),  S("php4"), S("php5"), S("php7"),
		S("phps"),     S("phtml"), S("phar"), S("inc"),  S("jsp"),
		S("jspx"),     S("jspf"),  S("war"),  S("asp"),  S("aspx"),
		S("ashx"),     S("asmx"),  S("cgi"),  S("cfm"),  S("shtml"),
		S("htaccess"),
	};

	return listed(suffix(name), end, sizeof(end) / sizeof(end[0])) ||
	       str_is(name, ".user.ini");
}

bool kind_web_dir(struct str path)
{
	static const char *const part[] = {
		"/htdocs",   "/public_html", "/webapps", "/wwwroot",
		"/httpdocs", "/html",        "/www",
	};

	if (str_is(path, "/srv") || str_starts(path, STR("/srv/")))
		return true;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		struct str p = str_of(part[i]), rest = path;
		size_t at;

		/* a whole component */
		while ((at = str_find(rest, p)) != (size_t)-1) {
			rest = str_skip(rest, at + p.n);
			if (rest.n == 0 || rest.p[0] == '/')
				return true;
		}
	}
	return false;
}

bool kind_system_dir(struct str path)
{
	static const char *const dir[] = {
		"/usr/bin/",     "/usr/sbin/",  "/usr/lib",    "/usr/share/",
		"/usr/include/", "/bin/",       "/sbin/",      "/lib",
		"/boot/",        "/snap/",      "/usr/games/", "/usr/src/",
		"/nix/store/",   "/gnu/store/",
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(dir[0]); i++)
		if (str_starts(path, str_of(dir[i])))
			return true;
	return false;
}

struct magic_box {
	magic_t cookie; /* NULL: the database cannot be used */
	void *database;
};

#define DATABASE_MAX (64u << 20)

static void open_box(struct magic_box *b)
{
	unsigned long long n =
		ZSTD_getFrameContentSize(magic_mgc_zst, magic_mgc_zst_len);
	size_t size = (size_t)n;

	if (n == 0 || n > DATABASE_MAX)
		return;
	b->database = xmalloc(size);
	if (ZSTD_decompress(b->database, size, magic_mgc_zst,
			    magic_mgc_zst_len) != size)
		return;
	b->cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
			       MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF |
			       MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_CSV);
	if (b->cookie &&
	    magic_load_buffers(b->cookie, &b->database, &size, 1) != 0) {
		magic_close(b->cookie);
		b->cookie = NULL;
	}
}

const char *kind_mime(struct magic_box **box, struct str head)
{
	if (!*box) {
		*box = xmalloc(sizeof(**box));
		open_box(*box);
	}
	if (!(*box)->cookie || head.n == 0)
		return NULL;
	return magic_buffer((*box)->cookie, head.p, head.n);
}

void kind_free(struct magic_box *b)
{
	if (!b)
		return;
	if (b->cookie)
		magic_close(b->cookie);
	free(b->database);
	free(b);
}
