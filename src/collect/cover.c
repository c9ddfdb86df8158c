/* cover.c - mounts over /proc/PID, by the table of mounts. */
#include "cover.h"
#include "live.h"

#include "../host/mountinfo.h"

#define COVERS_MAX 4096u
#define TEXT_MAX (16u << 20)

/* "12" or "12/…" below a procfs; 0: no such point. */
static uint32_t covered_pid(const struct mount *proc, struct str point)
{
	struct str below = point, number;
	uint64_t pid;

	if (!str_is(proc->point, "/")) {
		if (!str_starts(point, proc->point))
			return 0;
		below = str_skip(point, proc->point.n);
	}
	if (below.n < 2 || below.p[0] != '/')
		return 0;
	below = str_skip(below, 1);
	number = str_head(below, str_chr(below, '/'));
	return str_u64(number, &pid) && pid <= UINT32_MAX ? (uint32_t)pid : 0;
}

void covers_read(struct str mountinfo, struct arena *a, struct covers *out)
{
	struct mounts_options opt = { .root = STR("/") };
	struct mounts m = { 0 };

	mounts_read(mountinfo, &opt, a, &m);
	for (size_t p = 0; p < m.nmount; p++) {
		const struct mount *proc = &m.mount[p];

		if (!str_is(proc->type, "proc") || !str_is(proc->root, "/"))
			continue;
		for (size_t i = 0; i < m.nmount; i++) {
			const struct mount *c = &m.mount[i];
			uint32_t pid = covered_pid(proc, c->point);

			if (pid == 0 || c->parent != proc->id ||
			    out->n == COVERS_MAX)
				continue;
			vec_grow(&out->v, &out->cap, out->n + 1,
				 sizeof *out->v);
			out->v[out->n++] = (struct cover){ .pid = pid,
							   .id = c->id,
							   .point = c->point,
							   .root = c->root,
							   .type = c->type };
		}
	}
}

bool covers_have(const struct covers *c, uint32_t pid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].pid == pid)
			return true;
	return false;
}

void covers_here(const struct collect_env *env, struct arena *a,
		 struct covers *out)
{
	struct buf text = { 0 };

	if (live_read(env->proc, "self/mountinfo", TEXT_MAX, &text) >= 0)
		covers_read(buf_view(&text), a, out);
	buf_free(&text);
}
