/* kind.c - signatures, suffixes, places; libmagic for the few that remain. */
#include "kind.h"

#include "../util/buf.h"
#include "../util/embedded.h"

#include <magic.h>
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

static bool ends_with(struct str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends(name, str_of(list[i])))
			return true;
	return false;
}

bool kind_program_name(struct str name)
{
	static const char *const end[] = {
		".so",  ".ko",  ".py",  ".sh",  ".pl",  ".rb",   ".lua", ".exe",
		".dll", ".sys", ".elf", ".bin", ".ps1", ".bash", ".run", ".pyz",
	};

	return ends_with(name, end, sizeof(end) / sizeof(end[0])) ||
	       str_has(name, STR(".so.")) || str_has(name, STR(".ko.")) ||
	       kind_web_name(name);
}

bool kind_web_name(struct str name)
{
	static const char *const end[] = {
		".php",   ".php3",  ".php4",     ".php5",     ".php7", ".phps",
		".phtml", ".phar",  ".inc",      ".jsp",      ".jspx", ".jspf",
		".war",   ".asp",   ".aspx",     ".ashx",     ".asmx", ".cgi",
		".cfm",   ".shtml", ".htaccess", ".user.ini",
	};

	return ends_with(name, end, sizeof(end) / sizeof(end[0]));
}

bool kind_web_root(struct str path)
{
	static const char *const part[] = {
		"/var/www/",     "/srv/",     "/usr/share/nginx/", "/htdocs/",
		"/public_html/", "/webapps/", "/wwwroot/",         "/html/",
		"/httpdocs/",    "/www/",
	};

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (str_has(path, str_of(part[i])))
			return true;
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
