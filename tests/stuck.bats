# stuck.bats - reads that never return: collect goes on without them, says
# what is missing, and gives the shell back.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp hangfs oldkernel
}

setup() {
	need_root
	[ -c /dev/fuse ] || skip 'no /dev/fuse here'
	root=$dir/$BATS_TEST_NUMBER
	small_root "$root"
	mkdir -p "$root/opt" "$root/var/log/far"
}

# Mounts files (names, `!' hangs) on a directory of the root, in a mount
# namespace of its own, and collects: $took ms, $status, $root.tar.zst.  What
# is left of collect after the file system went is in $left.
hang() { # DIR NAMES [collect option...]
	cat >"$root.sh" <<-'EOT'
	dir=$1 names=$2 root=$3 konseki=$4
	shift 4
	"$0" "$dir" $names >"$root.ready" & server=$!
	n=0
	until grep -q ready "$root.ready"; do
		kill -0 $server 2>/dev/null || { wait $server; exit $?; }
		sleep 0.02
	done
	before=$(date +%s%N)
	"$konseki" collect --here --root "$root" -o "$root.tar.zst" \
		"$@" 2>"$root.err"
	echo $? >"$root.status"
	echo $((($(date +%s%N) - before) / 1000000)) >"$root.took"
	kill $server
	wait
	EOT
	mount_at=$1 names=$2
	shift 2
	need_mounts
	run timeout 60 unshare -m --propagation private bash -c \
		'script=$1; shift; . "$script"' "$plant/hangfs" "$root.sh" \
		"$mount_at" "$names" "$root" "$konseki" "$@"
	[ "$status" -ne 77 ] || skip "$output"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	took=$(cat "$root.took")
	status=$(cat "$root.status")
	for _ in $(seq 100); do
		left=$(pgrep -f "collect --here --root $root " || :)
		[ -n "$left" ] || break
		sleep 0.02
	done
}

@test "stuck/core: auth.log on a file system that never answers" {
	hang "$root/var/log" 'auth.log! syslog wtmp' --deadline 2 \
		--local-type fuse.hangfs
	cat "$root.err"
	note "stuck: deadline 2 s, returned after $took ms, status $status"
	[ "$status" -eq 3 ]
	[ "$took" -ge 2000 ]
	[ "$took" -le 3000 ]
	[ -z "$left" ]
	"$konseki" verify -q "$root.tar.zst"
	names=$(tar --zstd -tf "$root.tar.zst")
	# what lies elsewhere is there
	grep -qx 'files/etc/passwd' <<<"$names"
	grep -qx 'state/files.0000.jsonl' <<<"$names"
	tar --zstd -xOf "$root.tar.zst" --wildcards 'status/*' |
		jq -e 'select(.status == "timeout") |
			tostring | contains("auth.log")' | grep -qx true
	weigh "$root.tar.zst"
	[ "$analyze_status" -eq 3 ]
	grep -q 'auth' "$case_file.verdict"
}

@test "stuck/many: one deadline for all that hangs on one file system" {
	hang "$root/var/log" 'auth.log! a! b! c! d.sh! e.sh! syslog wtmp' \
		--deadline 1 --local-type fuse.hangfs
	note "stuck: 6 hanging files, deadline 1 s, returned after $took ms"
	[ "$status" -eq 3 ]
	[ "$took" -le 2000 ]
	[ -z "$left" ]
	"$konseki" verify -q "$root.tar.zst"
}

@test "stuck/walk: a program that cannot be read" {
	hang "$root/opt" 'run.sh! other.sh' --deadline 1 \
		--local-type fuse.hangfs
	[ "$took" -le 2000 ]
	[ -z "$left" ]
	tar --zstd -xOf "$root.tar.zst" --wildcards 'state/files*' |
		grep -q '"/opt/run.sh"'
	tar --zstd -xOf "$root.tar.zst" --wildcards 'status/*' |
		jq 'select(.status == "timeout").item' | grep -q /opt/
}

@test "stuck/remote: a type that is not local is not touched" {
	hang "$root/var/log/far" 'a.log! b.sh!' --deadline 2
	[ "$took" -lt 2000 ]
	tar --zstd -xOf "$root.tar.zst" --wildcards 'status/*' |
		jq -e 'select(.status == "skipped") |
			tostring | contains("far")' | grep -qx true
	[ "$(tar --zstd -tf "$root.tar.zst" | grep -c 'far/')" -eq 0 ]
	[ "$status" -eq 0 ]
}

@test "stuck/bad: a block that cannot be read is zeros, and only it" {
	hang "$root/var/log" 'bad.log? auth.log wtmp' --deadline 5 \
		--local-type fuse.hangfs
	tar --zstd -xOf "$root.tar.zst" files/var/log/bad.log >"$root.got"
	[ "$(wc -c <"$root.got")" -eq 32768 ]
	[ "$(tr -d '\0' <"$root.got" | wc -c)" -eq 28672 ]
	[ "$(tail -c +8193 "$root.got" | head -c 4096 | tr -d '\0')" = "" ]
	tar --zstd -xOf "$root.tar.zst" --wildcards 'status/*' |
		jq -e 'select(.status == "failed") | tostring |
			contains("bad.log: bytes 8192 to 12287")' | grep -qx true
}
