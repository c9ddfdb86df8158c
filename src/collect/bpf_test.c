/*
 * bpf_test.c - programs and maps of our own, held by this process, by a pin
 * in a bpffs of a private mount namespace, by a control group; code without
 * what differs from load to load.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bpf.h"
#include "probe_test.h"
#include "row.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "newer_test.h"

#define INSN(c, dst, src, off_, imm_)                                          \
	{                                                                      \
		.code = (c), .dst_reg = (dst), .src_reg = (src),               \
		.off = (off_), .imm = (imm_)                                   \
	}

static int map_fd = -1, prog_fd = -1, trace_fd = -1;

static int call(int cmd, union bpf_attr *a)
{
	return (int)syscall(SYS_bpf, cmd, a, sizeof *a);
}

static int make_map(void)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.map_type = BPF_MAP_TYPE_ARRAY;
	a.key_size = 4;
	a.value_size = 8;
	a.max_entries = 7;
	memcpy(a.map_name, "konseki_map", 12);
	return call(BPF_MAP_CREATE, &a);
}

/* Looks the map up, asks for the pid, lets everything pass. */
static int load(uint32_t type, const char *name, int map)
{
	struct bpf_insn code[] = {
		INSN(0x18, 1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(0x85, 0, 0, 0, BPF_FUNC_ktime_get_ns),
		INSN(0xb7, 0, 0, 0, 1),
		INSN(0x95, 0, 0, 0, 0),
	};
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.prog_type = type;
	a.insns = (uint64_t)(uintptr_t)code;
	a.insn_cnt = sizeof code / sizeof code[0];
	a.license = (uint64_t)(uintptr_t) "GPL";
	strncpy(a.prog_name, name, sizeof a.prog_name - 1);
	return call(BPF_PROG_LOAD, &a);
}

static struct probe_run *look(void)
{
	struct probe_run *r = xmalloc(sizeof *r);

	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	r->env.boot_ns = 1;
	probe_bpf.run(r);
	return r;
}

static void free_run(struct probe_run *r)
{
	close(r->env.root);
	close(r->env.proc);
	arena_free(&r->arena);
	free(r);
}

static struct str row_with(const struct probe_run *r, const char *what)
{
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(what)))
			return r->row[i];
	return STR_NONE;
}

static void assert_has(struct str row, const char *what)
{
	if (!str_has(row, str_of(what)))
		fail_msg("no %s in " STR_FMT, what, STR_ARG(row));
}

static int begin(void **state)
{
	(void)state;
	map_fd = make_map();
	if (map_fd < 0)
		return 0; /* tests skip */
	prog_fd = load(BPF_PROG_TYPE_SOCKET_FILTER, "konseki_filter", map_fd);
	trace_fd = load(BPF_PROG_TYPE_RAW_TRACEPOINT, "konseki_trace", map_fd);
	return 0;
}

static void need_bpf(void)
{
	if (map_fd < 0 || prog_fd < 0)
		skip();
}

static void held_by_process(void **state)
{
	struct bpf_prog_info p;
	struct probe_run *r;
	struct str row;
	char text[64];

	(void)state;
	need_bpf();
	memset(&p, 0, sizeof p);
	assert_int_equal(bpf_info(prog_fd, &p, sizeof p), 0);
	r = look();
	row = row_with(r, "\"konseki_filter\"");
	assert_has(row, "\"konseki.bpf.object\":\"program\"");
	assert_has(row, "\"konseki.bpf.type\":\"socket_filter\"");
	snprintf(text, sizeof text, "\"konseki.bpf.tag\":\"%02x%02x%02x%02x",
		 p.tag[0], p.tag[1], p.tag[2], p.tag[3]);
	assert_has(row, text);
	snprintf(text, sizeof text, "\"process.pid\":%d", getpid());
	assert_has(row, text);
	snprintf(text, sizeof text, "\"konseki.bpf.owners\":[\"%d\"]",
		 getpid());
	assert_has(row, text);
	assert_has(row, "\"konseki.bpf.gpl\":true");
	assert_has(row, "\"konseki.bpf.maps\":[");
	assert_has(row, "\"konseki.bpf.sha256\":\"");
	assert_false(str_has(row, STR("orphan")));
	row = row_with(r, "\"konseki_map\"");
	assert_has(row, "\"konseki.bpf.entries\":7");
	assert_has(row, text);
	free_run(r);
}

static void helpers_by_name(void **state)
{
	struct probe_run *r;
	struct str row;

	(void)state;
	need_bpf();
	r = look();
	row = row_with(r, "\"konseki_filter\"");
	for (size_t i = 0; i < r->nstatus; i++)
		if (str_is(r->status[i].what, "helpers"))
			skip(); /* no addresses are shown here */
	assert_has(row, "\"bpf_ktime_get_ns\"");
	assert_true(r->nmember > 0);
	free_run(r);
}

static void not_orphan_while_held(void **state)
{
	struct collect_env env = { 0 };
	struct bpf_held none = { 0 };
	uint32_t *id;
	size_t n;

	(void)state;
	need_bpf();
	if (trace_fd < 0)
		skip();
	env.root = open("/", O_PATH | O_CLOEXEC);
	env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* the first look missed this process: the second has to find it */
	(void)bpf_orphans(&env, &none, &id, &n);
	assert_int_equal(n, 0);
	free(id);
	close(env.root);
	close(env.proc);
}

static void pin_child(void)
{
	union bpf_attr a;
	struct probe_run *r;
	struct str row;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", "/mnt", "bpf", MS_NOATIME, NULL) < 0)
		_exit(77);
	memset(&a, 0, sizeof a);
	a.bpf_fd = (uint32_t)prog_fd;
	a.pathname = (uint64_t)(uintptr_t) "/mnt/door";
	if (call(BPF_OBJ_PIN, &a) < 0)
		_exit(77);
	r = look();
	row = row_with(r, "\"konseki_filter\"");
	_exit(str_has(row, STR("\"konseki.bpf.pinned\":[\"/mnt/door\"]")) ? 0
									  : 1);
}

static void pinned(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	need_bpf();
	pid = fork();
	if (pid == 0)
		pin_child();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static int denied_child(int errnum)
{
	struct probe_run *r;
	int rc = 1;

	if (deny_newer(errnum, 0) < 0)
		return 77;
	r = look();
	for (size_t i = 0; i < r->nstatus; i++)
		if (r->status[i].what.n == 0 && r->nrow == 0 &&
		    r->status[i].errnum == errnum &&
		    r->status[i].state ==
			    (errnum == EPERM ? PROBE_DENIED : PROBE_SKIPPED))
			rc = 0;
	return rc;
}

/* Never the same as "there is none". */
static void not_allowed(void **state)
{
	const int answer[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			_exit(denied_child(answer[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
			skip();
		assert_int_equal(status, 0);
	}
}

/* Every command but those that ask is death. */
static bool only_asking(void)
{
	static const uint8_t asks[] = {
		BPF_MAP_LOOKUP_ELEM,    BPF_OBJ_GET,
		BPF_PROG_GET_NEXT_ID,   BPF_MAP_GET_NEXT_ID,
		BPF_PROG_GET_FD_BY_ID,  BPF_MAP_GET_FD_BY_ID,
		BPF_OBJ_GET_INFO_BY_FD, BPF_PROG_QUERY,
		BPF_BTF_GET_FD_BY_ID,   BPF_TASK_FD_QUERY,
		BPF_BTF_GET_NEXT_ID,    BPF_LINK_GET_FD_BY_ID,
		BPF_LINK_GET_NEXT_ID,
	};
	struct sock_filter code[5 + 2 * sizeof asks];
	struct sock_fprog prog = { .filter = code };
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						 SYS_bpf, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, args[0]));
	for (size_t i = 0; i < sizeof asks; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, asks[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							 SECCOMP_RET_ALLOW);
	}
	code[n++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL);
	prog.len = (unsigned short)n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

static void nothing_is_changed(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(!only_asking() ? 77 : look()->nrow > 0 ? 0 : 78);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), map_fd < 0 ? 78 : 0);
	/* the filter does kill */
	pid = fork();
	if (pid == 0)
		_exit(only_asking() ? (make_map(), 0) : 77);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void same_code_same_hash(void **state)
{
	struct bpf_insn a[] = { INSN(0x18, 1, 1, 0, 5), INSN(0, 0, 0, 0, 9),
				INSN(0x85, 0, 0, 0, 100),
				INSN(0xb7, 0, 0, 0, 1) };
	struct bpf_insn b[4];
	unsigned char x[32], y[32];
	struct str code = str_mem(b, sizeof b);

	(void)state;
	memcpy(b, a, sizeof b);
	b[0].imm = 77;
	b[1].imm = 3;
	b[2].imm = -4;
	bpf_code_hash(str_mem(a, sizeof a), x);
	bpf_code_hash(code, y);
	assert_memory_equal(x, y, 32);
	b[3].imm = 2; /* what it returns is no accident of loading */
	bpf_code_hash(code, y);
	assert_memory_not_equal(x, y, 32);
	for (size_t n = 0; n < code.n; n++) {
		struct bpf_symbols none = { .base = 1 };
		struct buf list = { 0 };

		bpf_code_hash(str_head(code, n), y);
		bpf_code_helpers(str_head(code, n), &none, &list);
		assert_int_equal(list.n, 0);
	}
}

static void names_of_numbers(void **state)
{
	(void)state;
	assert_string_equal(bpf_program_type(BPF_PROG_TYPE_SK_LOOKUP),
			    "sk_lookup");
	assert_string_equal(bpf_map_type(BPF_MAP_TYPE_RINGBUF), "ringbuf");
	assert_string_equal(bpf_attach_type(BPF_PERF_EVENT), "perf_event");
	assert_string_equal(bpf_attach_type(BPF_CGROUP_DEVICE), "device");
	assert_string_equal(bpf_link_type(BPF_LINK_TYPE_XDP), "xdp");
	assert_string_equal(bpf_program_type(UINT32_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_by_process),
		cmocka_unit_test(helpers_by_name),
		cmocka_unit_test(not_orphan_while_held),
		cmocka_unit_test(pinned),
		cmocka_unit_test(not_allowed),
		cmocka_unit_test(nothing_is_changed),
		cmocka_unit_test(same_code_same_hash),
		cmocka_unit_test(names_of_numbers),
	};

	return cmocka_run_group_tests_name("collect/bpf", tests, begin, NULL);
}
