# same.bats - the same evidence gives the same bytes: for any number of
# workers, zone, language and run, and by way of a case.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	small_root "$dir/root"
	echo Asia/Tokyo >"$dir/root/etc/timezone"
	[ ! -e /usr/share/zoneinfo/Asia/Tokyo ] ||
		cp /usr/share/zoneinfo/Asia/Tokyo "$dir/root/etc/localtime"
	awk 'BEGIN {
		split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", m)
		for (i = 0; i < 6000; i++)
			printf "%s %2d %02d:%02d:%02d planted sshd[%d]: " \
				"Failed password for invalid user u%d from " \
				"198.51.100.%d port %d ssh2\n",
				m[1 + int(i / 1000)], 1 + i % 1000 / 40,
				i % 40 / 2, i % 60, i % 7, i, i % 50, i % 9,
				20000 + i
	}' >"$dir/root/var/log/auth.log.1"
	touch -d 2026-11-28 "$dir/root/var/log/auth.log.1" # tells the year
	echo 'support:x:0:0::/root:/bin/bash' >>"$dir/root/etc/passwd"
	printf '#1790000000\nls -la\n#1790000005\ncat /etc/passwd\n' \
		>"$dir/root/root/.bash_history"
	"$konseki" collect -q --here --root "$dir/root" \
		-o "$dir/a.tar.zst"
	mkdir "$dir/logs"
	cp "$dir/root/var/log/"* "$dir/logs"
	for format in jsonl csv bodyfile; do
		"$konseki" timeline -j 1 --format $format "$dir/a.tar.zst" \
			>"$dir/want.$format"
	done
}

# Compares in all formats; the environment and options are the arguments.
same() { # ENVIRONMENT... -- OPTION...
	local environment=()
	while [ "$1" != -- ]; do
		environment+=("$1")
		shift
	done
	shift
	for format in jsonl csv bodyfile; do
		env "${environment[@]}" "$konseki" timeline --format $format \
			"$@" "$dir/a.tar.zst" >"$dir/got"
		cmp "$dir/want.$format" "$dir/got"
	done
}

@test "same/lines: there are events, sorted" {
	[ "$(wc -l <"$dir/want.jsonl")" -gt 6000 ]
	jq -r '."@timestamp"' "$dir/want.jsonl" | LC_ALL=C sort -c
	[ -z "$(jq -r .event.id "$dir/want.jsonl" | sort | uniq -d)" ]
	note "same: $(wc -l <"$dir/want.jsonl") events," \
		"$(wc -c <"$dir/want.jsonl") bytes"
}

@test "same/workers: -j 1, 2 and 4" {
	same -- -j 1
	same -- -j 2
	same -- -j 4
}

@test "same/workers: one big log cut into pieces keeps its order" {
	make -s -C "$top" build/tests/bench/gen >&2
	mkdir "$dir/big"
	"$top/build/tests/bench/gen" syslog 300000 >"$dir/big/auth.log"
	"$konseki" timeline -j 1 "$dir/big" >"$dir/1"
	[ "$(wc -l <"$dir/1")" -eq 300000 ]
	for jobs in 2 3; do
		"$konseki" timeline -j $jobs "$dir/big" | cmp - "$dir/1"
	done
	grep -o '"offset":[0-9]*' "$dir/1" | cut -d: -f2 >"$dir/2"
	sort -n -c "$dir/2"
	[ "$(wc -l <"$dir/2")" -eq 300000 ]
	rm -r "$dir/big" "$dir/1"
}

@test "same/zone and language of the analyst" {
	same TZ=Asia/Tokyo -- -j 2
	same TZ=America/New_York LC_ALL=ja_JP.UTF-8 LANG=ja_JP.UTF-8 -- -j 2
	same LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 -- -j 2
	same TZ=:/etc/passwd LANG=$'\xff' -- --lang ja
}

@test "same/nothing of the environment" {
	for format in jsonl csv bodyfile; do
		env -i "$konseki" timeline --format $format "$dir/a.tar.zst" \
			>"$dir/got"
		cmp "$dir/want.$format" "$dir/got"
	done
}

@test "same/an empty root: nothing of the system is needed" {
	need_root
	mkdir -p "$dir/empty/tmp"
	cp "$konseki" "$dir/empty/konseki"
	cp "$dir/a.tar.zst" "$dir/empty"
	for format in jsonl csv bodyfile; do
		env -i "$(command -v chroot)" "$dir/empty" /konseki timeline \
			--format $format /a.tar.zst >"$dir/got"
		cmp "$dir/want.$format" "$dir/got"
	done
	env -i "$(command -v chroot)" "$dir/empty" /konseki analyze -q \
		/a.tar.zst -o /a.case
	"$konseki" timeline "$dir/empty/a.case" | jq -c 'del(.rule)' >"$dir/1"
	jq -c . "$dir/want.jsonl" | cmp - "$dir/1"
	env -i "$(command -v chroot)" "$dir/empty" /konseki verify /a.tar.zst
	for verb in '' collect analyze triage timeline findings extract \
		verify rules parsers probes; do
		env -i "$(command -v chroot)" "$dir/empty" /konseki \
			help $verb >"$dir/got"
		[ -s "$dir/got" ]
	done
	[ "$(ls -A "$dir/empty/tmp")" = '' ]
}

@test "same/case: a case gives what its inputs give" {
	for jobs in 1 2; do
		"$konseki" analyze -q -j $jobs "$dir/a.tar.zst" \
			-o "$dir/$jobs.case" >/dev/null
		"$konseki" timeline "$dir/$jobs.case" >"$dir/$jobs.events"
		"$konseki" findings --format jsonl "$dir/$jobs.case" \
			>"$dir/$jobs.findings"
	done
	cmp "$dir/1.events" "$dir/2.events"
	cmp "$dir/1.findings" "$dir/2.findings"
	[ -s "$dir/1.findings" ]
	# but for what rules say of it
	jq -c 'select(.event.kind != "alert") | del(.rule)' \
		"$dir/1.events" >"$dir/plain"
	jq -c . "$dir/want.jsonl" | cmp - "$dir/plain"
	"$konseki" findings --format jsonl "$dir/a.tar.zst" |
		cmp - "$dir/1.findings"
	sed -i '/^support:/d' "$dir/root/etc/passwd"
	"$konseki" collect -q --here --root "$dir/root" -o "$dir/b.tar.zst"
	"$konseki" analyze -q "$dir/b.tar.zst" -o "$dir/b.case" >/dev/null
	[ "$(jq -s 'map(select(.tier == "respond")) | length' \
		<("$konseki" findings --format jsonl "$dir/b.case"))" -eq 0 ]
}

@test "same/directory: a directory of logs" {
	"$konseki" timeline -j 1 "$dir/logs" >"$dir/1" || [ $? -eq 3 ]
	env TZ=Asia/Tokyo "$konseki" timeline -j 2 "$dir/logs" >"$dir/2" ||
		[ $? -eq 3 ]
	[ "$(wc -l <"$dir/1")" -gt 6000 ]
	cmp "$dir/1" "$dir/2"
}

@test "same/window: --from and --to cut the whole, through a case too" {
	"$konseki" analyze -q --force "$dir/a.tar.zst" -o "$dir/1.case" \
		>/dev/null
	"$konseki" timeline --tz utc --from 2026-02-01 --to 2026-03-01 \
		"$dir/a.tar.zst" | jq -c 'del(.rule)' >"$dir/1"
	"$konseki" timeline --tz utc --from 2026-02-01 --to 2026-03-01 \
		"$dir/1.case" | jq -c 'del(.rule)' >"$dir/2"
	[ -s "$dir/1" ]
	cmp "$dir/1" "$dir/2"
	[ -z "$(jq -r '."@timestamp"' "$dir/1" |
		awk '$0 < "2026-02-01" || $0 >= "2026-03-01"')" ]
}
