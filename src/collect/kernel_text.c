/*
 * kernel_text.c - texts that the kernel writes about itself, kept as they
 * stand for whoever wants to compare; and the number and hash of its symbols.
 */
#include "kernel.h"
#include "live.h"

#include "../util/hash.h"

#include <fcntl.h>
#include <unistd.h>

#define MAX (8u << 20)
#define CHUNK 65536

/* Not those for which the kernel holds its locks long: slabinfo,
 * pagetypeinfo, zoneinfo. */
static const char *const proc[] = {
	"buddyinfo",   "cgroups",     "cmdline",    "consoles", "cpuinfo",
	"crypto",      "devices",     "diskstats",  "dma",      "execdomains",
	"fb",          "filesystems", "interrupts", "iomem",    "ioports",
	"key-users",   "keys",        "loadavg",    "locks",    "mdstat",
	"meminfo",     "misc",        "modules",    "mtrr",     "partitions",
	"softirqs",    "stat",        "swaps",      "uptime",   "version",
	"vmallocinfo", "vmstat",
};

static const struct {
	const char *dir, *into, *file[8];
} more[] = {
	{ "sysvipc", "proc/sysvipc", { "msg", "sem", "shm" } },
	{ "pressure", "proc/pressure", { "cpu", "io", "memory" } },
	{ "driver", "proc/driver", { "rtc", "nvram" } },
};

/* Too long to keep: as many as that, and the same as at another time? */
static void symbols(struct kernel *k)
{
	int fd = openat(probe_env(k->run)->proc, "kallsyms",
			O_RDONLY | O_CLOEXEC);
	unsigned char digest[SHA256_LEN];
	struct buf text = { 0 };
	struct sha256 h;
	uint64_t n = 0;
	ssize_t got;

	if (fd < 0)
		return;
	sha256_init(&h);
	while ((got = read(fd, buf_room(&text, CHUNK), CHUNK)) > 0) {
		sha256_add(&h, text.p, (size_t)got);
		for (ssize_t i = 0; i < got; i++)
			n += text.p[i] == '\n';
	}
	close(fd);
	sha256_end(&h, digest);
	buf_clear(&text);
	buf_fmt(&text, "%llu symbols sha256 ", (unsigned long long)n);
	buf_hex(&text, digest, sizeof digest);
	if (n)
		kernel_value(k, "kallsyms", buf_view(&text));
	buf_free(&text);
}

void kernel_texts(struct kernel *k, struct text_tally *t)
{
	int top = probe_env(t->run)->proc;

	for (size_t i = 0; i < sizeof proc / sizeof proc[0]; i++)
		(void)text_copy(t, top, proc[i], "proc", MAX);
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
		int dir = openat(top, more[i].dir,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		for (size_t f = 0; dir >= 0 && more[i].file[f]; f++)
			(void)text_copy(t, dir, more[i].file[f], more[i].into,
					MAX);
		if (dir >= 0)
			close(dir);
	}
	kernel_sysctl(t);
	symbols(k);
}
