/*
 * collect.c - one run, from the shield to the seal.
 */
#define _GNU_SOURCE
#include "collect.h"
#include "account.h"
#include "gather.h"
#include "hook.h"
#include "manifest.h"
#include "mounts.h"
#include "output.h"
#include "paths.h"
#include "profile.h"
#include "programs.h"
#include "scan.h"
#include "signals.h"
#include "roots.h"
#include "say.h"
#include "walk.h"

#include "../util/timefmt.h"
#include "konseki/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_NS (5 * NS_PER_S)
#define MAX_FILE (UINT64_C(1) << 30)

struct run {
	const struct collect_options *opt;
	struct collect_result *res;
	struct scene *scene;
	struct intake *in;
	struct crew crew;
	struct budget budget;
	struct output out;
	enum shield shield;
	struct sigaction was[SIGNALS];
};

/* --- before ---------------------------------------------------------- */

static int set_env(struct run *r, struct err *err)
{
	static const enum hash_mode by_profile[] = {
		[PROFILE_STANDARD] = HASH_EXEC,
		[PROFILE_QUICK] = HASH_PLACES,
		[PROFILE_FULL] = HASH_ALL
	};
	struct collect_env *e = &r->scene->env;
	const struct collect_options *o = r->opt;

	e->live = o->root == NULL;
	e->proc = -1;
	e->root = -1;
	e->max_file = o->max_file ? o->max_file : MAX_FILE;
	e->self_pid = (uint32_t)getpid();
	e->start_ns = sys_realtime_ns();
	e->boot_ns = (uint64_t)(e->start_ns - sys_boottime_ns());
	e->clk_tck = (uint64_t)sysconf(_SC_CLK_TCK);
	e->secrets_full = o->secrets_full;
	e->options = o;
	sys_random(e->salt, sizeof(e->salt));
	r->scene->opt = o;
	r->scene->hash = o->hash;
	if (o->hash == HASH_DEFAULT)
		r->scene->hash = by_profile[o->profile];
	r->scene->root_path = "/";
	if (o->root) {
		char *p = realpath(o->root, NULL);
		struct stat st;

		if (!p)
			return err_sys(err, "--root", o->root);
		r->scene->root_path = arena_cstr(&r->scene->arena, str_of(p));
		free(p);
		if (stat(r->scene->root_path, &st) < 0 || !S_ISDIR(st.st_mode))
			return err_set(err, "--root %s: not a directory",
				       o->root);
	}
	return 0;
}

static int set_reserve(struct run *r, struct err *err)
{
	uint64_t reserve = UINT64_MAX;

	if (r->opt->reserve && !str_u64(str_of(r->opt->reserve), &reserve))
		return err_set(err, "--reserve %s: a number of bytes",
			       r->opt->reserve);
	budget_init(&r->budget, r->out.stream ? -1 : r->out.fd, reserve);
	if (!budget_room(&r->budget))
		return err_set(
			err,
			"too little room: %llu MiB must stay free beside "
			"%s (--reserve changes that; -o - needs none)",
			(unsigned long long)(r->budget.reserve >> 20),
			r->out.path);
	return 0;
}

static int start(struct run *r, struct err *err)
{
	struct writer_options wo = { .may_write = budget_may_write,
				     .arg = &r->budget };
	char name[256];

	if (set_env(r, err) < 0)
		return -1;
	if (!r->opt->fast)
		budget_be_gentle();
	if (mounts_shield(r->scene, &r->shield, err) < 0)
		return -1;
	output_host_name(r->scene, name);
	if (output_open(&r->out, r->scene, name, err) < 0)
		return -1;
	r->scene->env.out_dev = r->out.dev;
	r->scene->env.out_ino = r->out.ino;
	if (set_reserve(r, err) < 0)
		return -1;
	wo.fd = r->out.fd;
	wo.max_output = r->opt->max_output;
	wo.recipient = r->opt->recipient;
	wo.nrecipient = r->opt->nrecipient;
	r->in->w = writer_new(&wo, err);
	if (!r->in->w)
		return -1;
	r->in->scene = r->scene;
	r->in->res = r->res;
	r->in->budget = &r->budget;
	r->crew = (struct crew){
		.scene = r->scene,
		.in = r->in,
		.budget = &r->budget,
		.deadline_ns =
			r->opt->deadline_ns ? r->opt->deadline_ns : DEADLINE_NS,
		.strict = r->opt->deadline_ns != 0,
		.out_fd = r->out.stream ? -1 : r->out.fd,
		.signals = &signals_came,
		.begun_ns = sys_boottime_ns(),
		.end_ns = r->opt->max_time_ns
				  ? sys_boottime_ns() + r->opt->max_time_ns
				  : 0,
	};
	return 0;
}

/* --- the jobs -------------------------------------------------------- */

static void run_manifest(struct probe_run *run)
{
	struct buf text = { 0 };
	struct err err = { 0 };
	struct member m = { .name = STR(KONSEKI_MANIFEST), .mode = 0600 };

	run_touch(run, 0, STR(KONSEKI_MANIFEST));
	if (manifest_build(&text, run->env, &err) < 0) {
		run_status(run, "manifest", NULL, STR_NONE, PROBE_FAILED,
			   err.errnum, 0, 0, 0);
		return;
	}
	m.size = text.n;
	m.mtime_ns = run->env->start_ns;
	m.atime_ns = m.ctime_ns = INT64_MIN;
	probe_member(run, &m, -1, buf_view(&text));
	buf_free(&text);
}

static const struct job job_manifest = { .name = "manifest",
					 .run = run_manifest };

/* One job; after the end of the run it is said that it was not begun. */
static void job(struct run *r, const struct job *j)
{
	if (!r->crew.stop && !r->in->failed)
		(void)crew_run(&r->crew, j); /* the crew keeps the failure */
	else {
		r->crew.cut = true;
		intake_status(r->in, j->name, NULL, STR(NOT_BEGUN),
			      PROBE_SKIPPED, EINTR, 0, 0, 0);
	}
}

static void probes(struct run *r, bool late)
{
	for (size_t i = 0; probe_table[i]; i++) {
		const struct probe *p = probe_table[i];

		if (p->late == late && (r->scene->env.live || !p->live_only))
			job(r, &(struct job){ .name = p->name,
					      .core = p->core,
					      .probe = p });
	}
}

static void all_jobs(struct run *r)
{
	job(r, &job_manifest);
	r->res->noatime = shield_name(r->shield);
	say_shield(r->in, r->shield);
	say_mounts(r->in);
	profile_rules(r->scene);
	account_open(r->res, r->scene);
	say_choice(r->in);
	if (r->opt->progress)
		job(r, &job_forecast);
	probes(r, false);
	job(r, &job_paths);
	probes(r, true);
	if (r->scene->env.live)
		job(r, &job_roots);
	job(r, &job_walk);
	r->res->nfile = r->in->nobject;
	programs_sort(r->scene);
	r->scene->forecast.copy = programs_bytes(r->scene);
	if (r->opt->hook && r->opt->hook->scans) {
		job(r, &job_scan);
		programs_sort(r->scene); /* what was found comes first */
	}
	job(r, &job_programs);
}

/* --- the account ----------------------------------------------------- */

/* Did the run look for all of the group's sources? */
static bool reached(const struct run *r, const char *group)
{
	const struct collect_result *res = r->res;
	size_t known = 0;

	if (!r->crew.cut)
		return true;
	for (size_t i = 0; i < res->naccount; i++) {
		const char *core = res->account[i].core;

		if (!core || strcmp(core, group) != 0)
			continue;
		known++;
		if (!res->account[i].told)
			return false;
	}
	return known > 0;
}

static void missing_group(struct run *r, const char *group)
{
	struct buf b = { 0 };

	buf_puts(&b, group);
	buf_c(&b, '\n');
	if (!str_has(buf_view(&r->in->had), buf_view(&b))) {
		if (reached(r, group))
			intake_gap(r->in, group, PROBE_ABSENT, STR_NONE);
		else
			intake_not_begun(r->in, group);
	}
	buf_free(&b);
}

static void judge(struct run *r)
{
	for (size_t i = 0; i < path_count; i++)
		if (path_table[i].core)
			missing_group(r, path_table[i].core);
	for (size_t i = 0; probe_table[i]; i++)
		if (probe_table[i]->core &&
		    (r->scene->env.live || !probe_table[i]->live_only))
			missing_group(r, probe_table[i]->core);
	missing_group(r, "files");
	if (geteuid() != 0)
		intake_gap(r->in, "privileges", PROBE_DENIED,
			   STR("not run as root"));
}

static void say_why(struct run *r)
{
	struct collect_result *res = r->res;

	/* what was over when the end came is whole */
	if (!r->crew.stop || !r->crew.cut)
		return;
	res->interrupted = true;
	if (signals_came)
		(void)snprintf(res->stopped, sizeof(res->stopped),
			       "interrupted by a signal");
	else if (r->crew.late)
		(void)snprintf(res->stopped, sizeof(res->stopped),
			       "the time of --max-time is over");
	else if (r->opt->max_output &&
		 writer_bytes_out(r->in->w) >= r->opt->max_output)
		(void)snprintf(res->stopped, sizeof(res->stopped),
			       "the archive has the size of --max-output");
	else if (r->in->failed)
		(void)snprintf(res->stopped, sizeof(res->stopped), "%.150s",
			       r->in->err.msg);
	else
		(void)snprintf(res->stopped, sizeof(res->stopped),
			       "the disk of the archive is full but for its "
			       "reserve of %llu MiB",
			       (unsigned long long)(r->budget.reserve >> 20));
}

static int finish(struct run *r, struct err *err)
{
	struct collect_result *res = r->res;
	struct buf clocks = { 0 };
	int rc;

	r->budget.closing = true;
	judge(r);
	say_why(r);
	buf_fmt(&clocks, ",\"realtime_ns\":%lld,\"boottime_ns\":%lld",
		(long long)sys_realtime_ns(), (long long)sys_boottime_ns());
	rc = writer_finish(r->in->w, !res->interrupted, buf_view(&clocks), err);
	buf_free(&clocks);
	res->bytes_in = writer_bytes_in(r->in->w);
	res->bytes_out = writer_bytes_out(r->in->w);
	if (rc < 0 && r->in->failed)
		*err = r->in->err; /* why, not that */
	if (rc == 0)
		rc = output_commit(&r->out, err);
	if (rc < 0 && !res->interrupted) {
		res->interrupted = true;
		(void)snprintf(res->stopped, sizeof(res->stopped), "%.150s",
			       err->msg);
	}
	if (rc == 0)
		writer_digest(r->in->w, res->file_sha256, res->seal_sha256);
	if (!r->out.stream)
		(void)snprintf(res->path, sizeof(res->path), "%.4095s",
			       rc == 0 ? r->out.path : r->out.partial);
	res->duration_ns = sys_realtime_ns() - r->scene->env.start_ns;
	return rc == 0 ? 0 : 1;
}

/* Stopped before the manifest: what stands there is no archive. */
static int give_up(struct run *r, struct err *err)
{
	say_why(r);
	return err_set(err, "nothing was collected: %s", r->res->stopped);
}

int collect_run(const struct collect_options *o, struct collect_result *res,
		struct err *err)
{
	struct run *r = xmalloc(sizeof(*r));
	int rc;

	*res = (struct collect_result){ 0 };
	r->opt = o;
	r->res = res;
	r->scene = xmalloc(sizeof(*r->scene));
	r->in = xmalloc(sizeof(*r->in));
	r->out.fd = -1;
	signals_take(r->was);
	rc = start(r, err);
	if (rc == 0) {
		all_jobs(r);
		rc = r->crew.stop && writer_bytes_in(r->in->w) == 0
			     ? give_up(r, err)
			     : finish(r, err);
		if (rc != 0 && res->bytes_out == 0)
			rc = -1;
	}
	if (rc < 0)
		output_discard(&r->out);
	signals_give_back(r->was);
	if (r->in->w)
		writer_free(r->in->w);
	crew_free(&r->crew);
	intake_free(r->in);
	if (r->scene->env.root >= 0)
		(void)close(r->scene->env.root);
	if (r->scene->env.proc >= 0)
		(void)close(r->scene->env.proc);
	if (r->scene->env.shown > 0)
		(void)close(r->scene->env.shown);
	free(r->scene->program);
	map_free(&r->scene->done);
	map_free(&r->scene->pointed);
	arena_free(&r->scene->arena);
	free(r->scene);
	free(r->in);
	free(r);
	return rc;
}
