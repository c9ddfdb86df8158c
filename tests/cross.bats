# cross.bats - what one view of the kernel shows and another hides, by real
# processes in namespaces of their own.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"
. "$BATS_TEST_DIRNAME/living.sh"

# State of a line of status.
status_of() { # PROBE ITEM
	jq -r --arg p "$1" --arg i "$2" 'select(.event.dataset == "status" and
		.konseki.status.probe == $p and .konseki.status.item == $i) |
		.konseki.status.state' "$case_file.events" | sort -u
}

@test "cross/nothing: no view differs, and each says what became of it" {
	look <<-'EOT'
	act ready /tmp/ready.idle wait &
	ready idle
	collect
	EOT
	[ "$collect_status" -eq 0 ]
	[ -z "$(found respond)$(found watch)" ]
	[ -z "$(jq -c 'select(.event.dataset == "cross")' "$case_file.events")" ]
	[ "$(status_of cross pids)" = collected ]
	[ "$(status_of cross covers)" = collected ]
	# counting needs the first pid namespace: said, in both languages
	[ "$(status_of cross count)" = skipped ]
	grep -q 'not checked: number of tasks' "$case_file.verdict"
	"$konseki" findings --lang ja "$case_file" >"$dir/ja" 2>&1 || :
	"$konseki" analyze -q --lang ja "$dir/live.tar.zst" \
		-o "$dir/live.ja.case" >"$dir/ja"
	grep -q '未確認：カーネルが数えるタスク数と一覧の差' "$dir/ja"
}

@test "cross/order: after the logs, before the walk" {
	look <<-'EOT'
	echo line >/var/log/messages
	collect
	EOT
	tar --zstd -tf "$dir/live.tar.zst" >"$dir/members"
	log=$(grep -n '^files/var/log/messages' "$dir/members" | cut -d: -f1)
	walk=$(grep -n '^state/files' "$dir/members" | head -n 1 | cut -d: -f1)
	[ "$log" -lt "$walk" ]
	jq -rs 'map(select(.event.dataset == "status")) |
		map(.konseki.status.probe) | index("cross") > index("logs")' \
		<(tar --zstd -xOf "$dir/live.tar.zst" --wildcards 'status/*' |
		jq -c '{event: {dataset: "status"},
			konseki: {status: {probe: .probe}}}') | grep -qx true
}

@test "cross/cover: another process's directory over that of a process" {
	look <<-'EOT'
	act cover /proc/1 ready /tmp/ready.x wait &
	ready x
	collect
	EOT
	found respond | grep -qx 'respond cross_process_covered.yml'
	event '.event.dataset == "cross" and .konseki.process.covered and
		.process.executable == "/usr/bin/act" and
		.process.args[1] == "cover"'
	# the list of processes has the truth as well
	event '.event.dataset == "processes" and .process.args[1] == "cover" and
		.konseki.process.covered'
}

@test "cross/cover: an empty directory over that of a process" {
	look <<-'EOT'
	act empty tmpfs ready /tmp/ready.x wait &
	ready x
	collect
	EOT
	found respond | grep -qx 'respond cross_process_covered.yml'
	event '.event.dataset == "processes" and .process.args[1] == "empty" and
		.konseki.process.covered'
}

@test "cross/cover: on a kernel without fsopen" {
	UNDER="$plant/oldkernel ENOSYS" look <<-'EOT'
	act cover /proc/1 ready /tmp/ready.x wait &
	ready x
	collect
	EOT
	found respond | grep -qx 'respond cross_process_covered.yml'
	event '.event.dataset == "processes" and .process.args[1] == "cover" and
		.konseki.process.covered'
}

@test "cross/code: one changed byte in the memory of a process" {
	look <<-'EOT'
	act poke 1 ready /tmp/ready.x wait &
	act poke 0 ready /tmp/ready.y wait &
	ready x y
	collect
	EOT
	found respond | grep -qx 'respond cross_code_changed.yml'
	[ "$(jq -c 'select(.konseki.cross.view == "code")' \
		"$case_file.events" | wc -l)" -eq 1 ]
	event '.konseki.cross.view == "code" and .konseki.code.differs == 1 and
		.konseki.code.elf and .process.args[2] == "1" and
		.file.path == "/usr/bin/act" and
		(.konseki.code.memory | startswith("eb"))'
	# the page is there, and is the file but for that byte
	tar --zstd -xOf "$dir/live.tar.zst" --wildcards 'live/proc/*/code-*' \
		>"$dir/page"
	[ "$(stat -c %s "$dir/page")" -eq 4096 ]
	offset=$(jq -r 'select(.konseki.cross.view == "code") |
		.konseki.code.offset' "$case_file.events")
	[ "$(cmp -l "$dir/page" <(dd if="$plant/act" bs=4096 count=1 \
		skip=$((offset / 4096)) status=none) | wc -l)" -eq 1 ]
}

@test "cross/memory: code without a file, arguments that are gone" {
	look <<-'EOT'
	act rwx 3 ready /tmp/ready.x wait &
	act wipe ready /tmp/ready.y wait &
	act ready /tmp/ready.z wait &
	ready x y z
	collect
	EOT
	event '.event.dataset == "processes" and .process.args[1] == "rwx" and
		.konseki.process.anonymous_executable_held == 12288 and
		.konseki.process.writable_executable == 1 and
		.konseki.process.execfn != null'
	[ "$(jq -c 'select(.event.kind == "state" and
		.konseki.process.args_wiped)' "$case_file.events" | wc -l)" -eq 1 ]
	[ "$(jq -c 'select(.event.kind == "state" and
		.konseki.process.anonymous_executable_held)' \
		"$case_file.events" | wc -l)" -eq 1 ]
	found note | grep -qx 'note proc_anonymous_code.yml'
	[ -z "$(found respond)" ]
}

@test "cross/ports: only when asked for, and none is hidden" {
	look <<-'EOT'
	collect --intrusive
	EOT
	[ "$(status_of cross ports)" = collected ]
	[ -z "$(jq -c 'select(.event.dataset == "cross")' "$case_file.events")" ]
	rm -f "$root"/out* "$dir"/live.*
	look <<-'EOT'
	collect
	EOT
	[ "$(status_of cross ports)" = skipped ]
	run grep -c 'intrusive' "$case_file.verdict"
	[ "$output" -eq 0 ]
}

@test "cross/library: one that is preloaded, among those that are named" {
	echo 'int stranger;' | cc -shared -fPIC -x c - -o "$root/tmp/x.so"
	look <<-'EOT'
	sleep 100 &
	LD_PRELOAD=/tmp/x.so sleep 101 &
	act ready /tmp/ready.z wait &
	ready z
	sleep 0.2
	collect
	EOT
	event '.event.dataset == "mapped" and .konseki.library.unlinked and
		.file.path == "/tmp/x.so" and .process.executable == "/usr/bin/sleep"'
	[ "$(jq -c 'select(.konseki.library.unlinked)' "$case_file.events" |
		wc -l)" -eq 1 ]
	# every mapped file once, with its hash and what it names
	event '.event.dataset == "mapped" and .file.path == "/usr/bin/sleep" and
		.file.hash.sha256 == $hash and
		(.file.elf.shared_libraries | index("libc.so.6") != null)' \
		--arg hash "$(sha256sum <"$root/usr/bin/sleep" | cut -d' ' -f1)"
	found watch | grep -qx 'watch library_stranger.yml'
}
