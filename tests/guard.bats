# guard.bats - what analyze and its like write, and what they never write
# over; inputs that were made to do harm.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"
bats_require_minimum_version 1.5.0

setup_file() {
	begin utmp
	mkdir -p "$dir/host/var/log" "$dir/host/tmp"
	seq 2000 | sed 's|.*|Nov 24 06:25:01 h sshd[&]: Accepted password for hana from 192.0.2.1 port & ssh2|' \
		>"$dir/host/var/log/auth.log"
}

setup() {
	log=$dir/host/var/log/auth.log
	out=$dir/$BATS_TEST_NUMBER.case
}

@test "guard/output: evidence, devices and directories are not replaced" {
	cp "$log" "$dir/evidence.log"
	ln -s evidence.log "$dir/link.case"
	for to in "$dir/evidence.log" "$dir/link.case" "$dir" /dev/null; do
		run "$konseki" analyze -q "$dir/evidence.log" -o "$to" --force
		[ "$status" -eq 2 ]
	done
	cmp "$log" "$dir/evidence.log"
	[ -c /dev/null ]
}

@test "guard/output: a failing run leaves the older case as it was" {
	"$konseki" analyze -q "$log" -o "$out" >/dev/null
	cp "$out" "$out.was"
	run "$konseki" analyze -q "$dir/absent" -o "$out" --force
	[ "$status" -eq 4 ]
	cmp "$out" "$out.was"
	[ ! -e "$out.partial" ]
}

@test "guard/output: what a killed run left gives way, a living one does not" {
	: >"$out.partial"
	"$konseki" analyze -q "$log" -o "$out" >/dev/null
	[ -s "$out" ] && [ ! -e "$out.partial" ]
	echo other >"$out.partial"
	run -4 flock "$out.partial" "$konseki" analyze -q "$log" -o "$out" \
		--force
	[[ $output == *'under way'* ]]
	[ "$(cat "$out.partial")" = other ]
	rm "$out.partial"
	mkfifo "$out.partial"
	run -4 "$konseki" analyze -q "$log" -o "$out" --force
	[ -p "$out.partial" ]
}

@test "guard/output: a full disk is named, the older case stays" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	mkdir "$dir/full"
	mount -t tmpfs -o size=256k konseki-test "$dir/full" ||
		skip 'no mount here'
	echo old >"$dir/full/c.case"
	status=0
	said=$("$konseki" analyze -q "$log" -o "$dir/full/c.case" --force \
		2>&1 >/dev/null) || status=$?
	left=$(ls "$dir/full")
	old=$(cat "$dir/full/c.case")
	umount "$dir/full"
	[ "$status" -eq 4 ]
	[[ $said == *full* ]]
	[ "$left" = c.case ] && [ "$old" = old ]
}

@test "guard/stdio: a reader that leaves, a full disk, closed descriptors" {
	"$konseki" findings -q "$log" | true
	[ "${PIPESTATUS[0]}" -eq 0 ]
	"$konseki" analyze -q "$log" -o "$out" | true
	[ "${PIPESTATUS[0]}" -eq 0 ]
	[ "$("$konseki" timeline "$out" | wc -l)" -eq 2000 ]
	run -4 sh -c 'exec "$1" timeline "$2" >/dev/full' - "$konseki" "$log"
	run -4 sh -c 'exec "$1" analyze "$2" -o "$3" --force >/dev/full' \
		- "$konseki" "$log" "$out.x"
	run -4 sh -c 'exec "$1" timeline "$2" >&-' - "$konseki" "$log"
	run sh -c 'exec "$1" analyze "$2" -o "$3" --force <&- >&- 2>&-' \
		- "$konseki" "$log" "$out"
	[ "$status" -eq 4 ]
	[ "$("$konseki" timeline "$out" | wc -l)" -eq 2000 ]
}

@test "guard/summary: whole, 0600, and into a pipe" {
	umask 0
	"$konseki" analyze -q "$log" -o "$out" --summary "$out.json" >/dev/null
	[ "$(stat -c %a "$out.json")" = 600 ]
	[ "$(jq .events "$out.json")" -eq 2000 ]
	[ ! -e "$out.json.partial" ]
	n=$("$konseki" findings -q "$log" --summary /dev/fd/3 3>&1 >/dev/null |
		jq .events)
	[ -n "$n" ]
}

@test "guard/terminal: no control or bidi character reaches it" {
	run "$konseki" timeline "$(printf 'a\033[31m\342\200\256b\302\233c')"
	[ "$status" -eq 4 ]
	[[ $output == *'a\x1b[31m\u{202e}b\u{9b}c'* ]]
}

@test "guard/cut: a container that breaks off is status 3" {
	tar -C "$dir/host" -czf "$dir/whole.tgz" var
	head -c 3000 "$dir/whole.tgz" >"$dir/cut.tgz"
	run -0 "$konseki" timeline "$dir/whole.tgz"
	run -3 "$konseki" timeline "$dir/cut.tgz"
	run -3 "$konseki" analyze "$dir/cut.tgz" -o "$out"
	run -1 "$konseki" findings "$dir/cut.tgz" --fail-on incomplete
}

@test "guard/bomb: it costs itself, not the analysis" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	mkdir "$dir/small"
	mount -t tmpfs -o size=150m konseki-test "$dir/small" ||
		skip 'no mount here'
	head -c 200M /dev/zero | tr '\0' 7 | gzip >"$dir/host/tmp/b.log.gz"
	status=0
	n=$("$konseki" timeline --tmp "$dir/small" "$dir/host" | wc -l) ||
		status=$?
	umount "$dir/small"
	rm "$dir/host/tmp/b.log.gz"
	[ "$status" -eq 0 ]
	[ "$n" -eq 2000 ]
}

@test "guard/unread: a core log that nothing understands is a gap" {
	small_root "$dir/root"
	"$konseki" collect -q --here --root "$dir/root" -o "$out.1.tar.zst" ||
		[ $? -eq 3 ]
	head -c 100000 /dev/urandom >"$dir/root/var/log/auth.log"
	"$konseki" collect -q --here --root "$dir/root" -o "$out.2.tar.zst" ||
		[ $? -eq 3 ]
	for i in 1 2; do
		"$konseki" analyze -q "$out.$i.tar.zst" -o "$out.$i" \
			--summary "$out.$i.json" >/dev/null || [ $? -eq 3 ]
	done
	[ "$(jq '[.incomplete[] | select(.source == "auth")] | length' \
		"$out.1.json")" -eq 0 ]
	jq -e '.incomplete[] | select(.source == "auth") | .why |
		test("not understood: /var/log/auth.log")' "$out.2.json"
	[ "$(jq .exit "$out.2.json")" -eq 3 ]
}

@test "guard/nul: one NUL does not hide a log" {
	mkdir -p "$dir/nul/var/log"
	{ printf '\0'; cat "$log"; } >"$dir/nul/var/log/auth.log"
	[ "$("$konseki" timeline "$dir/nul" | wc -l)" -eq 2000 ]
	{ head -c 100000 /dev/zero; cat "$log"; } \
		>"$dir/nul/var/log/auth.log"
	[ "$("$konseki" timeline "$dir/nul" | wc -l)" -eq 2000 ]
}
