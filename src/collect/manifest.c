/*
 * manifest.c - konseki.json, the archive's first member: who collected what,
 * when, with which options (konseki/archive.h).
 */
#include "manifest.h"
#include "collect.h"
#include "live.h"
#include "proc.h"
#include "profile.h"

#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#define MAX_PARENTS 64
#define NO_AUDIT_ID UINT32_MAX

/* jansson takes UTF-8 only: other bytes are written as \xNN. */
static json_t *text(struct str s)
{
	struct buf b = { 0 };
	json_t *j;

	if (s.n == 0)
		return json_string("");
	if (str_utf8_ok(s))
		return json_stringn(s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\')
			buf_puts(&b, "\\\\");
		else if ((unsigned char)s.p[i] < 0x80)
			buf_c(&b, s.p[i]);
		else
			buf_fmt(&b, "\\x%02x", (unsigned char)s.p[i]);
	j = json_stringn(b.p, b.n);
	buf_free(&b);
	return j;
}

static void put(json_t *o, const char *key, struct str v)
{
	(void)json_object_set_new(o, key, text(v));
}

static void put_i64(json_t *o, const char *key, int64_t v)
{
	(void)json_object_set_new(o, key, json_integer(v));
}

static void put_bool(json_t *o, const char *key, bool v)
{
	(void)json_object_set_new(o, key, json_boolean(v));
}

static int64_t clock_ns(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) < 0 &&
	    clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void self_hash(json_t *o)
{
	unsigned char md[SHA256_LEN];
	struct buf piece = { 0 };
	struct sha256 h;
	ssize_t n;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC | O_NOATIME);

	if (fd < 0)
		fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	sha256_init(&h);
	while (fd >= 0 && (n = read(fd, buf_room(&piece, 65536), 65536)) > 0)
		sha256_add(&h, piece.p, (size_t)n);
	sha256_end(&h, md);
	buf_clear(&piece);
	if (fd >= 0) {
		close(fd);
		buf_hex(&piece, md, sizeof md);
	}
	put(o, "self_sha256", buf_view(&piece));
	buf_free(&piece);
}

static json_t *argv_list(const struct collect_options *opt)
{
	json_t *a = json_array();

	for (int i = 0; opt && i < opt->argc; i++)
		(void)json_array_append_new(a, text(str_of(opt->argv[i])));
	return a;
}

static json_t *host(const struct host_identity *id)
{
	const struct {
		const char *key;
		const struct buf *value;
	} field[] = {
		{ "hostname", &id->hostname },
		{ "machine_id", &id->machine_id },
		{ "dmi_uuid", &id->dmi_uuid },
		{ "root_fs_uuid", &id->root_fs_uuid },
		{ "boot_id", &id->boot_id },
		{ "os_id", &id->os_id },
		{ "os_name", &id->os_name },
		{ "os_version", &id->os_version },
		{ "kernel", &id->kernel },
		{ "architecture", &id->architecture },
	};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
		put(o, field[i].key, buf_view(field[i].value));
	return o;
}

static json_t *clocks(const struct collect_options *opt, int64_t now_ns)
{
	json_t *o = json_object();

	put_i64(o, "realtime_ns", now_ns);
	put_i64(o, "boottime_ns", clock_ns(CLOCK_BOOTTIME));
	put(o, "reference", str_of(opt ? opt->reference_time : NULL));
	return o;
}

static json_t *zone(const struct host_identity *id)
{
	json_t *o = json_object();

	put(o, "name", buf_view(&id->zone));
	put_i64(o, "offset_s", id->offset_s);
	return o;
}

static json_t *recipients(const struct collect_options *opt)
{
	json_t *a = json_array();
	struct buf b = { 0 };

	for (size_t i = 0; i < opt->nrecipient; i++) {
		buf_clear(&b);
		age_recipient_text(&b, &opt->recipient[i]);
		(void)json_array_append_new(a, text(buf_view(&b)));
	}
	buf_free(&b);
	return a;
}

static json_t *globs(const char *const *glob, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(a, text(str_of(glob[i])));
	return a;
}

static json_t *options(const struct collect_options *opt)
{
	static const char *const hash[] = { [HASH_DEFAULT] = "profile",
					    [HASH_EXEC] = "exec",
					    [HASH_NONE] = "none",
					    [HASH_ALL] = "all",
					    [HASH_PLACES] = "places" };
	json_t *o = json_object();

	if (!opt)
		return o;
	put(o, "profile", str_of(profile_name(opt->profile)));
	put(o, "hash", str_of(hash[opt->hash]));
	put(o, "secrets", opt->secrets_full ? STR("full") : STR("facts"));
	if (opt->nrecipient)
		(void)json_object_set_new(o, "recipients", recipients(opt));
	put(o, "root", str_of(opt->root));
	put(o, "output", str_of(opt->output));
	put_bool(o, "here", opt->here);
	put_bool(o, "force", opt->force);
	put_i64(o, "deadline_ns", opt->deadline_ns);
	put_i64(o, "max_file", (int64_t)opt->max_file);
	put_i64(o, "max_content", (int64_t)opt->max_content);
	put_i64(o, "max_time_ns", opt->max_time_ns);
	put_i64(o, "max_output", (int64_t)opt->max_output);
	put_bool(o, "fast", opt->fast);
	if (opt->since_ns != INT64_MIN)
		put_i64(o, "since_ns", opt->since_ns);
	(void)json_object_set_new(o, "path", globs(opt->path, opt->npath));
	(void)json_object_set_new(o, "exclude",
				  globs(opt->exclude, opt->nexclude));
	return o;
}

static uint32_t parent_of(int proc, uint32_t pid)
{
	struct buf b = { 0 };
	struct proc_stat st = { 0 };
	char name[32];

	snprintf(name, sizeof name, "%u/stat", pid);
	if (live_read(proc, name, 65536, &b) < 0 ||
	    !proc_stat_read(buf_view(&b), &st))
		st.ppid = 0;
	buf_free(&b);
	return st.ppid;
}

static json_t *parents(int proc, uint32_t pid)
{
	json_t *a = json_array();

	for (int i = 0; i < MAX_PARENTS && (pid = parent_of(proc, pid)); i++)
		(void)json_array_append_new(a, json_integer(pid));
	return a;
}

/* The audit session (that of systemd's session-N.scope), as text. */
static uint64_t audit_id(int proc, uint32_t pid, const char *file)
{
	struct buf b = { 0 };
	uint64_t v = NO_AUDIT_ID;
	char name[48];

	snprintf(name, sizeof name, "%u/%s", pid, file);
	if (live_read(proc, name, 64, &b) < 0 ||
	    !str_u64(str_trim(buf_view(&b)), &v))
		v = NO_AUDIT_ID;
	buf_free(&b);
	return v;
}

/* Our own process, also when the system looked at is a dead one. */
static void ourselves(json_t *o, const struct collect_env *env)
{
	uint32_t pid = env->self_pid ? env->self_pid : (uint32_t)getpid();
	int proc = env->proc >= 0
			   ? env->proc
			   : open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t session = audit_id(proc, pid, "sessionid");
	uint64_t login = audit_id(proc, pid, "loginuid");
	char t[24] = "";

	put_i64(o, "uid", getuid());
	put_i64(o, "pid", pid);
	(void)json_object_set_new(o, "parents", parents(proc, pid));
	if (session != NO_AUDIT_ID)
		snprintf(t, sizeof t, "%llu", (unsigned long long)session);
	put(o, "session", str_of(t));
	if (login != NO_AUDIT_ID)
		put_i64(o, "loginuid", (int64_t)login);
	if (proc >= 0 && proc != env->proc)
		close(proc);
}

static json_t *whole(const struct collect_env *env)
{
	const struct collect_options *opt = env->options;
	int64_t now = clock_ns(CLOCK_REALTIME);
	struct host_identity id;
	json_t *o = json_object();

	host_identify(env, now, &id);
	put_i64(o, "format", KONSEKI_ARCHIVE_FORMAT);
	put(o, "tool", STR("konseki"));
	put(o, "version", str_of(opt ? opt->version : NULL));
	self_hash(o);
	(void)json_object_set_new(o, "argv", argv_list(opt));
	(void)json_object_set_new(o, "host", host(&id));
	(void)json_object_set_new(o, "clock", clocks(opt, now));
	(void)json_object_set_new(o, "zone", zone(&id));
	(void)json_object_set_new(o, "options", options(opt));
	put_bool(o, "root", !env->live);
	ourselves(o, env);
	put(o, "case", str_of(opt ? opt->case_id : NULL));
	put(o, "examiner", str_of(opt ? opt->examiner : NULL));
	put(o, "note", str_of(opt ? opt->note : NULL));
	host_identity_free(&id);
	return o;
}

int manifest_build(struct buf *out, const struct collect_env *env,
		   struct err *err)
{
	json_t *o = whole(env);
	char *s = json_dumps(o, JSON_INDENT(1));

	json_decref(o);
	if (!s)
		return err_set(err, "konseki.json could not be encoded");
	buf_puts(out, s);
	buf_c(out, '\n');
	free(s);
	return 0;
}

static void run_manifest(struct probe_run *run)
{
	struct buf out = { 0 };
	struct member m = { .name = STR(KONSEKI_MANIFEST),
			    .mode = 0600,
			    .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN };
	struct err err;

	if (!probe_item(run, 1, STR(KONSEKI_MANIFEST)))
		return;
	if (manifest_build(&out, probe_env(run), &err) < 0) {
		probe_status(run, STR_NONE, PROBE_FAILED, ENOMEM, 0, 0);
		return;
	}
	m.size = out.n;
	probe_member(run, &m, -1, buf_view(&out));
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, 1, out.n);
	buf_free(&out);
}

const struct probe probe_manifest = {
	.name = "manifest",
	.title = "identity of the host and of this collection",
	.title_ja = "ホストと収集の識別情報",
	.stream = NULL,
	.reads = "/etc/{hostname,machine-id,os-release,localtime,timezone,"
		 "fstab}, /sys/class/dmi/id/product_uuid, /run/udev/data",
	.live_only = false,
	.run = run_manifest,
};
