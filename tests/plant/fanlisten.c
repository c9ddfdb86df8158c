/*
 * fanlisten.c - fanlisten FILE: a listener that is asked before FILE, and
 * nothing else, is opened; says so on standard output and sleeps.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);

	if (argc != 2 || fd < 0 ||
	    fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, argv[1]))
		return 1;
	(void)puts("listening");
	(void)fflush(stdout);
	(void)sleep(60);
	return 0;
}
