# containers.bats - namespaces and containers without any daemon: what only
# another namespace shows, and what runtimes keep on disk.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"
. "$BATS_TEST_DIRNAME/living.sh"

id=4f8d2c1b0a9e8d7c6b5a49382716f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4

setup_file() {
	live_begin contain
	[ -z "$root" ] || cp "$plant/contain" "$root/usr/bin/"
}

setup() {
	live_setup
	rm -rf "${root:?}/mnt" "$dir/out"
	mkdir "$root/mnt"
}

@test "containers/private: a program on a file system that nobody else has" {
	look <<-'EOT'
	contain new mnt net user , tmpfs /mnt copy /usr/bin/act /mnt/x \
		exec /mnt/x lo 203.0.113.9 listen 203.0.113.9 31337 \
		connect 203.0.113.9 31337 ready /tmp/ready.x wait &
	ready x
	collect
	EOT
	# the program is in the archive, whole, below the root of its namespace
	"$konseki" extract -q "$dir/live.tar.zst" 'roots/**' -o "$dir/out"
	ns=$(tar --zstd -tf "$dir/live.tar.zst" |
		sed -n 's|^roots/\([0-9]*\)/mnt/x$|\1|p')
	[ -n "$ns" ]
	find "$dir/out" -name x -type f -exec cmp -s {} "$plant/act" \; -print |
		grep -q .
	# the host's own files are not taken a second time
	[ "$(tar --zstd -tf "$dir/live.tar.zst" | grep -c '^roots/')" -eq 1 ]
	event '.file.path == "/mnt/x" and .konseki.root == $ns and
		.konseki.file.content == "elf" and .file.hash.sha256' \
		--argjson ns "$ns"
	event '.konseki.process.executable_private and
		.process.executable == "/mnt/x"'
	# its listener, in a network namespace that is not the collector's
	event '.event.dataset == "sockets" and .source.port == 31337 and
		.konseki.socket.state == "LISTEN" and .process.name == "x"'
	event '.event.dataset == "namespaces" and
		.konseki.namespace.type == "user" and
		.konseki.namespace.owner_uid == 0 and
		(.konseki.namespace.host | not)'
	found respond | grep -qx 'respond proc_private_program_outward.yml'
}

@test "containers/held: namespaces that only a descriptor or a mount keeps" {
	look <<-'EOT'
	contain elsewhere 31338 exec /usr/bin/act comm holder \
		ready /tmp/ready.fd wait &
	contain new net , pin net /mnt/kept
	ready fd
	collect
	EOT
	event '.event.dataset == "namespaces" and
		.konseki.namespace.type == "net" and
		.konseki.namespace.processes == 0 and
		.konseki.namespace.kept == ["descriptor"] and
		(.konseki.namespace.held_by | length) == 1'
	event '.event.dataset == "namespaces" and
		.konseki.namespace.kept == ["mount"] and
		.konseki.namespace.pinned == "/mnt/kept"'
	# what is in them was read, and whose it is
	event '.event.dataset == "sockets" and .source.port == 31338 and
		.konseki.socket.foreign_netns and .process.name == "holder"'
	ns=$(jq -r 'select(.event.dataset == "namespaces" and
		.konseki.namespace.kept == ["mount"]) |
		.konseki.namespace.id' "$case_file.events")
	event '.event.dataset == "interfaces" and .konseki.netns == $ns and
		.konseki.interface.name == "lo"' --argjson ns "$ns"
	found watch | grep -qx 'watch socket_foreign_netns.yml'
}

# A container as runtimes make one: an overlay that is its only root.
overlay='
base=/mnt/o
contain new mnt pid , tmpfs /mnt dir $base dir $base/low dir $base/low/tmp \
	dir $base/low/etc dir $base/up dir $base/work dir $base/merged \
	file $base/low/etc/passwd app:x:1000:1000::/app:/bin/sh \
	file $base/low/etc/os-release ID=alpine file $base/low/etc/gone x \
	overlay $base/low $base/up $base/work $base/merged \
	copy /usr/bin/act $base/merged/tmp/miner \
	remove $base/merged/etc/gone file /tmp/ready.o 1 \
	fork root $base/merged exec /tmp/miner comm miner wait &
ready o
sleep 0.3
'

@test "containers/overlay: files of a container through its own root" {
	look < <(echo "$overlay"; echo collect)
	ns=$(tar --zstd -tf "$dir/live.tar.zst" |
		sed -n 's|^roots/\([0-9]*\)/tmp/miner$|\1|p')
	[ -n "$ns" ]
	tar --zstd -tf "$dir/live.tar.zst" | grep -qx "roots/$ns/etc/passwd"
	# its account is its own, not one of the host
	event '.event.action == "account" and .user.name == "app" and
		.konseki.root == $ns' --argjson ns "$ns"
	run event '.event.action == "account" and .user.name == "app" and
		(.konseki.root | not)'
	[ "$status" -ne 0 ]
	event '.file.path == "/tmp/miner" and .konseki.root == $ns' \
		--argjson ns "$ns"
	event '.event.dataset == "mounts" and .konseki.mount.type == "overlay"
		and .konseki.mount.namespace == $ns' --argjson ns "$ns"
}

@test "containers/merged: the runtime's own mount of a root hides nothing" {
	# Docker mounts the overlay on the host and gives it to the container
	look <<-'EOT'
	contain tmpfs /mnt dir /mnt/low dir /mnt/low/tmp dir /mnt/low/etc \
		dir /mnt/up dir /mnt/work dir /mnt/merged \
		file /mnt/low/etc/passwd app:x:1000:1000::/app:/bin/sh \
		overlay /mnt/low /mnt/up /mnt/work /mnt/merged \
		copy /usr/bin/act /mnt/merged/tmp/miner \
		new mnt pid , file /tmp/ready.o 1 \
		fork root /mnt/merged exec /tmp/miner comm miner wait &
	ready o
	sleep 0.3
	collect
	EOT
	ns=$(tar --zstd -tf "$dir/live.tar.zst" |
		sed -n 's|^roots/\([0-9]*\)/tmp/miner$|\1|p')
	[ -n "$ns" ]
	tar --zstd -tf "$dir/live.tar.zst" | grep -qx "roots/$ns/etc/passwd"
	event '.event.action == "account" and .user.name == "app" and
		.konseki.root == $ns' --argjson ns "$ns"
}

# Access times as the walk of a root saw them: path and time, sorted.
seen_atimes() { # ARCHIVE
	tar --zstd -xOf "$1" --wildcards 'state/roots*' |
		jq -r '.p + " " + (.A | tostring)' | sort -u
}

# relatime moves the time of a file that was never read since it was written:
# a second collection would see what the first one did.
atimes_stay() { # STEPS PATH
	look < <(echo "$1"; echo 'konseki collect --here -o /out.1.tar.zst'
		echo collect) 2>/dev/null
	seen_atimes "$root/out.1.tar.zst" >"$dir/live.1"
	seen_atimes "$dir/live.tar.zst" >"$dir/live.2"
	grep -q "^$2 " "$dir/live.1"
	diff "$dir/live.1" "$dir/live.2"
}

@test "containers/atime: reading below another root changes no access time" {
	atimes_stay "$overlay" /etc/passwd
}

@test "containers/atime: nor behind locked mounts, and that is said" {
	atimes_stay 'contain new mnt user , tmpfs /mnt copy /usr/bin/act /mnt/x \
		exec /mnt/x ready /tmp/ready.x wait &
		ready x' /mnt/x
	tar --zstd -xOf "$dir/live.tar.zst" --wildcards 'status/*' |
		jq -es 'any(.probe == "noatime" and .status == "denied" and
			(.item | startswith("mnt:")))'
}

# the writable layer of this id is `up'
docker_root() { # ROOT
	small_root "$1"
	store=$1/var/lib/docker
	mkdir -p "$store/containers/$id" "$store/overlay2/low/diff/etc" \
		"$store/overlay2/up/diff/tmp" "$store/overlay2/up/diff/etc" \
		"$store/image/overlay2/layerdb/mounts/$id"
	cp "$top/testdata/container/docker_privileged/input" \
		"$store/containers/$id/config.v2.json"
	cp "$top/testdata/container/docker_hostconfig/input" \
		"$store/containers/$id/hostconfig.json"
	printf 'up' >"$store/image/overlay2/layerdb/mounts/$id/mount-id"
	printf '{"log":"started\\n","stream":"stdout","time":"%s"}\n' \
		2026-11-20T03:15:08.5Z >"$store/containers/$id/$id-json.log"
	cp "$plant/act" "$store/overlay2/up/diff/tmp/kdev"
	cp "$plant/act" "$store/overlay2/low/diff/etc/su"
	chmod 4755 "$store/overlay2/low/diff/etc/su"
	mknod "$store/overlay2/up/diff/etc/gone" c 0 0
}

@test "containers/docker: state and layers of a dead root" {
	docker_root "$dir/docker"
	judge "$dir/docker"
	event '.event.action == "container" and .container.id == $id and
		.container.name == "web" and
		.container.image.name == "nginx:1.27" and
		.konseki.container.privileged and .konseki.container.host_pid and
		(.konseki.container.binds | index("/:/host"))' --arg id "$id"
	# one state, not one a file; no value of the environment
	[ "$(jq -c 'select(.event.action == "container")' \
		"$case_file.events" | wc -l)" -eq 1 ]
	[ "$(grep -c hunter2 "$case_file.events")" -eq 0 ]
	event '.event.action == "container-started" and
		.["@timestamp"] == "2026-11-20T03:15:07.123456789Z"'
	event '.konseki.autorun.mechanism == "container" and
		.konseki.autorun.options == "always"'
	event '.event.dataset == "containerlog" and .container.name == "web" and
		.konseki.message == "started"'
	# the writable layer is the container'"'"'s, the image is nobody'"'"'s
	event '.konseki.container.path == "/tmp/kdev" and
		.konseki.container.upper and .container.id == $id and
		.container.name == "web"' --arg id "$id"
	event '.konseki.container.path == "/etc/gone" and
		.konseki.container.whiteout'
	event '.konseki.container.path == "/etc/su" and
		(.konseki.container.upper | not) and
		(.konseki.file.package_state | not)'
	found watch | grep -qx 'watch container_host_files.yml'
	# a setuid program of an image is no setuid program of this host
	[ "$(found | grep -c suid)" -eq 0 ]
}

@test "containers/pod: a static pod with all privileges" {
	small_root "$dir/pod"
	mkdir -p "$dir/pod/etc/kubernetes/manifests"
	cp "$top/testdata/container/static_pod/input" \
		"$dir/pod/etc/kubernetes/manifests/kube-helper.yaml"
	judge "$dir/pod"
	event '.konseki.autorun.mechanism == "kubernetes_static_pod"'
	found | grep -q ' persist_static_pod_privileged.yml'
	found | grep -q ' container_escape.yml'
}

@test "containers/podman: what containers/storage keeps" {
	small_root "$dir/podman"
	store=$dir/podman/var/lib/containers/storage/overlay-containers
	mkdir -p "$store/$id/userdata"
	cp "$top/testdata/container/storage/input" "$store/containers.json"
	cp "$top/testdata/container/podman_oci/input" \
		"$store/$id/userdata/config.json"
	judge "$dir/podman"
	# the name stands in one file, the command in another
	event '.container.id == $id and .container.name == "web" and
		.konseki.container.host_pid and
		(.process.command_line | contains("nc 203.0.113.9"))' --arg id "$id"
	found | grep -q ' container_escape.yml'
}

@test "containers/stuck: the root of a container never answers" {
	[ -c /dev/fuse ] || skip 'no /dev/fuse here'
	mknod -m 600 "$root/dev/fuse" c 10 229 || skip 'no device here'
	{ printf '%s' "$prologue"; cat; } <<-'EOT' | inside
	contain new mnt , fuse /mnt exec /usr/bin/act ready /tmp/ready.s wait &
	n=0
	while [ ! -e /tmp/ready.s ] && [ $n -lt 200 ]; do
		sleep 0.01; n=$((n + 1)); done
	collect --deadline 2 --local-type fuse.dead --summary /out.summary
	EOT
	rm -f "$root/dev/fuse"
	[ -e "$root/tmp/ready.s" ] || skip 'nothing can be mounted here'
	took=$(jq '.duration_ns / 1000000 | floor' "$root/out.summary")
	note "containers/stuck: deadline 2 s, $took ms in all"
	[ "$took" -lt 30000 ]
	tar --zstd -xOf "$root/out.tar.zst" --wildcards 'status/*' |
		jq -es 'any(.probe == "roots" and .status == "timeout")'
	tar --zstd -tf "$root/out.tar.zst" | grep -q '^state/files'
}

@test "containers/runc: a container that a runtime has made" {
	command -v runc >/dev/null || skip 'no runc here'
	bundle=$dir/bundle
	mkdir -p "$bundle/rootfs/tmp" "$bundle/rootfs/etc"
	cp "$plant/act" "$bundle/rootfs/act"
	echo 'app:x:1000:1000::/app:/bin/sh' >"$bundle/rootfs/etc/passwd"
	(cd "$bundle" && runc spec && jq --arg id "$id" '
		.process.terminal = false | .process.args = ["/act", "wait"] |
		.root.readonly = false | .linux.cgroupsPath = "/docker/" + $id' \
		config.json >new.json && mv new.json config.json)
	runc --root "$dir/runc" run -d -b "$bundle" "$id" \
		</dev/null >"$dir/runc.out" 2>&1 3>&- 4>&- ||
		skip "runc: $(tail -n 1 "$dir/runc.out")"
	pid=$(jq .init_process_pid "$dir/runc/$id/state.json")
	status=0
	"$konseki" collect -q --here --hash none --max-content 1 \
		-o "$dir/live.tar.zst" 2>"$dir/runc.err" || status=$?
	runc --root "$dir/runc" delete -f "$id"
	# the parent it has made goes too, when it is empty
	rmdir /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker 2>/dev/null || :
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
	tar --zstd -xOf "$dir/live.tar.zst" live/containers.0000.jsonl |
		jq -es --arg id "$id" --argjson pid "$pid" '
		any(.["container.id"] == $id and .["process.pid"] == $pid)'
	ns=$(tar --zstd -xOf "$dir/live.tar.zst" live/containers.0000.jsonl |
		jq --arg id "$id" 'select(.["container.id"] == $id) |
		.["konseki.root"]')
	tar --zstd -tf "$dir/live.tar.zst" >"$dir/live.names"
	grep -qx "roots/$ns/etc/passwd" "$dir/live.names"
	# the bundle lies on this host: its program is walked there
	! grep -qx "roots/$ns/act" "$dir/live.names" || return 1
	tar --zstd -xOf "$dir/live.tar.zst" --wildcards 'state/files*' |
		grep -qF "\"$bundle/rootfs/act\""
}
