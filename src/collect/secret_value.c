/*
 * secret_value.c - passwords and tokens inside of configuration, histories
 * and logs.  The text is evidence and stays, with its length; the letters of
 * the value become `*'.  Beside shapes (secret_shape.c), two ways to know one:
 *
 *   assignment  NAME = VALUE where NAME says it, `NAME': 'VALUE', <NAME>VALUE,
 *               and the password of scheme://user:password@host
 *   keyword     a line's words: `requirepass X', `login u password X'
 *
 * Who masks too much hides evidence: what is a word of configuration, a path
 * or an expression is none.
 */
#include "secrets.h"

#include "../util/glob.h"

#define VALUE_MIN 4u /* shorter ones are words of configuration */
#define VALUE_MAX 8192u
#define NAME_MAX_LEN 128u

struct mask {
	char *p;
	size_t n;
	size_t masked;
	unsigned count;
	bool code; /* of a program: what stands there may be a variable */
};

static void cover(struct mask *m, size_t from, size_t to)
{
	if (to <= from)
		return;
	memset(m->p + from, '*', to - from);
	m->masked += to - from;
	m->count++;
}

/* --- by assignment --------------------------------------------------- */

/* names that mean one, whatever the value looks like */
static const char *const plain_name[] = {
	"apikey",        "auth_token", "authtoken",    "bindpw",
	"client_secret", "community",  "access_token", "pass",
	"passphrase",    "passwd",     "password",     "passwort",
	"psk",           "pwd",        "requirepass",  "rootpw",
	"secret",        "secret_key", "secretkey",    "token",
};
/* what configuration says there without being a secret */
static const char *const harmless[] = {
	"all",       "always",     "ask",     "auto",   "basic",
	"compat",    "default",    "deny",    "digest", "disabled",
	"enabled",   "false",      "files",   "never",  "none",
	"null",      "optional",   "plain",   "prompt", "required",
	"requisite", "sufficient", "systemd", "true",   "undefined",
	"winbind",   "yes",
};

static bool among(const char *const *table, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(s, str_of(table[i])))
			return true;
	return false;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("_-.", c);
}

/* Letters of both kinds, or letters and digits, and not too short. */
static bool mixed(struct str v)
{
	bool lower = false, upper = false, digit = false;

	for (size_t i = 0; i < v.n; i++) {
		lower |= v.p[i] >= 'a' && v.p[i] <= 'z';
		upper |= v.p[i] >= 'A' && v.p[i] <= 'Z';
		digit |= v.p[i] >= '0' && v.p[i] <= '9';
	}
	return v.n >= 8 && lower + upper + digit >= 2;
}

/* db_password is a password */
static struct str last_part(struct str name)
{
	size_t n = name.n;

	while (n > 0 && !strchr("_-.", name.p[n - 1]))
		n--;
	return str_skip(name, n);
}

static bool secret_name(struct str name)
{
	return str_starts(name, STR("wep_key")) ||
	       str_starts(name, STR("wep-key")) ||
	       among(plain_name, sizeof(plain_name) / sizeof(*plain_name),
		     name) ||
	       among(plain_name, sizeof(plain_name) / sizeof(*plain_name),
		     last_part(name));
}

bool secret_option_name(struct str name)
{
	return !str_has(name, STR("=")) && secret_name(name);
}

static bool is_secret(struct str name, struct str v)
{
	if (v.n < VALUE_MIN || v.n > VALUE_MAX || strchr("/~$*%<{(", v.p[0]) ||
	    str_starts(v, STR("./")) || str_has(v, STR("://")) ||
	    among(harmless, sizeof(harmless) / sizeof(*harmless), v))
		return false;
	if (secret_name(name))
		return true;
	return secret_env_name(name) && mixed(v);
}

/* The identifier that ends before `at', closing quotes and blanks aside. */
static struct str name_before(const char *p, size_t from, size_t at)
{
	size_t end = at;

	while (end > from && strchr(" \t\"')]", p[end - 1]))
		end--;
	at = end;
	while (at > from && name_char(p[at - 1]) && end - at < NAME_MAX_LEN)
		at--;
	while (at < end && p[at] == '-') /* --password=… */
		at++;
	return str_mem(p + at, end - at);
}

/* The value from `at' on: quoted, or up to what ends a word. */
static struct str value_at(const char *p, size_t at, size_t end)
{
	char quote = 0;
	size_t k;

	while (at < end && strchr(" \t", p[at]))
		at++;
	if (at < end && (p[at] == '"' || p[at] == '\''))
		quote = p[at++];
	for (k = at; k < end; k++)
		if (quote ? p[k] == quote && p[k - 1] != '\\'
			  : strchr(" \t,;&|)}<\"'", p[k]) != NULL)
			break;
	return str_mem(p + at, k - at);
}

/* `Authorization: Bearer X': the scheme is no secret. */
static struct str behind_scheme(const char *p, struct str v, size_t end)
{
	static const char *const scheme[] = { "bearer", "basic", "token" };
	size_t at = (size_t)(v.p - p) + v.n;

	return among(scheme, 3, v) ? value_at(p, at, end) : v;
}

/* In a program: quoted, or no name that it could have given. */
static bool is_literal(const struct mask *m, struct str v, size_t end)
{
	size_t at = (size_t)(v.p - m->p), behind = at + v.n;
	bool digit = false;

	if (at > 0 && (v.p[-1] == '"' || v.p[-1] == '\''))
		return true;
	for (size_t i = 0; i < v.n; i++) {
		digit |= v.p[i] >= '0' && v.p[i] <= '9';
		if (strchr(".([", v.p[i]))
			return false;
	}
	return digit && mixed(v) && (behind == end || m->p[behind] != '(');
}

/* A name that ends at `at', its value from `behind' on. */
static void assigned(struct mask *m, size_t from, size_t at, size_t behind,
		     size_t end)
{
	struct str name = name_before(m->p, from, at), v;
	bool header = str_ieq(name, STR("authorization"));

	/* most names are none: a line of `=' alone must not cost its square */
	if (!header && !secret_name(name) && !secret_env_name(name))
		return;
	if (end - behind > VALUE_MAX + NAME_MAX_LEN)
		end = behind + VALUE_MAX + NAME_MAX_LEN;
	v = value_at(m->p, behind, end);
	if (header)
		v = behind_scheme(m->p, v, end);
	if (name.n == 0 || v.n == 0 || (header && !mixed(v)) ||
	    (!header && !is_secret(name, v)) ||
	    (m->code && !is_literal(m, v, end)))
		return;
	cover(m, (size_t)(v.p - m->p), (size_t)(v.p - m->p) + v.n);
}

/* scheme://user:password@host */
static void url_at(struct mask *m, size_t at, size_t end)
{
	size_t k = at, colon = 0, sign = 0;

	for (; k < end && !strchr("/?# \t\"'<>", m->p[k]); k++) {
		if (m->p[k] == ':' && !colon)
			colon = k;
		if (m->p[k] == '@')
			sign = k;
	}
	if (colon && sign > colon + 1)
		cover(m, colon + 1, sign);
}

/* define('DB_PASSWORD', 'x'): a comma where others have an equals sign. */
static bool php_define(const struct mask *m, size_t from, size_t at)
{
	size_t back =
		at - from < 2 * NAME_MAX_LEN ? at - from : 2 * NAME_MAX_LEN;
	struct str line = str_mem(m->p + at - back, back);

	return at > from && (m->p[at - 1] == '\'' || m->p[at - 1] == '"') &&
	       str_has(line, STR("define("));
}

static void line_assignments(struct mask *m, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		char c = m->p[i], next = i + 1 < end ? m->p[i + 1] : 0;

		if (c == ':' && next == '/' && i + 2 < end &&
		    m->p[i + 2] == '/')
			url_at(m, i + 3, end);
		else if (c == '=' && (next == '=' || next == '~'))
			i++; /* a comparison */
		else if (c == '=' && next == '>') {
			assigned(m, from, i, i + 2, end);
			i++;
		} else if (c == '=' || c == ':' || c == '>' ||
			   (c == ',' && php_define(m, from, i)))
			assigned(m, from, i, i + 1, end);
	}
}

/* --- by keyword ------------------------------------------------------ */

/* the word behind which the value stands, and whether it begins the line */
static const struct keyword {
	const char *word;
	bool first;
	unsigned skip; /* words between */
} keywords[] = {
	{ "bindpw", true, 0 },        { "createuser", true, 2 },
	{ "masterauth", true, 0 },    { "password", false, 0 },
	{ "requirepass", true, 0 },   { "rocommunity", true, 0 },
	{ "rocommunity6", true, 0 },  { "rootpw", true, 0 },
	{ "rwcommunity", true, 0 },   { "rwcommunity6", true, 0 },
	{ "trapcommunity", true, 0 }, { "wireless-key", true, 0 },
	{ "wpa-password", true, 0 },  { "wpa-psk", true, 0 },
};

static bool word_next(const struct mask *m, size_t *at, size_t end,
		      struct str *w)
{
	size_t k;

	while (*at < end && strchr(" \t", m->p[*at]))
		(*at)++;
	for (k = *at; k < end && !strchr(" \t", m->p[k]); k++)
		;
	*w = str_mem(m->p + *at, k - *at);
	*at = k;
	return w->n > 0;
}

static void line_keywords(struct mask *m, size_t from, size_t end, bool netrc)
{
	size_t at = from;
	struct str w;

	for (unsigned n = 0; word_next(m, &at, end, &w); n++)
		for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords);
		     i++) {
			const struct keyword *k = &keywords[i];
			size_t behind = at;
			struct str v = STR_NONE;

			if (!str_ieq(w, str_of(k->word)) ||
			    (k->first ? n != 0 : !netrc))
				continue;
			for (unsigned s = 0; s <= k->skip; s++)
				if (!word_next(m, &behind, end, &v))
					return;
			cover(m, (size_t)(v.p - m->p),
			      (size_t)(v.p - m->p) + v.n);
			break;
		}
}

/* Fields of a line, parted by `sep': the one that is the secret. */
static void line_field(struct mask *m, size_t from, size_t end, char sep,
		       unsigned want)
{
	unsigned field = 0;
	size_t at = from;

	for (size_t k = from; k <= end; k++) {
		if (k < end && m->p[k] != sep)
			continue;
		if (field++ == want)
			cover(m, at, k);
		while (sep == ' ' && k + 1 < end && m->p[k + 1] == ' ')
			k++;
		at = k + 1;
	}
}

/* --- which way for which file ---------------------------------------- */

enum way { SHAPES, FIELDS, NETRC, EVERY };

static const struct known {
	const char *glob;
	enum way way;
	char sep;
	unsigned field;
} known[] = {
	/* words there mean something else */
	{ "/etc/nsswitch.conf", SHAPES, 0, 0 },
	{ "/etc/sudoers", SHAPES, 0, 0 },
	{ "/etc/sudoers.d/**", SHAPES, 0, 0 },
	{ "/etc/pam.conf", SHAPES, 0, 0 },
	{ "/etc/pam.d/*", SHAPES, 0, 0 },
	{ "/usr/lib/pam.d/*", SHAPES, 0, 0 },
	{ "/etc/passwd*", SHAPES, 0, 0 },
	{ "/etc/login.defs", SHAPES, 0, 0 },
	{ "/var/log/**", SHAPES, 0, 0 },
	{ "/var/lib/dpkg/**", SHAPES, 0, 0 },
	/* values without names */
	{ "/etc/ppp/*-secrets", FIELDS, ' ', 2 },
	{ "**/.pgpass", FIELDS, ':', 4 },
	{ "**/.netrc", NETRC, 0, 0 },
	{ "**/_netrc", NETRC, 0, 0 },
};

static const struct known *known_of(struct str path)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (glob_match(str_of(known[i].glob), path))
			return &known[i];
	return NULL;
}

/* By its first line or the end of its name. */
static bool is_code(struct str text, struct str path)
{
	static const char *const end[] = { ".c",  ".cgi", ".go",  ".java",
					   ".js", ".jsp", ".lua", ".php",
					   ".pl", ".pm",  ".py",  ".rb",
					   ".sh", ".ts" };

	for (size_t i = 0; i < sizeof(end) / sizeof(*end); i++)
		if (str_ends(path, str_of(end[i])))
			return true;
	return str_starts(text, STR("#!"));
}

size_t secret_values(char *p, size_t n, struct str path, unsigned *count)
{
	const struct known *k = known_of(path);
	enum way way = k ? k->way : EVERY;
	struct mask m = { .p = p,
			  .n = n,
			  .code = is_code(str_mem(p, n), path) };

	m.masked = secret_shapes(p, n, &m.count);
	for (size_t at = 0; at < n && way != SHAPES;) {
		size_t len = str_chr(str_mem(p + at, n - at), '\n');
		size_t end = len == (size_t)-1 ? n : at + len;

		if (way == FIELDS && p[at] != '#')
			line_field(&m, at, end, k->sep, k->field);
		if (way != FIELDS) {
			line_keywords(&m, at, end, way == NETRC);
			line_assignments(&m, at, end);
		}
		if (way != FIELDS)
			m.masked += secret_flags(p + at, end - at, &m.count);
		at = end + 1;
	}
	*count = m.count;
	return m.masked;
}
