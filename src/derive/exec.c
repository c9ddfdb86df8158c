/* exec.c - a living process groups with what logs say of its start. */
#include "../event/execgroup.h"
#include "join.h"

void join_exec(struct join *j)
{
	struct str command = ev_get_str(j->ev, KEY_PROCESS_COMMAND_LINE);

	if (!command.n)
		return;
	ev_cstr(j->ev, KEY_K_EXEC_GRADE, "observed");
	ev_str(j->ev, KEY_K_EXEC_GROUP,
	       exec_group(j->ev->when.ts_ns, command, j->scratch));
}
