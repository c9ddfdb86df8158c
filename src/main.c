/* main.c - picks the verb; nothing else. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/verb.h"
#include "konseki/exit.h"
#include "util/io.h"

/*
 * A closed 0, 1 or 2 would be given to the next file that is opened.  What
 * takes its place refuses what the stream is for: a lost output stays an
 * error.
 */
static void hold_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			return; /* a root without devices */
}

int main(int argc, char **argv)
{
	/* a reader that went away is an error of write(2), not a death */
	(void)signal(SIGPIPE, SIG_IGN);
	if (io_standard() < 0)
		return KONSEKI_FAILED;
	/* and so is a limit on the size of files */
	(void)signal(SIGXFSZ, SIG_IGN);
	hold_standard_streams();
	return cli_main(argc, argv);
}
