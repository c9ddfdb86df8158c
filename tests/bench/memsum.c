/*
 * memsum.c - runs a command and measures it with all its descendants.
 *
 *   memsum OUT COMMAND...
 *
 * Writes into OUT: wall seconds, CPU seconds (user and system of all that
 * ended), peak of the sum of anonymous and shared memory in KiB (from
 * smaps_rollup: a page shared by n processes counts 1/n in each), and peak of
 * the sum with file pages.  The status is the command's.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_TREE 4096
#define SAMPLE_NS 10000000L

struct sample {
	unsigned long own, all;
};

static size_t slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, buf, size - 1);
	(void)close(fd);
	if (n <= 0)
		return 0;
	buf[n] = 0;
	return (size_t)n;
}

static unsigned long field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtoul(p + strlen(name), NULL, 10) : 0;
}

static void add(pid_t pid, struct sample *s)
{
	char path[64], buf[4096];

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	if (slurp(path, buf, sizeof(buf)) == 0)
		return;
	s->own += field(buf, "Pss_Anon:") + field(buf, "Pss_Shmem:");
	s->all += field(buf, "\nPss:");
}

static pid_t parent_of(pid_t pid)
{
	char path[64], buf[1024];
	const char *p;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (slurp(path, buf, sizeof(buf)) == 0)
		return 0;
	p = strrchr(buf, ')'); /* a name may hold anything */
	return p && p[1] ? (pid_t)strtol(p + 3, NULL, 10) : 0;
}

/* Every process below root; a child's number may be below its parent's. */
static struct sample look(pid_t root)
{
	static pid_t pid[MAX_TREE], parent[MAX_TREE];
	static char in[MAX_TREE];
	struct sample s = { 0 };
	DIR *proc = opendir("/proc");
	struct dirent *d;
	size_t n = 0;
	int grew = 1;

	while (proc && (d = readdir(proc)) && n < MAX_TREE)
		if ((pid[n] = (pid_t)strtol(d->d_name, NULL, 10)) > 0) {
			parent[n] = parent_of(pid[n]);
			in[n] = pid[n] == root;
			n++;
		}
	if (proc)
		(void)closedir(proc);
	while (grew) {
		grew = 0;
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; !in[i] && j < n; j++)
				if (in[j] && parent[i] == pid[j])
					in[i] = 1, grew = 1;
	}
	for (size_t i = 0; i < n; i++)
		if (in[i])
			add(pid[i], &s);
	return s;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int watch(pid_t pid, struct sample *peak)
{
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		struct timespec nap = { 0, SAMPLE_NS };
		struct sample s = look(pid);

		if (s.own > peak->own)
			peak->own = s.own;
		if (s.all > peak->all)
			peak->all = s.all;
		(void)nanosleep(&nap, NULL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int main(int argc, char **argv)
{
	struct sample peak = { 0 };
	struct timespec a, b;
	struct rusage ru;
	FILE *out;
	pid_t pid;
	int status;

	if (argc < 3)
		return 2;
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	status = watch(pid, &peak);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	(void)getrusage(RUSAGE_CHILDREN, &ru);
	out = fopen(argv[1], "w");
	if (!out)
		return 2;
	(void)fprintf(out, "%.3f %.3f %lu %lu\n",
		      (double)(b.tv_sec - a.tv_sec) +
			      (double)(b.tv_nsec - a.tv_nsec) / 1e9,
		      seconds(ru.ru_utime) + seconds(ru.ru_stime), peak.own,
		      peak.all);
	(void)fclose(out);
	return status;
}
