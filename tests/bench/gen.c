/*
 * gen.c - input for measurements; the same arguments give the same bytes.
 *
 *   gen bodyfile N       N lines of The Sleuth Kit's bodyfile 3
 *   gen syslog N         N lines of an auth.log (RFC 3164)
 *   gen export N         N entries in the export format of the journal
 *   gen tree DIR N       N files and directories below DIR
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define START 1767225600 /* 2026-01-01 */
#define PER_DIR 100

static uint64_t state = 1;

static unsigned below(unsigned n) /* xorshift64 */
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % n);
}

static void bodyfile(unsigned long n)
{
	static const char *const dir[] = { "usr/lib", "usr/bin", "etc",
					   "var/lib/app", "home/user" };

	for (unsigned long i = 0; i < n; i++) {
		unsigned long m = START + below(25000000);
		unsigned long c = m + below(100000);

		(void)printf("0|/%s/part%02u/file-%08lu.dat|%lu|r/rrw-r--r--|"
			     "%u|%u|%u|%lu|%lu|%lu|%lu\n",
			     dir[below(5)], below(100), i, i + 12,
			     below(3) * 500, below(3) * 500, below(1u << 20),
			     c + below(5000), m, c, m);
	}
}

static void syslog(unsigned long n)
{
	time_t t = START;

	for (unsigned long i = 0; i < n; i++) {
		char at[32];
		struct tm tm;
		unsigned ip = below(65536);

		t += below(40);
		(void)gmtime_r(&t, &tm);
		(void)strftime(at, sizeof(at), "%b %e %H:%M:%S", &tm);
		switch (below(4)) {
		case 0:
			(void)printf("%s web1 sshd[%u]: Failed password for "
				     "invalid user admin from 198.51.%u.%u "
				     "port %u ssh2\n",
				     at, 1000 + below(60000), ip >> 8, ip & 255,
				     1024 + below(60000));
			break;
		case 1:
			(void)printf("%s web1 CRON[%u]: (root) CMD (cd / && "
				     "run-parts --report /etc/cron.hourly)\n",
				     at, 1000 + below(60000));
			break;
		case 2:
			(void)printf("%s web1 sudo:    alice : TTY=pts/%u ; "
				     "PWD=/home/alice ; USER=root ; "
				     "COMMAND=/usr/bin/less /var/log/syslog\n",
				     at, below(9));
			break;
		default:
			(void)printf("%s web1 systemd[1]: Started session-%u."
				     "scope - Session %u of User alice.\n",
				     at, below(9999), below(9999));
		}
	}
}

static void export(unsigned long n)
{
	uint64_t us = START * 1000000ull;

	for (unsigned long i = 0; i < n; i++) {
		us += below(30000000);
		(void)printf("__REALTIME_TIMESTAMP=%llu\n"
			     "__MONOTONIC_TIMESTAMP=%llu\n"
			     "_BOOT_ID=0123456789abcdef0123456789abcdef\n"
			     "_MACHINE_ID=fedcba9876543210fedcba9876543210\n"
			     "_HOSTNAME=web1\n_TRANSPORT=syslog\nPRIORITY=6\n"
			     "SYSLOG_FACILITY=4\nSYSLOG_IDENTIFIER=sshd\n"
			     "SYSLOG_PID=%u\n_PID=%u\n_UID=0\n_COMM=sshd\n"
			     "_EXE=/usr/sbin/sshd\n"
			     "MESSAGE=Connection closed by 203.0.%u.%u port "
			     "%u [preauth]\n\n",
			     (unsigned long long)us,
			     (unsigned long long)(us - START * 1000000ull),
			     1000 + below(60000), 1000 + below(60000),
			     below(256), below(256), 1024 + below(60000));
	}
}

static int make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return -1;
	return close(fd);
}

static int tree(const char *root, unsigned long n)
{
	char path[4096];

	if (mkdir(root, 0755) < 0 && errno != EEXIST)
		return -1;
	for (unsigned long i = 0, dirs = 0; i < n; i++) {
		if (i % PER_DIR == 0) {
			dirs = i / PER_DIR;
			(void)snprintf(path, sizeof(path), "%s/%03lu", root,
				       dirs / 100);
			if (mkdir(path, 0755) < 0 && errno != EEXIST)
				return -1;
			(void)snprintf(path, sizeof(path), "%s/%03lu/%03lu",
				       root, dirs / 100, dirs % 100);
			if (mkdir(path, 0755) < 0 && errno != EEXIST)
				return -1;
			continue;
		}
		(void)snprintf(path, sizeof(path), "%s/%03lu/%03lu/%06lu", root,
			       dirs / 100, dirs % 100, i);
		if (make_file(path) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 2 ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (argc == 3 && strcmp(argv[1], "bodyfile") == 0) {
		bodyfile(n);
	} else if (argc == 3 && strcmp(argv[1], "syslog") == 0) {
		syslog(n);
	} else if (argc == 3 && strcmp(argv[1], "export") == 0) {
		export(n);
	} else if (argc == 4 && strcmp(argv[1], "tree") == 0) {
		if (tree(argv[2], n) < 0) {
			perror(argv[2]);
			return 1;
		}
	} else {
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
