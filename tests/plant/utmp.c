/*
 * utmp.c - lines to login records of glibc (384 bytes, little-endian).
 *
 *   TYPE PID LINE USER HOST SECONDS    TYPE: boot user dead fail; `-': empty
 *   zero                               a record of nothing but zeros
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD 384

static void put(unsigned char *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (unsigned char)(v >> 8 * i);
}

static void text(unsigned char *at, size_t size, const char *s)
{
	if (strcmp(s, "-") != 0)
		memcpy(at, s, strnlen(s, size));
}

static unsigned char type_of(const char *s)
{
	static const struct {
		const char *name;
		unsigned char type;
	} types[] = {
		{ "boot", 2 }, { "fail", 6 }, { "user", 7 }, { "dead", 8 }
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, s) == 0)
			return types[i].type;
	return 0;
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		unsigned char record[RECORD] = { 0 };
		char type[16], tty[64], user[64], host[300];
		unsigned pid, when;

		if (sscanf(line, "%15s %u %63s %63s %299s %u", type, &pid, tty,
			   user, host, &when) == 6) {
			record[0] = type_of(type);
			put(record + 4, pid);
			text(record + 8, 32, tty);
			text(record + 44, 32, user);
			text(record + 76, 256, host);
			put(record + 340, when);
		} else if (strncmp(line, "zero", 4) != 0) {
			(void)fprintf(stderr, "utmp: what is: %s", line);
			return 1;
		}
		if (fwrite(record, sizeof(record), 1, stdout) != 1)
			return 1;
	}
	return fflush(stdout) != 0;
}
