/* cgroup_test.c - paths as the runtimes make them. */
#include "cgroup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "8f0b7a3c-1d2e-4f50-9a6b-7c8d9e0f1a2b"
#define POD_ "8f0b7a3c_1d2e_4f50_9a6b_7c8d9e0f1a2b"

static const struct known {
	const char *path, *id, *runtime, *pod; /* id NULL: of the host */
} known[] = {
	/* Docker */
	{ "/docker/" ID, ID, "docker", "" },
	{ "/system.slice/docker-" ID ".scope", ID, "docker", "" },
	{ "/system.slice/docker-" ID ".scope/init", ID, "docker", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID
	  ".scope",
	  ID, "docker", "" },
	{ "/docker/" ID "/docker/" ID2, ID2, "docker", "" },
	{ "/docker/0123456789ab", "0123456789ab", "docker", "" },
	{ "/docker/buildkit/xyz", "xyz", "buildkit", "" },
	{ "/new.slice/docker_" ID ".x", ID, NULL, "" },
	/* Podman; its monitor is the host's */
	{ "/machine.slice/libpod-" ID ".scope", ID, "podman", "" },
	{ "/machine.slice/libpod-" ID ".scope/container", ID, "podman", "" },
	{ "/libpod_parent/libpod-" ID, ID, "podman", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
	  ".scope/container",
	  ID, "podman", "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", NULL, NULL, NULL },
	{ "/libpod_parent/conmon", NULL, NULL, NULL },
	/* kubelet with containerd, CRI-O, Docker */
	{ "/kubepods/besteffort/pod" POD "/" ID, ID, NULL, POD },
	{ "/kubepods.slice/kubepods-besteffort.slice/"
	  "kubepods-besteffort-pod" POD_ ".slice/cri-containerd-" ID ".scope",
	  ID, "containerd", POD_ },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope", ID,
	  "cri-o", POD_ },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-conmon-" ID ".scope",
	  NULL, NULL, NULL },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/docker-" ID ".scope", ID,
	  "docker", POD_ },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_
	  ".slice:cri-containerd:" ID,
	  ID, "containerd", POD_ },
	/* containerd alone, ECS */
	{ "/default/" ID, ID, NULL, "" },
	{ "/system.slice/nerdctl-" ID ".scope", ID, "containerd", "" },
	{ "/ecs/11111111-2222-3333-4444-555555555555/" ID, ID, NULL, "" },
	/* system containers */
	{ "/lxc/web1", "web1", "lxc", "" },
	{ "/lxc.payload/web1", "web1", "lxc", "" },
	{ "/lxc.payload.web1/system.slice/ssh.service", "web1", "lxc", "" },
	{ "/lxc.monitor.web1", NULL, NULL, NULL },
	{ "/machine.slice/systemd-nspawn@web.service/payload", "web", "nspawn",
	  "" },
	{ "/machine.slice/machine-web.scope", "web", "machine", "" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
	  NULL, NULL, NULL },
	/* no containers */
	{ "/", NULL, NULL, NULL },
	{ "", NULL, NULL, NULL },
	{ "/init.scope", NULL, NULL, NULL },
	{ "/system.slice/docker.service", NULL, NULL, NULL },
	{ "/system.slice/docker-backup.scope", NULL, NULL, NULL },
	{ "/system.slice/containerd.service", NULL, NULL, NULL },
	{ "/user.slice/user-1000.slice/session-3.scope", NULL, NULL, NULL },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "app-flatpak-org.mozilla.firefox-4711.scope",
	  NULL, NULL, NULL },
	{ "/system.slice/snap.lxd.daemon.service", NULL, NULL, NULL },
	{ "/kubepods.slice/kubepods-besteffort.slice", NULL, NULL, NULL },
};

static void paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct known *k = &known[i];
		struct cgroup_container c;
		bool yes = cgroup_container(str_of(k->path), &c);

		if (yes != (k->id != NULL))
			fail_msg("%s: %d " STR_FMT, k->path, yes,
				 STR_ARG(c.id));
		if (!yes)
			continue;
		if (!str_is(c.id, k->id) || !str_is(c.pod, k->pod))
			fail_msg("%s: " STR_FMT " pod " STR_FMT, k->path,
				 STR_ARG(c.id), STR_ARG(c.pod));
		if (!str_eq(str_of(c.runtime), str_of(k->runtime)))
			fail_msg("%s: %s", k->path, c.runtime);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(paths) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
