/* manifest_in.c - konseki.json through jansson; every value has a cap. */
#include "manifest_in.h"

#include <jansson.h>

#include "../util/buf.h"

#define MAX_TEXT 4096 /* of any one value */
#define MAX_ARGV 256

static struct str text(const json_t *o, const char *key, struct arena *a)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return STR_NONE;
	return arena_dup(a, str_head(str_mem(json_string_value(v),
					     json_string_length(v)),
				     MAX_TEXT));
}

static bool integer(const json_t *o, const char *key, int64_t *out)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v))
		return false;
	*out = json_integer_value(v);
	return true;
}

static uint32_t u32(const json_t *o, const char *key)
{
	int64_t v = 0;

	if (!integer(o, key, &v) || v < 0 || v > UINT32_MAX)
		return 0;
	return (uint32_t)v;
}

static struct str argv(const json_t *list, struct arena *a)
{
	struct buf b = { 0 };
	struct str joined;

	for (size_t i = 0; i < json_array_size(list) && i < MAX_ARGV; i++) {
		const json_t *v = json_array_get(list, i);

		if (!json_is_string(v) || b.n > MAX_TEXT)
			continue;
		if (b.n)
			buf_c(&b, ' ');
		buf_str(&b, str_head(str_mem(json_string_value(v),
					     json_string_length(v)),
				     MAX_TEXT));
	}
	joined = arena_dup(a, buf_view(&b));
	buf_free(&b);
	return joined;
}

static void host(const json_t *o, struct arena *a, struct manifest *m)
{
	m->hostname = text(o, "hostname", a);
	m->machine_id = text(o, "machine_id", a);
	m->dmi_uuid = text(o, "dmi_uuid", a);
	m->root_fs_uuid = text(o, "root_fs_uuid", a);
	m->boot_id = text(o, "boot_id", a);
	m->os_name = text(o, "os_name", a);
	m->os_version = text(o, "os_version", a);
	m->kernel = text(o, "kernel", a);
	m->architecture = text(o, "architecture", a);
}

static void zone(const json_t *o, struct arena *a, struct manifest *m)
{
	int64_t offset;

	m->zone_name = text(o, "name", a);
	m->has_zone = integer(o, "offset_s", &offset) && offset > -93600 &&
		      offset < 93600;
	if (m->has_zone)
		m->zone_offset_s = (int32_t)offset;
}

static void parents(const json_t *list, struct manifest *m)
{
	for (size_t i = 0;
	     i < json_array_size(list) && m->nparent < MANIFEST_MAX_PARENTS;
	     i++) {
		const json_t *v = json_array_get(list, i);
		json_int_t pid = json_is_integer(v) ? json_integer_value(v) : 0;

		if (pid > 0 && pid <= UINT32_MAX)
			m->parent[m->nparent++] = (uint32_t)pid;
	}
}

bool manifest_read(struct str in, struct arena *a, struct manifest *m)
{
	json_t *o;

	*m = (struct manifest){ .realtime_ns = INT64_MIN };
	if (in.n == 0 || in.n > MANIFEST_MAX)
		return false;
	/* strings from evidence may hold NULs; jansson caps the depth */
	o = json_loadb(in.p, in.n, JSON_ALLOW_NUL, NULL);
	if (!json_is_object(o) || !json_object_get(o, "format")) {
		json_decref(o);
		return false;
	}
	m->tool = text(o, "tool", a);
	m->version = text(o, "version", a);
	m->self_sha256 = text(o, "self_sha256", a);
	m->command_line = argv(json_object_get(o, "argv"), a);
	host(json_object_get(o, "host"), a, m);
	zone(json_object_get(o, "zone"), a, m);
	(void)integer(json_object_get(o, "clock"), "realtime_ns",
		      &m->realtime_ns);
	m->root = json_is_true(json_object_get(o, "root"));
	m->uid = u32(o, "uid");
	m->pid = u32(o, "pid");
	parents(json_object_get(o, "parents"), m);
	m->session = text(o, "session", a);
	m->case_name = text(o, "case", a);
	m->examiner = text(o, "examiner", a);
	m->note = text(o, "note", a);
	json_decref(o);
	return true;
}
