/* layers_test.c - paths of layers, and whose the writable ones are. */
#include "build.h"
#include "layers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void paths(void **state)
{
	static const struct {
		const char *path, *layer, *inside;
	} known[] = {
		{ "/var/lib/docker/overlay2/abc/diff/tmp/x", "abc", "/tmp/x" },
		{ "/var/lib/docker/overlay2/abc/diff", "abc", "/" },
		{ "/home/a/.local/share/docker/overlay2/abc-init/diff/etc",
		  "abc-init", "/etc" },
		{ "/var/lib/containers/storage/overlay/abc/diff/bin/sh", "abc",
		  "/bin/sh" },
		{ "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/"
		  "snapshots/42/fs/app",
		  "42", "/app" },
		{ "/var/lib/docker/overlay2/abc/merged/tmp/x", NULL, NULL },
		{ "/var/lib/docker/overlay2/l/ABC", NULL, NULL },
		{ "/var/lib/docker/overlay2/abc/different/x", NULL, NULL },
		{ "/var/lib/docker/overlay2//diff/x", NULL, NULL },
		{ "/var/lib/docker/overlay2/", NULL, NULL },
		{ "/usr/bin/ls", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct layer_path l;
		bool yes = layer_path(str_of(known[i].path), &l);

		if (yes != (known[i].layer != NULL))
			fail_msg("%s", known[i].path);
		if (yes && (!str_is(l.layer, known[i].layer) ||
			    !str_is(l.inside, known[i].inside)))
			fail_msg("%s: " STR_FMT " " STR_FMT, known[i].path,
				 STR_ARG(l.layer), STR_ARG(l.inside));
	}
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A mount says it by its namespace, Docker by a file of its own. */
static void owners(void **state)
{
	struct context c = { 0 };

	(void)state;
	context_init(&c);
	context_take(
		&c, STR("live/mounts.0000.jsonl"), STR(""),
		STR("{\"konseki.mount.namespace\":77,"
		    "\"konseki.mount.super_options\":\"rw,lowerdir=/x,"
		    "upperdir=/var/lib/docker/overlay2/up/diff,workdir=w\"}\n"
		    "{\"konseki.mount.namespace\":78,"
		    "\"konseki.mount.super_options\":\"rw,upperdir=/a/b\"}\n"));
	context_take(&c, STR("live/processes.0000.jsonl"), STR(""),
		     STR("{\"process.pid\":9,\"konseki.process.namespace.mnt\":"
			 "\"77\",\"konseki.process.cgroup\":\"/docker/" ID
			 "\"}\n"));
	context_take(&c, STR(""),
		     STR("/var/lib/docker/image/overlay2/layerdb/mounts/" ID
			 "/mount-id"),
		     STR("written\n"));
	context_finish(&c);
	assert_true(str_is(ctx_layer(&c, STR("up")), ID));
	assert_true(str_is(ctx_layer(&c, STR("written")), ID));
	assert_int_equal(ctx_layer(&c, STR("other")).n, 0);
	context_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
