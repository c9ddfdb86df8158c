# archive.bats - what was written can be read, whatever happened; nothing in
# it can leave the place it is put.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	small_root "$dir/root"
	# some 40 MiB that no package owns and nothing can compress
	for n in $(seq 120); do
		cat "$(readlink -f /bin/sh)" - <"/dev/urandom" |
			head -c 350000 >"$dir/root/usr/lib/prog$n"
	done
	chmod 755 "$dir/root/usr/lib/"prog*
	"$konseki" collect -q --here --root "$dir/root" \
		-o "$dir/whole.tar.zst" 2>"$dir/whole.err"
	tar --zstd -tf "$dir/whole.tar.zst" >"$dir/whole.names"
	mkdir "$dir/out"
}

setup() {
	root=$dir/root
	out=$dir/out
	whole=$dir/whole.tar.zst
	rm -rf "${out:?}"/*
}

status_is() { # STATUS COMMAND...
	expected=$1
	shift
	gave=0
	"$@" >"$dir/said" 2>&1 || gave=$?
	[ "$gave" -eq "$expected" ] || {
		echo "$*: status $gave, not $expected"
		cat "$dir/said"
		return 1
	}
}

@test "archive/names: order, mode, and what tar says" {
	[ "$(head -n 1 "$dir/whole.names")" = konseki.json ]
	[ "$(stat -c %a "$whole")" = 600 ]
	[ "$(grep -c '^files/usr/lib/prog' "$dir/whole.names")" -eq 120 ]
	[ "$(tail -n 1 "$dir/whole.names")" = seal/0000.jsonl ]
	sha=$(sha256sum <"$whole")
	grep -q "sha256 (archive) ${sha%% *}" "$dir/whole.err"
	[ ! -e "$whole.partial" ]
	# the bytes are those of the file
	tar --zstd -xOf "$whole" files/usr/lib/prog7 |
		cmp - "$root/usr/lib/prog7"
}

@test "archive/stream: -o - is the same archive, for a pipe" {
	"$konseki" collect -q --root "$root" -o - 2>"$dir/err" |
		cat >"$out/s.tar.zst"
	status_is 0 "$konseki" verify "$out/s.tar.zst"
	tar --zstd -tf "$out/s.tar.zst" | cmp - "$dir/whole.names"
}

@test "archive/verify: 0 intact, 1 changed, 3 cut, 4 no archive" {
	status_is 0 "$konseki" verify "$whole"
	sha=$(sha256sum <"$whole")
	status_is 0 "$konseki" verify --expect "${sha%% *}" "$whole"
	seal=$(sed -n 's/.*(last seal) //p' "$dir/whole.err")
	status_is 0 "$konseki" verify --expect "$seal" "$whole"
	status_is 1 "$konseki" verify --expect "${sha%% *}0" "$whole" ||
		status_is 2 "$konseki" verify --expect "${sha%% *}0" "$whole"
	status_is 1 "$konseki" verify --expect \
		"$(printf x | sha256sum | cut -c 1-64)" "$whole"

	zstd -qdc "$whole" >"$out/t.tar"
	# one byte of one file
	at=$(grep -abo 'Accepted publickey' "$out/t.tar" | head -n 1)
	printf X | dd of="$out/t.tar" bs=1 seek="${at%%:*}" conv=notrunc \
		status=none
	zstd -q "$out/t.tar" -o "$out/changed.tar.zst"
	status_is 1 "$konseki" verify "$out/changed.tar.zst"
	grep -q 'auth.log' "$dir/said"

	head -c "$(($(stat -c %s "$whole") / 2))" "$whole" >"$out/cut.tar.zst"
	status_is 3 "$konseki" verify "$out/cut.tar.zst"
	head -c 4096 /dev/urandom >"$out/noise"
	status_is 4 "$konseki" verify "$out/noise"
	: >"$out/empty"
	status_is 4 "$konseki" verify "$out/empty"
	status_is 4 "$konseki" verify "$out/is-not-there"
	tar -C "$root" -cf - etc | zstd -q >"$out/other.tar.zst"
	status_is 4 "$konseki" verify "$out/other.tar.zst"
}

@test "archive/cut: every member of a whole frame, and status 3" {
	size=$(stat -c %s "$whole")
	seed=${SEED:-$(date +%s)}
	RANDOM=$seed
	note "archive/cut: seed $seed"
	for n in $(seq 12); do
		cut=$(((RANDOM * 32768 + RANDOM) % size))
		head -c "$cut" "$whole" >"$out/cut.tar.zst"
		# what zstd can read of it, in whole members
		zstd -qdc "$out/cut.tar.zst" 2>/dev/null >"$out/t.tar" || :
		tar -tf "$out/t.tar" 2>/dev/null >"$out/names" || :
		got=0
		"$konseki" timeline --summary "$out/sum" "$out/cut.tar.zst" \
			>"$out/events" 2>"$out/err" || got=$?
		if grep -qx konseki.json "$out/names"; then
			[ "$got" -eq 3 ] || { echo "$cut: $got"; return 1; }
		else
			[ "$got" -ge 3 ] || { echo "$cut: $got"; return 1; }
		fi
		[ "$(wc -l <"$out/names")" -lt 2 ] || status_is 3 \
			"$konseki" verify "$out/cut.tar.zst"
		rm -f "$out"/*
	done
}

@test "archive/killed: kill -9 at random moments" {
	seed=${SEED:-$(date +%s)}
	RANDOM=$seed
	readable=0
	for n in $(seq 12); do
		rm -rf "${out:?}"/*
		# -- the moment is one of the first 400 ms
		"$konseki" collect -q --here --root "$root" \
			-o "$out/k.tar.zst" 2>"$out/err" 3>&- &
		pid=$!
		sleep "0.$(printf %03d $((RANDOM % 400)))"
		kill -9 $pid 2>/dev/null || :
		wait $pid 2>/dev/null || :
		if [ -e "$out/k.tar.zst" ]; then
			status_is 0 "$konseki" verify "$out/k.tar.zst"
			[ ! -e "$out/k.tar.zst.partial" ]
			continue
		fi
		[ -e "$out/k.tar.zst.partial" ] || continue
		[ "$(stat -c %a "$out/k.tar.zst.partial")" = 600 ]
		mv "$out/k.tar.zst.partial" "$out/p.tar.zst"
		tar --zstd -tf "$out/p.tar.zst" >"$out/names" 2>/dev/null || :
		got=0
		"$konseki" verify "$out/p.tar.zst" >"$out/said" 2>&1 || got=$?
		[ "$got" -eq 3 ] || {
			[ "$got" -eq 4 ] && [ ! -s "$out/names" ]
		}
		[ "$got" -eq 4 ] || readable=$((readable + 1))
		# what was written is what is in the whole one
		head -n -1 "$out/names" |
			cmp -n "$(head -n -1 "$out/names" | wc -c)" \
				- "$dir/whole.names"
	done
	note "archive/killed: seed $seed, $readable of 12 cut and readable"
	[ "$readable" -gt 0 ]
	for n in $(seq 100); do
		[ -n "$(pgrep -f "$out/k.tar.zst" || :)" ] || break
		sleep 0.05
	done
	[ -z "$(pgrep -f "$out/k.tar.zst" || :)" ]
}

@test "archive/interrupted: TERM ends with status, seal and status 3" {
	for pause in 0.005 0.01 0.02 0.05 0.1 0.15 0.2 0.3; do
		rm -rf "${out:?}"/*
		"$konseki" collect --here --root "$root" --hash all \
			-o "$out/i.tar.zst" 2>"$out/err" 3>&- &
		pid=$!
		sleep $pause
		kill -TERM $pid 2>/dev/null || :
		got=0
		wait $pid || got=$?
		[ "$got" -ne 143 ] || continue # before it could listen
		if [ "$got" -eq 4 ]; then # before there was anything
			[ -z "$(find "$out" -name 'i.*')" ]
			continue
		fi
		grep -q 'stopped early' "$out/err" || continue
		[ "$got" -eq 3 ]
		[ -e "$out/i.tar.zst" ]
		[ ! -e "$out/i.tar.zst.partial" ]
		tar --zstd -xOf "$out/i.tar.zst" --wildcards 'seal/*' |
			tail -n 1 | grep -q interrupted
		# sealed, and says so
		status_is 0 "$konseki" verify "$out/i.tar.zst"
		grep -q interrupted "$dir/said"
		return 0
	done
	skip 'it was always faster than the signal'
}

@test "archive/full: an output without room" {
	need_root
	mkdir "$out/small"
	cat >"$out/run.sh" <<-'EOT'
	mount -t tmpfs -o size=6m none "$1/small" || exit 77
	"$2" collect --here --root "$3" -o "$1/small/x.tar.zst" --reserve 0 \
		2>"$1/err"
	echo $? >"$1/status"
	cp "$1"/small/* "$1"
	EOT
	need_mounts
	run timeout 60 unshare -m --propagation private \
		bash "$out/run.sh" "$out" "$konseki" "$root"
	[ "$status" -ne 77 ] || skip 'no tmpfs here'
	cat "$out/err"
	[ "$(cat "$out/status")" -eq 3 ]
	[ -s "$out/err" ]
	if [ -e "$out/x.tar.zst" ]; then
		got=$out/x.tar.zst
		status_is 3 "$konseki" verify "$got" || status_is 0 \
			"$konseki" verify "$got"
	else
		got=$out/x.tar.zst.partial
		status_is 3 "$konseki" verify "$got"
	fi
	tar --zstd -tf "$got" >"$out/names" 2>/dev/null || :
	[ "$(wc -l <"$out/names")" -gt 5 ]
	grep -qE 'room|space|reserve|full' "$out/err"
	"$konseki" timeline "$got" >"$out/events" 2>/dev/null ||
		[ $? -eq 3 ]
	grep -q '"Accepted publickey\|publickey' "$out/events"
	note "archive/full: $(grep -c . "$out/names") members of" \
		"$(grep -c . "$dir/whole.names"); $(head -n 1 "$out/err")"
}

@test "archive/output: an existing file is not replaced, and is private" {
	echo mine >"$out/a.tar.zst"
	status_is 4 "$konseki" collect -q --here --root "$root" \
		-o "$out/a.tar.zst" || status_is 2 \
		"$konseki" collect -q --here --root "$root" -o "$out/a.tar.zst"
	grep -q -- --force "$dir/said"
	[ "$(cat "$out/a.tar.zst")" = mine ]
	[ ! -e "$out/a.tar.zst.partial" ]
	chmod 644 "$out/a.tar.zst"
	status_is 0 "$konseki" collect -q --here --force --root "$root" \
		-o "$out/a.tar.zst"
	[ "$(stat -c %a "$out/a.tar.zst")" = 600 ]
	status_is 0 "$konseki" analyze "$out/a.tar.zst" -o "$out/a.case"
	[ "$(stat -c %a "$out/a.case")" = 600 ]
	[ ! -e "$out/a.case.partial" ]
	sum=$(sha256sum <"$out/a.case")
	status_is 2 "$konseki" analyze "$out/a.tar.zst" -o "$out/a.case" ||
		status_is 4 "$konseki" analyze "$out/a.tar.zst" -o "$out/a.case"
	[ "$(sha256sum <"$out/a.case")" = "$sum" ]
	# what is no regular file is never replaced, asked for or not
	mkfifo "$out/fifo"
	status_is 4 "$konseki" collect -q --here --force --root "$root" \
		-o "$out/fifo"
	[ -p "$out/fifo" ]
	# without --here nothing goes to a disk of a live host
	status_is 4 "$konseki" collect -q -o "$out/b.tar.zst" ||
		status_is 2 "$konseki" collect -q -o "$out/b.tar.zst"
	[ ! -e "$out/b.tar.zst" ] && [ ! -e "$out/b.tar.zst.partial" ]
	# and nothing is left of what fails
	status_is 4 "$konseki" collect -q --root "$out/is-not-there" --here \
		-o "$out/c.tar.zst" || status_is 2 "$konseki" collect -q \
		--root "$out/is-not-there" --here -o "$out/c.tar.zst"
	[ -z "$(find "$out" -name 'c.*')" ]
}

@test "archive/hostile names: there and back through collect" {
	evil=$out/evil
	small_root "$evil"
	long=$(printf '%0255d' 7)
	log=$evil/var/log
	mkdir "$log/d" "$log/$long"
	line="$(ago 1 '%b %e %H:%M:%S') planted sshd[1]: Accepted password for hana from 192.0.2.1 port 1 ssh2"
	for name in $'new\nline' $'\xff\xfe\x80.log' '..log' '...' ' ' \
		'a\b"c' $'\x1b[31mred' "$long/$long" $'tab\there' '-o' \
		$'rlo\xe2\x80\xae.gol' $'\xa4\xa2.log' '*' "d/'quoted'"; do
		echo "$line" >"$log/$name"
	done
	ln -s ../../../../../../etc/passwd "$log/out.log"
	ln -s / "$log/top"
	judge "$evil"
	[ "$(jq -c 'select(.event.dataset == "sshd" and
		.source.ip == "192.0.2.1") | .konseki.source' \
		"$case_file.events" | sort -u | wc -l)" -eq 14 ]
	# no line of text has a raw control character of a name in it
	[ "$(grep -c $'\x1b' "$case_file.events" "$case_file.verdict" |
		awk -F: '{ n += $NF } END { print n }')" -eq 0 ]
	jq -e 'select(.konseki.source_b64 or .file.path_b64) | 1' \
		"$case_file.events" | grep -q 1
	status_is 0 "$konseki" extract -q "$archive" 'files/var/log/**' \
		-o "$out/x"
	[ "$(find "$out/x" -type f -size -2 -exec grep -l 192.0.2.1 {} + |
		tr -cd '\n' | wc -c)" -ge 14 ]
	[ -z "$(find "$out/x" -type l)" ]
	[ -z "$(find "$out/x" -type f ! -perm 600)" ]
	status_is 0 "$konseki" verify "$archive"
}

@test "archive/hostile tar: names that would leave, links, devices" {
	mkdir "$out/in" "$out/t"
	echo evil >"$out/in/evil"
	ln -s "$out" "$out/in/link"
	ln "$out/in/evil" "$out/in/hard"
	mkfifo "$out/in/fifo"
	(
		cd "$out/in"
		tar -Pcf ../e.tar --transform 's|^evil|../../evil1|' evil
		tar -Prf ../e.tar --transform "s|^evil|$out/evil2|" evil
		tar -Prf ../e.tar --transform 's|^evil|a/../../../evil3|' evil
		tar -rf ../e.tar link
		tar -Prf ../e.tar --transform 's|^evil|link/evil4|' evil
		tar -rf ../e.tar evil hard fifo
		tar -Prf ../e.tar --transform 's|^evil|/etc/../../evil5|' evil
		tar -rf ../e.tar evil evil
		deep=$(printf 'd/%.0s' $(seq 2040))
		tar -rf ../e.tar --transform "s|^evil|${deep}evil6|" evil
		wide=$(printf '%04096d' 6)
		tar -rf ../e.tar --transform "s|^evil|$wide|" evil
		tar -rf ../e.tar --transform $'s|^evil|C:\\\\x\n\xff\x1b[2J|' evil
		chmod 4755 evil
		tar -rf ../e.tar --transform 's|^evil|suid|' evil
	)
	"$konseki" extract -q "$out/e.tar" '**' -o "$out/t/x" \
		>"$dir/said" 2>&1 || [ $? -eq 3 ]
	[ -z "$(find "$out" -name 'evil[0-9]*' ! -path "$out/t/x/*")" ]
	[ ! -e /etc/evil5 ] && [ ! -e /evil5 ]
	[ -z "$(find "$out/t/x" ! -type f ! -type d)" ]
	[ -z "$(find "$out/t/x" -type f ! -perm 600)" ]
	[ -n "$(find "$out/t/x" -name 'evil*')" ]
	"$konseki" analyze -q "$out/e.tar" -o "$out/t/e.case" \
		>"$dir/said" 2>&1 || [ $? -eq 3 ]
	[ -s "$out/t/e.case" ]
	"$konseki" timeline "$out/t/e.case" >"$out/t/events"
	[ "$(grep -c $'\x1b' "$out/t/events" "$dir/said" |
		awk -F: '{ n += $NF } END { print n }')" -eq 0 ]
}

@test 'a file that is called like a part hides none and keeps its name' {
	small_root "$dir/parts"
	crontab=$dir/parts/etc/cron.d
	for name in x x.part0001 y z.partial z; do
		echo "* * * * * root /bin/of-$name" >"$crontab/$name"
	done
	judge "$dir/parts"
	for name in x x.part0001 y z.partial z; do
		event '.konseki.source == $path and
			(.message | endswith($what))' \
			--arg path "/etc/cron.d/$name" --arg what "of-$name"
	done
}
