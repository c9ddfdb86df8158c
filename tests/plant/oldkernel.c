/*
 * oldkernel.c - runs a program as if on Linux 3.10: every call that came
 * later is answered with an errno, as an old kernel (ENOSYS) or the filter of
 * a container (EPERM) does.
 *
 *   oldkernel ENOSYS|EPERM PROGRAM ARG...
 *
 * libs: -static
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../src/collect/newer_test.h"

int main(int argc, char **argv)
{
	int answer;

	if (argc < 3)
		return 2;
	answer = strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
	if (deny_newer(answer, 0) < 0) {
		perror("oldkernel: filter");
		return 77;
	}
	/* the filter is in force when one of these calls is */
	if (syscall(SYS_statx, -1, NULL, 0, 0, NULL) == 0 || errno != answer) {
		(void)fprintf(stderr, "oldkernel: the filter does nothing\n");
		return 77;
	}
	(void)execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
