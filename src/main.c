/* main.c - picks the verb; nothing else. */
#include <signal.h>

#include "cli/verb.h"

int main(int argc, char **argv)
{
	/* a reader that went away is an error of write(2), not a death */
	(void)signal(SIGPIPE, SIG_IGN);
	/* and so is a limit on the size of files */
	(void)signal(SIGXFSZ, SIG_IGN);
	return cli_main(argc, argv);
}
