/*
 * ioc_check.c - values as feeds write them, and which of them cannot be
 * meant: what every system has is no indicator.
 */
#include "ioc_check.h"

#include <ctype.h>

#include "../util/scan.h"

static const struct {
	const char *word;
	enum ioc_type type;
} words[] = {
	{ "command", IOC_COMMAND },
	{ "command-line", IOC_COMMAND },
	{ "cmdline", IOC_COMMAND },
	{ "cidr", IOC_IP },
	{ "domain", IOC_DOMAIN },
	{ "domain-name", IOC_DOMAIN },
	{ "file", IOC_NAME },
	{ "file-path", IOC_PATH },
	{ "filename", IOC_NAME },
	{ "filepath", IOC_PATH },
	{ "fqdn", IOC_DOMAIN },
	{ "hash", IOC_HASH },
	{ "host", IOC_DOMAIN },
	{ "hostname", IOC_DOMAIN },
	{ "ip", IOC_IP },
	{ "ip-dst", IOC_IP },
	{ "ip-src", IOC_IP },
	{ "ipv4", IOC_IP },
	{ "ipv4-addr", IOC_IP },
	{ "ipv6", IOC_IP },
	{ "ipv6-addr", IOC_IP },
	{ "link", IOC_URL },
	{ "md5", IOC_HASH },
	{ "name", IOC_NAME },
	{ "path", IOC_PATH },
	{ "process", IOC_PROCESS },
	{ "process-name", IOC_PROCESS },
	{ "sha1", IOC_HASH },
	{ "sha256", IOC_HASH },
	{ "sha512", IOC_HASH },
	{ "ua", IOC_AGENT },
	{ "uri", IOC_URL },
	{ "url", IOC_URL },
	{ "user-agent", IOC_AGENT },
};

struct str ioc_refang(struct arena *a, struct str s)
{
	static const struct {
		struct str from, to;
	} table[] = {
		{ { "[.]", 3 }, { ".", 1 } },
		{ { "(.)", 3 }, { ".", 1 } },
		{ { "{.}", 3 }, { ".", 1 } },
		{ { "[dot]", 5 }, { ".", 1 } },
		{ { "(dot)", 5 }, { ".", 1 } },
		{ { "[:]", 3 }, { ":", 1 } },
		{ { "[://]", 5 }, { "://", 3 } },
		{ { "[/]", 3 }, { "/", 1 } },
	};
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	if (s.n > 4 && (str_ieq(str_head(s, 4), STR("hxxp")))) {
		memcpy(out, "http", 4);
		n = 4;
		s = str_skip(s, 4);
	}
	while (s.n) {
		size_t i = 0;

		while (i < sizeof(table) / sizeof(table[0]) &&
		       !str_starts(s, table[i].from))
			i++;
		if (i < sizeof(table) / sizeof(table[0])) {
			memcpy(out + n, table[i].to.p, table[i].to.n);
			n += table[i].to.n;
			s = str_skip(s, table[i].from.n);
		} else {
			out[n++] = s.p[0];
			s = str_skip(s, 1);
		}
	}
	return str_mem(out, n);
}

bool ioc_is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isxdigit((unsigned char)s.p[i]))
			return false;
	return s.n == 32 || s.n == 40 || s.n == 64 || s.n == 128;
}

const char *ioc_bad_hash(struct str hex)
{
	/* of nothing: every empty file has them */
	static const char *const empty[] = {
		"d41d8cd98f00b204e9800998ecf8427e",
		"da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b"
		"855",
		"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce"
		"9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af9"
		"27da3e",
	};

	if (!ioc_is_hex(hex))
		return "not a digest";
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		if (str_is(hex, empty[i]))
			return "of the empty file";
	for (size_t i = 1; i < hex.n; i++)
		if (hex.p[i] != hex.p[0])
			return NULL;
	return "not a digest";
}

bool ioc_v4(const unsigned char ip[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(ip, mapped, 12) == 0;
}

const char *ioc_bad_ip(const unsigned char ip[16], unsigned bits)
{
	static const unsigned char none[16], one[16] = { [15] = 1 };

	if (ioc_v4(ip) && bits < 96 + 8)
		return "a network of that size";
	if (!ioc_v4(ip) && bits < 16)
		return "a network of that size";
	if (memcmp(ip, none, 16) == 0 || (ioc_v4(ip) && ip[12] == 0))
		return "no address";
	if (memcmp(ip, one, 16) == 0 || (ioc_v4(ip) && ip[12] == 127))
		return "loopback";
	if (ioc_v4(ip) && ip[12] >= 224)
		return "multicast or broadcast";
	if (!ioc_v4(ip) && ip[0] == 0xff)
		return "multicast";
	return NULL;
}

const char *ioc_bad_domain(struct str d)
{
	unsigned char ip[16];

	for (size_t i = 0; i < d.n; i++)
		if (!isalnum((unsigned char)d.p[i]) && d.p[i] != '-' &&
		    d.p[i] != '.' && d.p[i] != '_' &&
		    (unsigned char)d.p[i] < 0x80)
			return "not a domain";
	if (d.n > 253 || str_chr(d, '.') == (size_t)-1 || d.p[0] == '.')
		return "not a domain";
	return str_ip(d, ip) ? "an address" : NULL;
}

static size_t literal_bytes(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] != '*' && s.p[i] != '?' && s.p[i] != '/';
	return n;
}

const char *ioc_bad_path(struct str s)
{
	static const char *const shared[] = {
		"/tmp",  "/var/tmp", "/etc",     "/usr/bin",
		"/bin",  "/dev/shm", "/bin/sh",  "/root",
		"/home", "/var/log", "/dev/null"
	};

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (str_is(s, shared[i]))
			return "on every system";
	return literal_bytes(s) < 4 ? "too short" : NULL;
}

enum ioc_type ioc_by_form(struct str v)
{
	unsigned char ip[16];
	struct str rest = v;

	if (ioc_is_hex(v))
		return IOC_HASH;
	if (str_ip(str_cut(&rest, '/'), ip))
		return IOC_IP;
	if (str_has(v, STR("://")))
		return IOC_URL;
	if (str_starts(v, STR("/")))
		return IOC_PATH;
	if (!ioc_bad_domain(v))
		return IOC_DOMAIN;
	return str_chr(v, '.') < v.n && str_chr(v, ' ') > v.n ? IOC_NAME
							      : IOC_TYPES;
}

enum ioc_type ioc_by_word(struct str word)
{
	char w[32];
	size_t n = 0;

	for (size_t i = 0; i < word.n && n < sizeof(w); i++) {
		char c = (char)ac_fold((unsigned char)word.p[i]);

		/* SHA-256, file_path, "Process Name" */
		if (c == '_' || c == ' ')
			c = '-';
		if (c == '-' && n == 3 && memcmp(w, "sha", 3) == 0)
			continue;
		w[n++] = c;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_is(str_mem(w, n), words[i].word))
			return words[i].type;
	return IOC_TYPES;
}
