# memory.bats - what only processes have: files without a name, and memory.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"
. "$BATS_TEST_DIRNAME/living.sh"

setup() {
	live_setup
	rm -rf "$dir"/was "$dir"/big*
	mkdir "$dir/was"
}

# What was recovered, as files below $dir/live.out.
recovered() {
	"$konseki" extract -q "$dir/live.tar.zst" 'recovered/**' \
		-o "$dir/live.out"
}

# The one recovered member whose name ends so.
the_one() { # END
	set -- "$(cd "$dir/live.out" && find recovered -type f -path "*$1")"
	[ -n "$1" ] && [ "$(printf '%s\n' "$1" | wc -l)" -eq 1 ] || {
		echo "not one: $1" >&2
		return 1
	}
	printf '%s\n' "$dir/live.out/$1"
}

@test "memory/deleted log: read as the log it was" {
	mkdir -p "$root/var/log/app"
	for i in 1 2 3; do
		printf '%s planted sshd[%d]: Failed password for root from 198.51.100.7 port 4%d22 ssh2\n' \
			"$(ago $((5 - i)) '%b %e %H:%M:%S')" "$i" "$i"
	done >"$root/var/log/auth.log.held"
	cp "$root/var/log/auth.log.held" "$dir/was/log"
	look <<-'EOT'
	act hold /var/log/auth.log.held ready /tmp/ready.h wait &
	ready h
	collect
	EOT
	[ "$collect_status" -eq 0 ]
	recovered
	cmp "$(the_one /var/log/auth.log.held)" "$dir/was/log"
	event '.event.dataset == "sshd" and .source.ip == "198.51.100.7" and
		.konseki.recovered and
		.konseki.source == "/var/log/auth.log.held"'
	event '.event.dataset == "held" and .process.pid and
		.file.path == "/var/log/auth.log.held"'
	# the living log beside it is not marked
	[ "$(jq -c 'select(.konseki.source == "/var/log/auth.log" and
		.konseki.recovered)' "$case_file.events" | wc -l)" -eq 0 ]
}

@test "memory/sparse: a gigabyte of nothing with words at its end" {
	truncate -s 1G "$root/tmp/sparse"
	printf 'at the very end\n' >>"$root/tmp/sparse"
	cp --sparse=always "$root/tmp/sparse" "$dir/was/sparse"
	look <<-'EOT'
	act hold /tmp/sparse ready /tmp/ready.s wait &
	ready s
	collect
	EOT
	recovered
	cmp "$(the_one /tmp/sparse)" "$dir/was/sparse"
	[ "$(stat -c %s "$dir/live.tar.zst")" -lt $((16 << 20)) ]
	[ "$(stat -c %b "$(the_one /tmp/sparse)")" -lt 4096 ]
}

@test "memory/mapped: a deleted library that no descriptor has" {
	head -c 5000 "$konseki" >"$root/tmp/lib.so"
	cp "$root/tmp/lib.so" "$dir/was/lib.so"
	look <<-'EOT'
	act mapped /tmp/lib.so ready /tmp/ready.m wait &
	ready m
	collect
	EOT
	recovered
	cmp "$(the_one /tmp/lib.so)" "$dir/was/lib.so"
}

@test "memory/once: two processes, one file, one copy" {
	echo 'held by two' >"$root/tmp/two"
	look <<-'EOT'
	exec 7</tmp/two
	act hold /tmp/two ready /tmp/ready.t wait &
	ready t
	collect
	EOT
	recovered
	the_one /tmp/two
	grep -qx 'held by two' "$(the_one /tmp/two)"
}

@test "memory/secrets: of a deleted key only facts leave" {
	ssh-keygen -q -t ed25519 -N '' -f "$dir/was/key" || skip 'no ssh-keygen'
	cp "$dir/was/key" "$root/tmp/key"
	printf 'root:$6$salt$hashhashhash:20000:0:99999:7:::\n' \
		>"$root/tmp/shadow"
	look <<-'EOT'
	act hold /tmp/key hold /tmp/shadow ready /tmp/ready.k wait &
	ready k
	collect
	EOT
	zstd -dqc "$dir/live.tar.zst" >"$dir/big.tar"
	[ "$(grep -c -F "$(sed -n 2p "$dir/was/key")" "$dir/big.tar")" -eq 0 ]
	[ "$(grep -c -F 'hashhashhash' "$dir/big.tar")" -eq 0 ]
	grep -q -F '"kind":"private_key"' "$dir/big.tar"
	event '.event.dataset == "held" and .file.path == "/tmp/key"'
}

@test "memory/hostile name: a memfd called like a way out" {
	look <<-'EOT'
	act memfd ../../../etc/cron.d/x ready /tmp/ready.n wait &
	ready n
	collect
	EOT
	[ "$collect_status" -eq 0 ]
	recovered
	[ ! -e "$dir/etc" ]
	"$konseki" verify -q "$dir/live.tar.zst"
}

@test "memory/budget: what did not fit is named" {
	head -c 3000000 /dev/urandom >"$root/tmp/three"
	echo small >"$root/tmp/small"
	look <<-'EOT'
	act hold /tmp/three hold /tmp/small ready /tmp/ready.b wait &
	ready b
	collect --max-recovered 1M
	EOT
	[ "$collect_status" -eq 0 ]
	recovered
	grep -qx small "$(the_one /tmp/small)"
	refute the_one /tmp/three
	event '.konseki.status.probe == "budget" and
		.konseki.status.item == "/tmp/three" and
		.konseki.status.state == "skipped"'
}

# ---- memory ----

# A rule for what `act heap' keeps: no argument and no file has those bytes.
marker='konseki memory marker 7d1f'
marker_rule() {
	mkdir -p "$dir/rules"
	flipped=$(printf '%s' "$marker" | od -An -v -tu1 | tr -s ' \n' '\n' |
		sed '/^$/d' | while read -r b; do printf '%02x ' $((b ^ 1)); done)
	cat >"$dir/rules/marker.yar" <<-EOT
	rule marker { strings: \$m = { $flipped } condition: \$m }
	EOT
}

dumped() { # how many processes
	tar --zstd -tf "$dir/live.tar.zst" | sed -n 's|^memory/\([^/]*\)/.*|\1|p' |
		sort -u | wc -l
}

@test "memory/all: every process but ourselves, and YARA finds the words" {
	marker_rule
	look <<-EOT
	act heap '$marker' ready /tmp/ready.w wait &
	act ready /tmp/ready.v wait &
	ready w v
	collect --memory all
	EOT
	[ "$collect_status" -eq 0 ]
	# the listener, two others, the shell and act, which is process 1
	[ "$(dumped)" -ge 4 ]
	# nothing outside memory has it
	zstd -dqc "$dir/live.tar.zst" >"$dir/big.tar"
	"$konseki" verify -q "$dir/live.tar.zst"
	"$konseki" findings --no-builtin-rules --rules "$dir/rules" \
		--format jsonl "$dir/live.tar.zst" >"$dir/live.found"
	jq -e -s 'length == 1 and .[0].rule.name == "marker" and
		(.[0].subject | startswith("process ")) and
		(.[0].why | tostring | test("@0x[0-9a-f]+"))' "$dir/live.found"
	event '.event.dataset == "memory" and .process.pid'
}

@test "memory/none: nothing unless it is asked for" {
	look <<-'EOT'
	collect
	EOT
	[ "$(dumped)" -eq 0 ]
	event '.konseki.status.probe == "memory" and
		.konseki.status.state == "skipped"'
}

@test "memory/limit: what did not fit is said" {
	look <<-'EOT'
	act ready /tmp/ready.q wait &
	ready q
	collect --memory all --max-memory 64K
	EOT
	[ "$collect_status" -eq 0 ]
	event '.konseki.status.probe == "budget" and
		(.konseki.status.item | startswith("memory/"))'
}

@test "memory/suspicious: the process that rules name, and no other" {
	look <<-'EOT'
	act memfd kdata connect 203.0.113.9 4444 ready /tmp/ready.m wait &
	act connect 203.0.113.9 4444 ready /tmp/ready.o wait &
	ready m o
	collect --memory suspicious
	EOT
	[ "$collect_status" -eq 0 ]
	[ "$(dumped)" -eq 1 ]
	pid=$(tar --zstd -tf "$dir/live.tar.zst" |
		sed -n 's|^memory/\([0-9]*\)-.*|\1|p' | sort -u)
	event '.event.dataset == "processes" and .process.pid == $pid and
		.konseki.process.executable_memfd' --argjson pid "$pid"
	event '.konseki.status.probe == "memory" and
		.konseki.status.state == "collected"'
}

@test "memory/suspicious: nobody is named on a quiet host" {
	look <<-'EOT'
	act connect 203.0.113.9 4444 ready /tmp/ready.o wait &
	ready o
	collect --memory suspicious
	EOT
	[ "$collect_status" -eq 0 ]
	[ "$(dumped)" -eq 0 ]
}

@test "memory/old kernel: newer calls refused, the same memory" {
	for errno in ENOSYS EPERM; do
		rm -rf "$root"/out* "$root/tmp" "$dir"/live.*
		mkdir -m 1777 "$root/tmp"
		UNDER="/usr/bin/oldkernel $errno" look <<-'EOT'
		act memfd kdata connect 203.0.113.9 4444 ready /tmp/ready.m wait &
		ready m
		collect --memory suspicious
		EOT
		[ "$(dumped)" -eq 1 ]
	done
}

@test "memory/vanished: processes that end meanwhile cost themselves only" {
	look <<-'EOT'
	n=0; while [ $n -lt 40 ]; do sleep 0.0$((n % 10))5 & n=$((n + 1)); done
	act ready /tmp/ready.z wait &
	ready z
	collect --memory all
	EOT
	[ "$collect_status" -eq 0 ]
	[ "$(dumped)" -ge 3 ]
	"$konseki" verify -q "$dir/live.tar.zst"
}

@test "memory/scan: YARA on a program that has no file any more" {
	marker_rule
	cat >"$root/act.yar" <<-'EOT'
	rule act { strings: $a = "act: no such step, or an argument missing"
		condition: $a }
	EOT
	look <<-'EOT'
	act memfd kdata ready /tmp/ready.m wait &
	ready m
	collect --yara /act.yar
	EOT
	rm -f "$root/act.yar"
	event '.event.dataset == "hits" and .rule.name == "act" and
		(.file.path | startswith("/memfd:kdata")) and .process.pid'
}
