/*
 * kernel_test.c - rules of the audit as auditctl writes them, whole and cut;
 * the settings and texts of the kernel this test runs on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "kernel.h"
#include "probe_test.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <linux/audit.h>

static void put(struct audit_rule_data *r, uint32_t field, uint32_t op,
		uint32_t value)
{
	r->fields[r->field_count] = field;
	r->fieldflags[r->field_count] = op;
	r->values[r->field_count++] = value;
}

static void audit_rules(void **state)
{
	static const char text[] = "/etc/passwdidentity";
	_Alignas(8) char sample[sizeof(struct audit_rule_data) + 19] = { 0 };
	struct audit_rule_data *r = (void *)sample;
	struct buf out = { 0 };
	struct str whole = str_mem(sample, sizeof sample);

	(void)state;
	memcpy(sample + sizeof *r, text, 19);
	r->flags = AUDIT_FILTER_EXIT;
	r->action = AUDIT_ALWAYS;
	memset(r->mask, 0xff, sizeof r->mask);
	put(r, AUDIT_WATCH, AUDIT_EQUAL, 11);
	put(r, AUDIT_PERM, AUDIT_EQUAL, AUDIT_PERM_WRITE | AUDIT_PERM_ATTR);
	put(r, AUDIT_LOGINUID, AUDIT_NOT_EQUAL, UINT32_MAX);
	put(r, AUDIT_FILTERKEY, AUDIT_EQUAL, 8);
	r->buflen = 19;
	assert_true(kernel_audit_rule(whole, &out));
	buf_c(&out, '\0');
	assert_string_equal(out.p, "-a always,exit -S all -F path=/etc/passwd "
				   "-F perm=wa -F auid!=-1 -F key=identity");
	for (size_t n = 0; n < whole.n; n++) {
		buf_clear(&out);
		assert_false(kernel_audit_rule(str_head(whole, n), &out));
	}
	r->field_count = 65; /* more than there can be */
	assert_false(kernel_audit_rule(whole, &out));
	r->field_count = 4;
	r->values[3] = 9; /* past the end of the text */
	assert_false(kernel_audit_rule(whole, &out));
	memset(r->mask, 0, sizeof r->mask);
	r->mask[1] = 1u << 27;
	r->field_count = 0;
	buf_clear(&out);
	assert_true(kernel_audit_rule(whole, &out));
	buf_c(&out, '\0');
	assert_string_equal(out.p, "-a always,exit -S 59");
	buf_free(&out);
}

static struct str member_of(const struct probe_run *r, const char *name)
{
	for (size_t i = 0; i < r->nmember; i++)
		if (str_is(r->member[i].name, name))
			return r->member[i].data;
	return STR_NONE;
}

static void settings_and_texts(void **state)
{
	struct probe_run *r = xmalloc(sizeof *r);
	struct str sys;

	(void)state;
	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	probe_kernel.run(r);
	sys = member_of(r, "live/proc/sys.txt");
	assert_true(str_has(sys, STR("kernel/ostype = Linux\n")));
	assert_false(str_has(sys, STR("random/uuid = ")));
	assert_false(str_has(sys, STR("stable_secret = ")));
	assert_true(str_has(sys, STR("# not read: kernel/random/uuid (")));
	assert_true(str_starts(member_of(r, "live/proc/version"),
			       STR("Linux version ")));
	assert_false(r->out_of_order);
	close(r->env.root);
	close(r->env.proc);
	arena_free(&r->arena);
	free(r);
}

static bool put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
		  write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* An interpreter that a user namespace registers for itself (Linux 6.7). */
static int binfmt_child(void)
{
	struct probe_run *r = xmalloc(sizeof *r);
	const char *at = "/proc/sys/fs/binfmt_misc";

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    !put_text("/proc/self/setgroups", "deny") ||
	    !put_text("/proc/self/uid_map", "0 0 1") ||
	    !put_text("/proc/self/gid_map", "0 0 1") ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("binfmt_misc", at, "binfmt_misc", 0, NULL) < 0 ||
	    !put_text("/proc/sys/fs/binfmt_misc/register",
		      ":konseki:M::KNSK::/tmp/.interpreter:"))
		return 77;
	r->env.root = open("/", O_PATH | O_CLOEXEC);
	r->env.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->env.live = true;
	probe_kernel.run(r);
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], STR("\"sys/fs/binfmt_misc/konseki\"")) &&
		    str_has(r->row[i], STR("interpreter /tmp/.interpreter")))
			return 0;
	return 1;
}

static void interpreters(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(binfmt_child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* not in a user namespace of this kernel */
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(audit_rules),
		cmocka_unit_test(settings_and_texts),
		cmocka_unit_test(interpreters),
	};

	return cmocka_run_group_tests_name("collect/kernel", tests, NULL, NULL);
}
