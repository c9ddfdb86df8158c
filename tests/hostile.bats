# hostile.bats - hosts that fight back: no hang, no crash, an honest status.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	memsum=$top/build/tests/bench/memsum
	export memsum
	[ -x "$memsum" ] || make -s -C "$top" build/tests/bench/memsum >&2
}

setup() {
	root=$dir/$BATS_TEST_NUMBER
	small_root "$root"
}

teardown() {
	rm -rf --one-file-system "$root" "$root".*
}

collect_root() { # OPTION...
	got=0
	timeout 60 "$konseki" collect -q --here --force --root "$root" \
		-o "$root.tar.zst" "$@" 2>"$root.err" || got=$?
	case $got in
	0 | 3) ;;
	*) cat "$root.err"; return 1 ;;
	esac
	"$konseki" verify "$root.tar.zst" >"$root.said"
}

status_rows() {
	tar --zstd -xOf "$root.tar.zst" --wildcards 'status/*'
}

file_row() { # PATH
	tar --zstd -xOf "$root.tar.zst" --wildcards 'state/files.*' |
		jq -c --arg p "$1" 'select(.p == $p)'
}

@test "hostile/names: newline, bar, bytes of no character set, EUC-JP, 255" {
	long=$(printf 'n%.0s' $(seq 255))
	euc=$(printf '\264\301\273\372') # EUC-JP: two characters
	odd=$(printf 'a\377b')
	for name in "$(printf 'new\nline')" 'bar|bar' "$odd" "$euc" "$long" \
		' blank ' '-n' '$(id)'; do
		echo "kept: $name" >"$root/etc/cron.d/$name"
	done
	collect_root
	tar --zstd -tf "$root.tar.zst" --quoting-style=literal \
		>"$root.names" 2>/dev/null
	for name in 'bar|bar' "$odd" "$euc" "$long" ' blank ' '-n' '$(id)'; do
		grep -qaxF -- "files/etc/cron.d/$name" "$root.names"
	done
	grep -qaxF 'files/etc/cron.d/new' "$root.names"
	"$konseki" timeline "$root.tar.zst" >"$root.events"
	for name in 'bar|bar' "$long" ' blank ' '-n' '$(id)' \
		"$(printf 'new\nline')"; do
		jq -se --arg p "/etc/cron.d/$name" \
			'any(.file.path == $p and .konseki.macb)' \
			"$root.events"
	done
	jq -se --arg b "$(printf '/etc/cron.d/%s' "$odd" | base64 -w0)" \
		'any(.file.path_b64 == $b)' "$root.events"
	jq -se --arg t "$(printf '%s' "$euc" | iconv -f EUC-JP -t UTF-8)" \
		'any(.konseki.text["file.path"] // "" | endswith($t))' \
		"$root.events" ||
		jq -se --arg t "$(printf '%s' "$euc" |
			iconv -f EUC-JP -t UTF-8)" \
			'any(.konseki.text // {} | tostring | contains($t))' \
			"$root.events"
}

@test "hostile/links: loops of every kind end" {
	ln -s loop "$root/var/log/loop"
	ln -s b "$root/etc/a"
	ln -s a "$root/etc/b"
	ln -s .. "$root/var/log/up"
	ln -s /etc/cron.d "$root/etc/cron.d/itself"
	ln -s ../../../../../../etc/passwd "$root/etc/cron.d/out"
	mkdir -p "$root/deep"
	(cd "$root/deep" && for _ in $(seq 200); do
		mkdir d && cd d || exit
	done)
	ln -s /deep "$root/deep/d/d/d/back"
	mv "$root/etc/hostname" "$root/etc/hostname.real"
	ln -s hostname "$root/etc/hostname"
	collect_root
	[ "$(file_row /etc/a | jq -r .l)" = b ]
	[ "$(file_row /var/log/up | jq -r .l)" = .. ]
	# nothing from outside of the root, nothing twice
	[ -z "$(tar --zstd -tf "$root.tar.zst" | sort | uniq -d)" ]
	tar --zstd -tf "$root.tar.zst" | grep -qx files/etc/passwd
	tar --zstd -xOf "$root.tar.zst" files/etc/passwd |
		cmp - "$root/etc/passwd"
}

@test "hostile/files that move: they grow, shrink, vanish while they are read" {
	for n in 1 2 3 4; do
		head -c 9000000 /dev/urandom >"$root/var/log/move.$n"
	done
	(
		exec 3>&-
		end=$((SECONDS + 20))
		while [ -e "$root/var" ] && [ $SECONDS -lt $end ] &&
			[ ! -e "$root.end" ]; do
			truncate -s 1000 "$root/var/log/move.1"
			head -c 3000000 /dev/zero >>"$root/var/log/move.2"
			truncate -s 100 "$root/var/log/move.2"
			mv "$root/var/log/move.3" "$root/var/log/gone"
			mv "$root/var/log/gone" "$root/var/log/move.3"
			rm -f "$root/var/log/move.4"
			head -c 4000000 /dev/zero >"$root/var/log/move.4"
			truncate -s 9000000 "$root/var/log/move.1"
		done
	) &
	pid=$!
	odd=0
	for _ in 1 2 3 4 5; do
		collect_root || { touch "$root.end"; return 1; }
		odd=$((odd + $(status_rows | jq -c 'select((.item // "" |
			startswith("/var/log/")) and .status != "collected" and
			.status != "absent")' | wc -l)))
		# what is said is one of the states, with a path
		status_rows | jq -se 'all(.status | IN("collected", "absent",
			"denied", "timeout", "truncated", "skipped",
			"vanished", "failed"))'
	done
	touch "$root.end"
	wait $pid
	note "hostile/files that move: $odd files said to have moved"
}

@test "hostile/processes that die while they are read" {
	need_mounts
	cat >"$root.sh" <<-'EOT'
	i=0
	while [ $i -lt 4000 ]; do
		sh -c ':' &
		[ $((i % 40)) -ne 0 ] || wait
		i=$((i + 1))
	done &
	for n in 1 2 3; do
		timeout 60 "$1" collect -q --here --force --hash none \
			-o "$2.$n.tar.zst" 2>"$2.err"
		s=$?
		[ $s -eq 0 ] || [ $s -eq 3 ] || exit 1
	done
	kill $!
	exit 0
	EOT
	unshare --pid --fork --mount-proc sh "$root.sh" "$konseki" "$root" 3>&-
	for n in 1 2 3; do
		"$konseki" verify "$root.$n.tar.zst" >"$root.said"
		tar --zstd -xOf "$root.$n.tar.zst" --wildcards 'status/*' |
			jq -se 'any(.probe == "processes" and
				.status == "collected" and .count > 0) and
				all(.probe != "processes" or
					.status != "failed")'
		# who died is no core source that is missing
		tar --zstd -xOf "$root.$n.tar.zst" --wildcards \
			'live/processes.*' | jq -se 'all(."process.pid" > 0)'
	done
}

@test "hostile/signals: HUP is nothing, INT is an end with a seal" {
	head -c 60000000 /dev/urandom >"$root/var/log/big"
	for signal in HUP INT; do
		for pause in 0.02 0.05 0.1 0.2; do
			got=0
			"$konseki" collect --here --force --root "$root" \
				--hash all -o "$root.tar.zst" \
				2>"$root.err" 3>&- &
			pid=$!
			sleep $pause
			kill -$signal $pid 2>/dev/null || :
			wait $pid || got=$?
			case $got in
			3) [ $signal = INT ] && "$konseki" verify "$root.tar.zst" \
				>"$root.said" ;;
			0) "$konseki" verify "$root.tar.zst" \
				>"$root.said" ;;
			4) [ $signal = INT ] && [ ! -e "$root.tar.zst" ] ;;
			# before it listened
			129 | 130) [ ! -e "$root.tar.zst" ] ;;
			*) return 1 ;;
			esac
			rm -f "$root.tar.zst"*
		done
	done
}

@test "hostile/shapes: a FIFO as a log, a terabyte of holes, a full directory" {
	many=${HOSTILE_FILES:-200000}
	mkfifo "$root/var/log/secure" "$root/tmp/fifo"
	truncate -s 1T "$root/var/log/sparse.log" "$root/tmp/sparse"
	printf 'last line\n' | dd of="$root/tmp/sparse" bs=1 \
		seek=1099511627000 conv=notrunc 2>/dev/null
	mkdir "$root/srv"
	(cd "$root/srv" && seq "$many" | xargs touch)
	mkdir "$root/etc/x.part0001.d"
	echo whole >"$root/etc/x.part0001.d/x"
	echo 'a part by name only' >"$root/etc/x.part0001.d/x.part0001"
	collect_root
	"$memsum" "$root.m" "$konseki" collect -q --here --force --root "$root" \
		-o "$root.tar.zst" 2>"$root.err" || [ $? -eq 3 ]
	read -r _ _ kib _ <"$root.m"
	note "hostile/shapes: $many files, $kib KiB"
	[ "$kib" -lt 131072 ]
	[ "$(tar --zstd -xOf "$root.tar.zst" --wildcards 'state/files.*' |
		jq -r 'select(.p | startswith("/srv/")) | .p' |
		wc -l)" -eq "$many" ]
	[ "$(file_row /var/log/secure | jq -r .t)" = p ]
	status_rows | jq -se 'any(.item == "/var/log/secure" and
		.status == "skipped" and .errno == 22)'
	status_rows | jq -se 'any(.item == "/var/log/secure*" and
		.status == "skipped")'
	[ "$(file_row /tmp/sparse | jq -r .s)" -eq 1099511627776 ]
	[ "$(stat -c %s "$root.tar.zst")" -lt 50000000 ]
	"$konseki" extract -q "$root.tar.zst" 'files/etc/x.part0001.d/*' \
		-o "$root.out"
	# a name that looks like that of a part keeps apart from parts
	cmp "$root/etc/x.part0001.d/x" "$root.out/files/etc/x.part0001.d/x"
	cmp "$root/etc/x.part0001.d/x.part0001" \
		"$root.out/files/etc/x.part0001.d/x.part0001.part0001"
}

@test "hostile/holes: a terabyte of nothing stalls nobody" {
	truncate -s 1T "$root/var/log/nothing.log"
	cp "$root/var/log/auth.log" "$root/var/log/auth.log.1"
	truncate -s 512G "$root/var/log/auth.log.1"
	cat "$root/var/log/auth.log" >>"$root/var/log/auth.log.1"
	# the account with the highest number the kernel gives out, and one more
	printf 'far:x:4000000:100::/:/bin/sh\n' >>"$root/etc/passwd"
	{
		printf '\000\361\123\145pts/0'
		head -c 27 /dev/zero
		printf 198.51.100.7
	} >"$root.record"
	truncate -s 292 "$root.record"
	dd if="$root.record" of="$root/var/log/lastlog" bs=292 seek=4000000 \
		conv=notrunc 2>/dev/null
	dd if="$root.record" of="$root/var/log/lastlog" bs=292 seek=1000 \
		conv=notrunc 2>/dev/null
	collect_root --max-file 2T
	timeout 60 "$memsum" "$root.m" "$konseki" timeline "$root.tar.zst" \
		>"$root.events" 2>"$root.err" || cat "$root.err"
	read -r took _ kib _ <"$root.m"
	note "hostile/holes: $took s, $((kib / 1024)) MiB"
	[ "$kib" -lt $((256 * 1024)) ]
	[ "$(jq -rs '[.[] | select(.event.dataset == "lastlog") |
		.user.name // .user.id] | sort | join(" ")' \
		"$root.events")" = 'far hana' ]
	jq -se '[.[] | select(
		.konseki.source == "/var/log/auth.log.1") |
		.konseki.offset] | length == 6 and max > 500000000000' \
		"$root.events" >/dev/null
}
