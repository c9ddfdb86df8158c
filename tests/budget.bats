# budget.bats - how much is taken: profiles, limits, what the user leaves out.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup() {
	root=$dir/$BATS_TEST_NUMBER
	small_root "$root"
}

teardown() {
	rm -rf --one-file-system "$root" "$root".*
}

take() { # OPTION...
	got=0
	"$konseki" collect -q --here --force --root "$root" \
		-o "$root.tar.zst" --summary "$root.json" "$@" \
		2>"$root.err" || got=$?
	"$konseki" verify "$root.tar.zst" >"$root.said"
	tar --zstd -tf "$root.tar.zst" >"$root.names"
	tar --zstd -xOf "$root.tar.zst" --wildcards 'status/*' >"$root.status"
}

has() { # PATH...
	for path in "$@"; do
		grep -qxF "files$path" "$root.names" || {
			echo "no $path"
			return 1
		}
	done
}

lacks() { # PATH...
	for path in "$@"; do
		! grep -qxF "files$path" "$root.names" || {
			echo "there is $path"
			return 1
		}
	done
}

said() { # JQ...
	jq -se "any($1)" "$root.status" >/dev/null
}

@test "budget/profiles: each takes what the one before takes, and more" {
	mkdir -p "$root/var/log/app" "$root/opt/tool"
	echo 'a line' >"$root/var/log/app/app.log"
	echo 'x = 1' >"$root/etc/tool.conf"
	printf '#!/bin/sh\necho tool\n' >"$root/opt/tool/run"
	chmod 755 "$root/opt/tool/run"
	take --profile quick
	[ "$got" -eq 0 ]
	has /var/log/auth.log /etc/passwd /var/log/wtmp
	lacks /var/log/app/app.log /etc/tool.conf /opt/tool/run
	said '.status == "skipped" and .probe == "logs" and
		(.item | contains("profile quick"))'
	cp "$root.names" "$root.quick"
	take
	has /var/log/app/app.log /etc/tool.conf /opt/tool/run
	[ -z "$(grep '^files/' "$root.quick" | sort |
		comm -23 - <(sort "$root.names"))" ]
	tar --zstd -xOf "$root.tar.zst" konseki.json |
		jq -e '.options.profile == "standard"'
}

@test "budget/path and exclude: more, and less, by the user's word" {
	mkdir -p "$root/srv/data/deep" "$root/srv/private"
	echo one >"$root/srv/data/deep/one"
	echo two >"$root/srv/data/two"
	printf '#!/bin/sh\n' >"$root/srv/private/tool"
	chmod 755 "$root/srv/private/tool"
	take --path '/srv/data/**' --exclude /srv/private \
		--exclude '/var/log/wtmp*'
	has /srv/data/deep/one /srv/data/two
	lacks /srv/private/tool /var/log/wtmp
	# the user's choice is no gap
	[ "$got" -eq 0 ]
	jq -e '.incomplete == []' "$root.json"
	tar --zstd -xOf "$root.tar.zst" --wildcards 'state/files.*' |
		jq -se 'any(.p == "/srv/private" and .skip == "excluded") and
			all(.p != "/srv/private/tool")'
	said '.probe == "exclude" and .item == "/srv/private" and
		.status == "skipped"'
	run "$konseki" collect --root "$root" --exclude srv -o "$root.x"
	[ "$status" -eq 2 ]
	[[ "$output" == *'--exclude'*absolute* ]]
}

# ten thousand lines, one a minute, the last an hour ago
long_log() { # FILE
	end=$(($(date +%s) - 3600))
	awk -v end=$end 'BEGIN { for (i = 9999; i >= 0; i--) {
		t = end - i * 60
		print strftime("%Y-%m-%dT%H:%M:%S+00:00", t, 1),
			"host app[1]: line", 9999 - i, "of a long log" } }' \
		>"$1"
}

@test "budget/max-file: head, tail and the lines around --since" {
	long_log "$root/var/log/syslog"
	size=$(stat -c %s "$root/var/log/syslog")
	since=$(date -u -d "@$(($(date +%s) - 3600 - 5000 * 60))" +%FT%TZ)
	take --max-file 160K --since "$since"
	has /var/log/syslog
	"$konseki" extract -q "$root.tar.zst" 'files/var/log/syslog' \
		-o "$root.out"
	file=$root.out/files/var/log/syslog
	[ "$(stat -c %s "$file")" -eq "$size" ]
	tr -d '\0' <"$file" >"$root.lines"
	[ "$(wc -c <"$root.lines")" -le 163840 ]
	[ "$(wc -c <"$root.lines")" -ge 120000 ]
	# whole lines, those of the file, in their order
	grep -vc ' of a long log$' "$root.lines" && return 1
	grep -q ' line 0 of' "$root.lines"
	grep -q ' line 9999 of' "$root.lines"
	grep -q ' line 5000 of' "$root.lines"
	refute grep -q ' line 2500 of' "$root.lines"
	[ -z "$(comm -23 "$root.lines" "$root/var/log/syslog")" ]
	said '.probe == "excerpt" and .status == "truncated" and
		(.item | startswith("/var/log/syslog: bytes "))'
	"$konseki" timeline "$root.tar.zst" 2>/dev/null |
		jq -r 'select(.konseki.source == "/var/log/syslog") |
			.message' >"$root.events"
	[ "$(wc -l <"$root.events")" -eq "$(wc -l <"$root.lines")" ]
}

@test "budget/binary logs: whole or not at all, newest first" {
	for n in 1 2 3; do
		head -c 300000 /dev/urandom >"$root/var/log/wtmp.$n"
		touch -d "-$n days" "$root/var/log/wtmp.$n"
	done
	head -c 900000 /dev/urandom >"$root/var/log/wtmp.4"
	take --max-file 400K
	has /var/log/wtmp.1 /var/log/wtmp.2 /var/log/wtmp.3
	lacks /var/log/wtmp.4
	said '.item == "/var/log/wtmp.4" and .status == "truncated"'
	[ "$(grep -n 'wtmp\.[123]$' "$root.names" | sed 's/.*wtmp//' |
		tr -d '\n')" = .1.2.3 ]
	take --since 36h
	has /var/log/wtmp.1
	lacks /var/log/wtmp.2 /var/log/wtmp.3
	said '.item == "/var/log/wtmp.2" and .status == "skipped"'
}

@test "budget/max-time and max-output: an end with a seal, and what is not there" {
	mkdir "$root/usr/lib/big"
	for n in $(seq 60); do
		{ printf '#!/bin/sh\n'; head -c 3000000 /dev/urandom; } \
			>"$root/usr/lib/big/$n"
	done
	chmod 755 "$root/usr/lib/big/"*
	take --max-output 1 --lang ja
	[ "$got" -eq 3 ]
	jq -e '.incomplete | any(.group == "accounts" and .why == "not begun") and
		all(.group != "accounts" or .why != "absent")' "$root.json"
	said '.status == "skipped" and .core == "accounts" and
		.item == "not begun"'
	"$konseki" analyze --lang ja "$root.tar.zst" -o "$root.case" --force \
		>"$root.verdict" || [ $? -eq 3 ]
	grep -q 'accounts.*未着手' "$root.verdict"
	take --max-output 20M
	[ "$got" -eq 3 ]
	[ "$(stat -c %s "$root.tar.zst")" -lt 24000000 ]
	jq -e '.interrupted and (.stopped | contains("--max-output"))' \
		"$root.json"
	for time in 1s 2s 4s 8s; do
		# until it is slow enough to be cut
		head -c 200000000 /dev/urandom >>"$root/usr/lib/big/1"
		take --hash all --max-time $time
		[ "$got" -ne 0 ] && break
	done
	if [ "$got" -ne 0 ]; then
		[ "$got" -eq 3 ]
		jq -e '.stopped | contains("--max-time")' "$root.json"
		said '.status == "skipped" and .item == "not begun"' ||
			said '.item == "given up"'
	fi
	run "$konseki" collect --root "$root" --max-time soon -o "$root.x"
	[ "$status" -eq 2 ]
}

@test "budget/summary: what each source and each rule gave" {
	take --summary "$root.json"
	jq -e '.rules | any(.glob == "/var/log/auth.log*" and .core == "auth" and
		.status == "collected" and .count == 1 and .bytes > 0)' \
		"$root.json"
	jq -e '.rules | any(.glob == "/etc/ld.so.preload" and
		.status == "absent" and .count == 0)' "$root.json"
	jq -e '.rules | all(.status != "not begun")' "$root.json"
	rm -r "$root/usr/lib/systemd"
	take --summary "$root.json"
	[ "$got" -eq 3 ]
	jq -e '.incomplete | any(.group == "units")' "$root.json"
}

@test "budget/summary: a path that cannot be written ends the run before it" {
	run "$konseki" collect -q --here --root "$root" -o "$root.none" \
		--summary "$root.nowhere/x.json"
	[ "$status" -eq 4 ]
	[[ "$output" == *"$root.nowhere/x.json"* ]]
	[ ! -e "$root.none" ]
}
