/*
 * sock_filter_test.c - filters of packet sockets: one of our own in a private
 * network namespace, and the constants of bytes that are no program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../util/hash.h"
#include "probe_test.h"
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <linux/filter.h>
#include <linux/if_ether.h>

/* as passive back doors have it: a word that no traffic has by accident */
static const struct sock_filter knock[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 3),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x7255, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static bool has(struct str row, const char *what)
{
	return str_has(row, str_of(what));
}

static int row_is_right(struct str row)
{
	unsigned char digest[SHA256_LEN];
	struct buf hash = { 0 };

	sha256_of(knock, sizeof knock, digest);
	buf_puts(&hash, "\"konseki.socket.filter_sha256\":\"");
	buf_hex(&hash, digest, sizeof digest);
	buf_c(&hash, '\0');
	return has(row, hash.p) &&
	       has(row, "\"konseki.socket.filter_length\":6,") &&
	       has(row, "\"konseki.socket.filter_constants\":"
			"[\"0x800\",\"0x7255\"]") &&
	       has(row, "\"konseki.socket.program\":\"28000000");
}

/* A network namespace of its own is a user namespace's right too. */
static int child(void)
{
	struct sock_fprog prog = { sizeof knock / sizeof knock[0],
				   (struct sock_filter *)knock };
	struct probe_run *r = xmalloc(sizeof *r);
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		return 77;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				 sizeof prog) < 0)
		return 77;
	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	probe_sockets.run(r);
	for (size_t i = 0; i < r->nrow; i++)
		if (has(r->row[i], "\"packet\"") && row_is_right(r->row[i]))
			return 0;
	return 1;
}

static void packet_socket(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* none of its own is allowed here */
	assert_int_equal(status, 0);
}

static void constants(void **state)
{
	struct str code = str_mem(knock, sizeof knock);
	struct buf list = { 0 };
	unsigned char junk[4096];

	(void)state;
	for (size_t n = 0; n <= code.n; n++) {
		buf_clear(&list);
		sock_filter_constants(str_head(code, n), &list);
		assert_int_equal(list.n, n >= 32 ? 13 : n >= 16 ? 6 : 0);
	}
	/* many: at most 64 are kept */
	for (size_t i = 0; i < sizeof junk; i += 8) {
		const struct sock_filter f =
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)i, 0, 0);

		memcpy(junk + i, &f, sizeof f);
	}
	buf_clear(&list);
	sock_filter_constants(str_mem(junk, sizeof junk), &list);
	code = buf_view(&list);
	for (int i = 0; i < 64; i++)
		(void)str_cut(&code, '\0');
	assert_int_equal(code.n, 0);
	buf_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_socket),
		cmocka_unit_test(constants),
	};

	return cmocka_run_group_tests_name("collect/sock_filter", tests, NULL,
					   NULL);
}
