/*
 * sock_test.c - the sockets probe against sockets of our own, here and in
 * another network namespace, by every way there is to learn of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "probe_test.h"
#include "live.h"
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "newer_test.h"

static struct probe_run *new_run(void)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	return r;
}

static void free_run(struct probe_run *r)
{
	close(r->env.root);
	close(r->env.proc);
	arena_free(&r->arena);
	free(r);
}

static uint64_t inode_of(int fd)
{
	char name[32], link[LIVE_LINK_MAX + 1];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	(void)live_link(AT_FDCWD, name, link);
	return live_ns_inode(link, "socket");
}

/* How many rows hold this text; the last of them. */
static size_t rows_with(const struct probe_run *r, const char *what,
			struct str *row)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(what))) {
			*row = r->row[i];
			n++;
		}
	return n;
}

static struct str row_of_inode(const struct probe_run *r, uint64_t inode)
{
	struct str row = STR_NONE;
	char what[64];

	snprintf(what, sizeof what, "\"konseki.socket.inode\":%llu,",
		 (unsigned long long)inode);
	assert_int_equal(rows_with(r, what, &row), 1);
	return row;
}

static void assert_has(struct str row, const char *what)
{
	if (!str_has(row, str_of(what)))
		fail_msg("no %s in " STR_FMT, what, STR_ARG(row));
}

/* Listens on a free port of the loopback address. */
static int listen_v4(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static int connect_v4(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void a_listener_and_its_client(void **state)
{
	struct probe_run *r = new_run();
	uint16_t port;
	int server = listen_v4(&port), client = connect_v4(port);
	struct str row;
	char what[256];

	(void)state;
	probe_sockets.run(r);
	row = row_of_inode(r, inode_of(server));
	snprintf(what, sizeof what,
		 "{\"network.transport\":\"tcp\",\"network.type\":\"ipv4\","
		 "\"source.ip\":\"127.0.0.1\",\"source.port\":%u,"
		 "\"konseki.socket.state\":\"LISTEN\"",
		 port);
	assert_has(row, what);
	assert_false(str_has(row, STR("destination.ip")));
	row = row_of_inode(r, inode_of(client));
	snprintf(what, sizeof what,
		 "\"destination.ip\":\"127.0.0.1\",\"destination.port\":%u,"
		 "\"konseki.socket.state\":\"ESTABLISHED\"",
		 port);
	assert_has(row, what);
	close(client);
	close(server);
	free_run(r);
}

/* Dumped or read, the same sockets come out. */
static void both_ways_agree(void **state)
{
	static const enum sock_table table[] = { SOCK_TCP,  SOCK_TCP6,
						 SOCK_UDP,  SOCK_UDP6,
						 SOCK_LINK, SOCK_LOCAL };
	struct probe_run *a = new_run(), *b = new_run();
	struct ns ns = { .inode = 7 };
	struct sock_probe by_dump = { .run = a, .env = &a->env, .ns = &ns };
	struct sock_probe by_file = { .run = b, .env = &b->env, .ns = &ns };
	unsigned can = sock_diag_tables(&a->env);
	int self = openat(a->env.proc, "self", O_RDONLY | O_DIRECTORY);
	uint16_t port;
	int server = listen_v4(&port), client = connect_v4(port), pair[2];
	size_t compared = 0;
	bool torn;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (!(can >> table[i] & 1))
			continue;
		assert_int_equal(sock_diag_read(&by_dump, table[i], &torn), 0);
		assert_int_equal(sock_proc_read(&by_file, self, table[i]), 0);
	}
	for (size_t i = 0; i < a->nrow; i++) {
		size_t at = str_find(a->row[i], STR("konseki.socket.inode"));
		char what[64], *end;
		struct str row;

		if (at == (size_t)-1)
			continue;
		/* room for any inode: they grow with a machine's life */
		snprintf(what, sizeof what, STR_FMT,
			 STR_ARG(str_head(str_skip(a->row[i], at), 48)));
		end = strpbrk(what, ",}");
		assert_non_null(end);
		*end = '\0';
		compared += rows_with(b, what, &row) == 1;
	}
	print_message("[  %zu ] sockets, dumped and read\n", compared);
	if (can)
		assert_true(compared >= 3);
	close(self);
	close(server);
	close(client);
	close(pair[0]);
	close(pair[1]);
	buf_free(&by_dump.row);
	buf_free(&by_dump.text);
	buf_free(&by_file.row);
	buf_free(&by_file.text);
	free_run(a);
	free_run(b);
}

struct far { /* a listener in a network namespace of its own */
	pid_t pid;
	uint64_t netns, inode;
	uint16_t port;
};

static bool start_far(struct far *f)
{
	int pipe_fd[2];
	ssize_t n;

	assert_int_equal(pipe(pipe_fd), 0);
	f->pid = fork();
	if (f->pid == 0) {
		int fd;

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) < 0)
			_exit(1);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || listen(fd, 1) < 0) /* 0.0.0.0, a free port */
			_exit(1);
		f->inode = inode_of(fd);
		fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
		f->netns = live_ns(fd, "net");
		if (write(pipe_fd[1], f, sizeof *f) != sizeof *f)
			_exit(1);
		pause();
		_exit(0);
	}
	close(pipe_fd[1]);
	pid_t pid = f->pid;
	n = read(pipe_fd[0], f, sizeof *f);
	f->pid = pid;
	close(pipe_fd[0]);
	return n == sizeof *f;
}

static void stop_far(const struct far *f)
{
	kill(f->pid, SIGKILL);
	(void)waitpid(f->pid, NULL, 0);
}

static bool sees(const struct probe_run *r, const struct far *f)
{
	char inode[64], netns[64];

	snprintf(inode, sizeof inode, "\"konseki.socket.inode\":%llu,",
		 (unsigned long long)f->inode);
	snprintf(netns, sizeof netns, "\"konseki.socket.netns\":%llu",
		 (unsigned long long)f->netns);
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(inode)) &&
		    str_has(r->row[i], str_of(netns)) &&
		    str_has(r->row[i], STR("\"LISTEN\"")))
			return true;
	return false;
}

static uint64_t own_netns(void)
{
	int fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
	uint64_t ino = live_ns(fd, "net");

	close(fd);
	return ino;
}

static void a_listener_in_another_namespace(void **state)
{
	struct probe_run *r = new_run();
	uint64_t home = own_netns();
	struct far f;

	(void)state;
	if (!start_far(&f)) {
		stop_far(&f);
		free_run(r);
		skip(); /* no right to make a namespace */
	}
	probe_sockets.run(r);
	assert_true(f.netns != home);
	assert_true(sees(r, &f));
	assert_int_equal(own_netns(), home); /* and back again */
	probe_interfaces.run(r);
	probe_neighbours.run(r);
	probe_routes.run(r);
	assert_int_equal(own_netns(), home);
	stop_far(&f);
	free_run(r);
}

/* Without setns and newer calls: by /proc/PID/net. */
static void without_setns(void **state)
{
	static const int answer[] = { ENOSYS, EPERM };
	struct far f;

	(void)state;
	if (!start_far(&f)) {
		stop_far(&f);
		skip();
	}
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0) {
			struct probe_run *r = new_run();

			if (deny_newer(answer[i], 1) < 0)
				_exit(2);
			probe_sockets.run(r);
			_exit(sees(r, &f) ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	stop_far(&f);
}

/* What BPFDoor does: a packet socket whose filter waits for a word. */
static void a_packet_socket_with_a_filter(void **state)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x7255, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { 4, code };
	struct probe_run *r = new_run(), *q = new_run();
	struct ns ns = { .inode = 7 };
	struct sock_probe by_file = { .run = q, .env = &q->env, .ns = &ns };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP));
	int self = openat(q->env.proc, "self", O_RDONLY | O_DIRECTORY);
	struct buf hex = { 0 };
	struct str row;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				    sizeof prog),
			 0);
	buf_hex(&hex, code, sizeof code);
	buf_c(&hex, '\0');
	probe_sockets.run(r);
	row = row_of_inode(r, inode_of(fd));
	assert_has(row, "\"network.transport\":\"packet\"");
	assert_has(row, "\"konseki.socket.protocol\":2048");
	assert_has(row, "\"konseki.socket.type\":\"raw\"");
	assert_has(row, "\"konseki.socket.filter\":true");
	assert_has(row, hex.p);
	/* a kernel that cannot dump them: the socket itself is asked */
	assert_int_equal(sock_proc_read(&by_file, self, SOCK_LINK), 0);
	row = row_of_inode(q, inode_of(fd));
	assert_has(row, "\"konseki.socket.type\":\"raw\"");
	if (syscall(SYS_pidfd_open, getpid(), 0) >= 0) {
		assert_has(row, "\"konseki.socket.filter\":true");
		assert_has(row, hex.p);
	}
	close(fd);
	close(self);
	buf_free(&hex);
	buf_free(&by_file.row);
	buf_free(&by_file.text);
	free_run(r);
	free_run(q);
}

static void names_of_unix_sockets(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct probe_run *r = new_run();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char what[64];

	(void)state;
	snprintf(a.sun_path + 1, sizeof a.sun_path - 1, "konseki-%d",
		 (int)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&a,
			      (socklen_t)(sizeof a.sun_family + 1 +
					  strlen(a.sun_path + 1))),
			 0);
	assert_int_equal(listen(fd, 1), 0);
	probe_sockets.run(r);
	snprintf(what, sizeof what, "\"konseki.socket.path\":\"@konseki-%d\"",
		 (int)getpid());
	assert_has(row_of_inode(r, inode_of(fd)), what);
	assert_has(row_of_inode(r, inode_of(fd)), "\"LISTEN\"");
	close(fd);
	free_run(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_and_its_client),
		cmocka_unit_test(both_ways_agree),
		cmocka_unit_test(a_listener_in_another_namespace),
		cmocka_unit_test(without_setns),
		cmocka_unit_test(a_packet_socket_with_a_filter),
		cmocka_unit_test(names_of_unix_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
