/* enrich.c - which joins an event of a kind gets, in which order. */
#include "derive.h"
#include "join.h"

#define MAX_JOINS 10

static const struct recipe {
	enum kind kind;
	void (*step[MAX_JOINS])(struct join *); /* NULL-ended */
} recipes[] = {
	{ KIND_AUTORUN, { join_autorun } },
	{ KIND_BPF,
	  { join_pid_process, join_user, join_socket_container,
	    join_process_package } },
	{ KIND_FILE, { join_file_package } },
	{ KIND_FILE_STATE, { join_file_package } },
	{ KIND_LIBRARY,
	  { join_user, join_procfacts, join_file_package,
	    join_process_package } },
	{ KIND_MODULE, { join_file_package } },
	{ KIND_PROCESS,
	  { join_self, join_user, join_proctree, join_procfacts, join_container,
	    join_private, join_process_sockets, join_process_package } },
	{ KIND_PROCESS_START,
	  { join_self, join_user, join_proctree, join_procfacts, join_container,
	    join_private, join_process_sockets, join_process_package,
	    join_exec } },
	{ KIND_MOUNT, { join_state_container } },
	{ KIND_SOCKET,
	  { join_socket_process, join_user, join_socket_container,
	    join_process_package } },
	{ KIND_STATE, { join_state_container } },
};

void enrich(struct event *ev, const struct source *src,
	    const struct context *ctx, struct arena *scratch)
{
	struct join j = { ev, src, ctx, scratch, NULL };

	for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++) {
		if (recipes[i].kind != ev->kind)
			continue;
		for (size_t k = 0; k < MAX_JOINS && recipes[i].step[k]; k++)
			recipes[i].step[k](&j);
	}
	join_root(&j);
	if (ctx->nresponder)
		join_responder(&j);
}
