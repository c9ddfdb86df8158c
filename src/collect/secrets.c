/*
 * secrets.c - names of variables that hold secrets, and shadow files.
 */
#include "secrets.h"

#include "../util/hash.h"
#include "../util/json_out.h"

#define SHADOW_LINES_MAX 200000u

/* parts of names, compared without case */
static const char *const secret_word[] = {
	"PASSWORD",    "PASSWD",         "PASSPHRASE",
	"SECRET",      "TOKEN",          "APIKEY",
	"API_KEY",     "ACCESS_KEY",     "PRIVATE_KEY",
	"CREDENTIAL",  "_PWD",           "_PASS",
	"AUTH_KEY",    "ENCRYPTION_KEY", "SESSION_KEY",
	"SIGNING_KEY", "COOKIE",         "BEARER",
	"PGPASS",      "MYSQL_PWD",      "CONNECTION_STRING",
	"SAS_KEY",     "ACCOUNT_KEY",    "WEBHOOK",
};
/* whole parts between `_', `-' and `.' */
static const char *const secret_part[] = {
	"PW",  "KEYS", "AUTH", "AUTHORIZATION", "JWT",
	"PAT", "DSN",  "CRED", "CREDS",         "PIN",
	"OTP", "SK",   "SAS",  "PSK",           "APIKEYS",
};
/* ends of parts: DBPASS, MYPW, ACCESSKEY */
static const char *const secret_end[] = { "PASS", "PW", "KEY", "PASSWORT" };
/* these only contain one of the words */
static const char *const not_secret[] = {
	"SSH_ASKPASS",  "SUDO_ASKPASS", "GIT_ASKPASS",
	"PWD",          "OLDPWD",       "XDG_SESSION_COOKIE_PATH",
	"SSH_AUTH_SOCK"
};

static bool secret_name_part(struct str part)
{
	for (size_t i = 0; i < sizeof(secret_part) / sizeof(*secret_part); i++)
		if (str_ieq(part, str_of(secret_part[i])))
			return true;
	for (size_t i = 0; i < sizeof(secret_end) / sizeof(*secret_end); i++) {
		struct str w = str_of(secret_end[i]);

		if (part.n >= w.n && str_ieq(str_skip(part, part.n - w.n), w))
			return true;
	}
	return false;
}

static bool has_word(struct str name)
{
	for (size_t i = 0; i < sizeof(secret_word) / sizeof(*secret_word);
	     i++) {
		struct str w = str_of(secret_word[i]);

		for (size_t k = 0; k + w.n <= name.n; k++)
			if (str_ieq((struct str){ name.p + k, w.n }, w))
				return true;
	}
	return false;
}

bool secret_env_name(struct str name)
{
	for (size_t i = 0; i < sizeof(not_secret) / sizeof(*not_secret); i++)
		if (str_ieq(name, str_of(not_secret[i])))
			return false;
	if (has_word(name))
		return true;
	while (name.n > 0) {
		size_t n = 0;

		while (n < name.n && !strchr("_-.", name.p[n]))
			n++;
		if (secret_name_part(str_head(name, n)))
			return true;
		name = str_skip(name, n + (n < name.n));
	}
	return false;
}

static void stand_in(struct buf *out, struct str value,
		     const struct collect_env *e)
{
	unsigned char d[SHA256_LEN];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, e->salt, sizeof(e->salt));
	sha256_add(&h, value.p, value.n);
	sha256_end(&h, d);
	buf_fmt(out, "<secret length=%zu sha256=", value.n);
	buf_hex(out, d, 8);
	buf_c(out, '>');
}

/* scheme://user:password@host: where the password lies in v */
static bool url_password(struct str v, size_t *at, size_t *n)
{
	for (size_t from = 0, s;
	     (s = str_find(str_skip(v, from), STR("://"))) != (size_t)-1;) {
		struct str auth = str_skip(v, from += s + 3);
		size_t end, at_sign, colon;

		for (end = 0; end < auth.n && !strchr("/?# ", auth.p[end]);
		     end++)
			;
		at_sign = str_rchr(str_head(auth, end), '@');
		if (at_sign == (size_t)-1)
			continue;
		auth.n = at_sign;
		colon = str_chr(auth, ':');
		if (colon == (size_t)-1 || colon + 1 == auth.n)
			continue;
		*at = from + colon + 1;
		*n = auth.n - colon - 1;
		return true;
	}
	return false;
}

void secret_env(struct buf *out, struct str entry, const struct collect_env *e)
{
	size_t eq = str_chr(entry, '='), at, n;
	struct str value;

	if (e->secrets_full || eq == (size_t)-1) {
		buf_str(out, entry);
		return;
	}
	value = str_skip(entry, eq + 1);
	buf_str(out, str_head(entry, eq + 1));
	if (value.n && secret_env_name(str_head(entry, eq))) {
		stand_in(out, value, e);
		return;
	}
	/* a list of servers has a password each */
	while (value.n <= SECRET_ENV_MAX && url_password(value, &at, &n)) {
		buf_str(out, str_head(value, at));
		stand_in(out, (struct str){ value.p + at, n }, e);
		value = str_skip(value, at + n);
	}
	buf_str(out, value);
}

void secret_environ(struct buf *out, struct str env,
		    const struct collect_env *e)
{
	while (env.n > 0) {
		struct str entry = str_cut(&env, '\0');

		secret_env(out, entry, e);
		if (env.p)
			buf_c(out, '\0');
	}
}

/* crypt(5) prefixes */
static const char *algorithm(struct str h)
{
	static const struct {
		const char *prefix, *name;
	} known[] = {
		{ "$1$", "md5crypt" },    { "$2a$", "bcrypt" },
		{ "$2b$", "bcrypt" },     { "$2x$", "bcrypt" },
		{ "$2y$", "bcrypt" },     { "$5$", "sha256crypt" },
		{ "$6$", "sha512crypt" }, { "$7$", "scrypt" },
		{ "$y$", "yescrypt" },    { "$gy$", "gost-yescrypt" },
		{ "$sha1", "sha1crypt" }, { "$md5", "sunmd5" },
		{ "$argon2", "argon2" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_starts(h, str_of(known[i].prefix)))
			return known[i].name;
	return h.n == 13 ? "descrypt" : h.n ? "unknown" : NULL;
}

static bool has_hash(struct str h)
{
	while (h.n && (h.p[0] == '!' || h.p[0] == '*'))
		h = str_skip(h, 1);
	return h.n == 13 || (h.n > 13 && h.p[0] == '$');
}

/* Copies, links and backups have other names.  One line of something else
 * and it is that: nobody hides a script behind a line of shadow. */
bool secret_is_shadow(struct str text)
{
	bool any = false;

	while (text.p && text.n > 0) {
		struct str line = str_cut(&text, '\n'), hash, rest = line;
		size_t colons = 0;

		for (size_t i = 0; i < line.n; i++)
			colons += line.p[i] == ':';
		if (line.n == 0)
			continue;
		if (colons != 8 && colons != 3)
			return false;
		(void)str_cut(&rest, ':');
		hash = str_cut(&rest, ':');
		any |= has_hash(hash);
	}
	return any;
}

static void shadow_line(struct buf *out, struct str path, struct str line)
{
	struct str user = str_cut(&line, ':'), hash, day;
	bool locked, whole = line.p != NULL;
	uint64_t n;

	hash = whole ? str_cut(&line, ':') : STR_NONE;
	day = line.p ? str_cut(&line, ':') : STR_NONE;
	locked = hash.n && (hash.p[0] == '!' || hash.p[0] == '*');
	json_open(out);
	json_kv_str(out, "path", path);
	json_kv_str(out, "kind", STR("shadow"));
	json_kv_str(out, "user", user);
	json_kv_str(out, "state",
		    !whole        ? STR("damaged")
		    : locked      ? STR("locked")
		    : hash.n == 0 ? STR("empty")
				  : STR("set"));
	/* a locked account may keep its hash behind the `!' */
	while (hash.n && (hash.p[0] == '!' || hash.p[0] == '*'))
		hash = str_skip(hash, 1);
	if (algorithm(hash))
		json_kv_str(out, "algorithm", str_of(algorithm(hash)));
	if (str_u64(day, &n))
		json_kv_u64(out, "last_change_day", n);
	json_close(out);
}

void secret_shadow_rows(struct buf *out, struct str path, struct str text)
{
	for (unsigned k = 0; text.p && k < SHADOW_LINES_MAX; k++) {
		struct str line = str_cut(&text, '\n');

		if (line.n)
			shadow_line(out, path, str_head(line, 8192));
	}
}
