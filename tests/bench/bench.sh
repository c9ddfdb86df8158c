#!/bin/bash
# bench.sh - measurements beside other programs; prints ratios, asserts
# nothing.  Run by `make bench'.
#
#   BENCH_ENTRIES   entries of the tree that is walked (400000)
#   BENCH_LINES     lines of bodyfile and syslog (1000000)
#   BENCH_JOURNAL   entries of the journal (200000)
#   BENCH_SECONDS   of each loop beside collect (8)
#   BENCH_COLD=1    drop the kernel's caches before the cold walks (root)
#   BENCH_ONLY      parts: walk hash bodyfile syslog journal analyze beside
#                   forecast peers
#   UAC, CATSCALE   collectors to run beside: see peers.sh
#   TMPDIR          where the files go (2 GiB)
#
# shellcheck disable=SC2094 # `bodyfile' is also the name of a file
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 1
konseki=$PWD/konseki
tool=$PWD/build/tests/bench
entries=${BENCH_ENTRIES:-400000}
lines=${BENCH_LINES:-1000000}
journal_entries=${BENCH_JOURNAL:-200000}
seconds=${BENCH_SECONDS:-8}
parts=${BENCH_ONLY:-walk hash bodyfile syslog journal analyze beside forecast peers}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# name, command...: wall, cpu and memory of it, kept for ratio
declare -A wall cpu
measure() {
	local name=$1 w c m a status
	shift
	"$tool/memsum" m "$@" >out 2>err
	status=$?
	read -r w c m a <m
	wall[$name]=$w
	cpu[$name]=$c
	printf '  %-34s %8.2f s  %7.2f s CPU  %6.1f MiB (%.1f with file pages)' \
		"$name" "$w" "$c" "$(calc "$m / 1024")" "$(calc "$a / 1024")"
	case $status in
	0 | 3) echo ;;
	*) echo "  status $status"; head -n 3 err ;;
	esac
}

calc() { awk "BEGIN { print $1 }"; }

ratio() { # text, a, b: a over b
	[ -n "${wall[$2]:-}" ] && [ -n "${wall[$3]:-}" ] &&
		printf '  -> %s: %.2f (CPU %.2f)\n' "$1" \
			"$(calc "${wall[$2]} / (${wall[$3]} + 1e-9)")" \
			"$(calc "${cpu[$2]} / (${cpu[$3]} + 1e-9)")"
}

rate() { # name, how many, of what
	[ -n "${wall[$1]:-}" ] &&
		printf '  -> %s: %.0f %s/s (%.0f per CPU second)\n' "$1" \
			"$(calc "$2 / (${wall[$1]} + 1e-9)")" "$3" \
			"$(calc "$2 / (${cpu[$1]} + 1e-9)")"
}

cold() {
	[ "${BENCH_COLD:-}" = 1 ] || return 1
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

bench_walk() {
	local find='%p|%y|%m|%U|%G|%s|%n|%i|%A@|%T@|%C@|%B@|%l\n'
	local collect=("$konseki" collect --root tree --hash none --here
		--force -o w.tar.zst)

	echo "walk of $entries entries"
	"$tool/gen" tree tree "$entries"
	"$tool/walk" tree >/dev/null
	measure 'getdents64 + statx' "$tool/walk" tree
	measure 'find -printf' sh -c "find tree -xdev -printf '$find' | cat >/dev/null"
	measure 'collect --hash none' "${collect[@]}"
	ratio 'collect / bare walk' 'collect --hash none' 'getdents64 + statx'
	ratio 'collect / find' 'collect --hash none' 'find -printf'
	if cold; then
		measure 'bare walk, cold' "$tool/walk" tree
		cold
		measure 'collect, cold' "${collect[@]}"
		ratio 'collect / bare walk, cold' 'collect, cold' \
			'bare walk, cold'
	fi
	rm -rf tree w.tar.zst
}

bench_hash() {
	local i bytes s

	echo 'hashing 1 GiB in 64 files'
	mkdir big
	for i in $(seq 64); do
		{ printf 'data %011d' "$i"; head -c 16777200 /dev/zero; } \
			>"big/$i"
	done
	cat big/* >all
	"$tool/hash" all >/dev/null
	read -r bytes s < <("$tool/hash" all)
	printf '  libcrypto over one file: %.0f MB/s\n' \
		"$(calc "$bytes / 1e6 / $s")"
	rm all
	cat big/* >/dev/null
	measure 'collect --hash none' "$konseki" collect --root big \
		--hash none --here --force -o h.tar.zst
	measure 'collect --hash all' "$konseki" collect --root big \
		--hash all --here --force -o h.tar.zst
	rate 'collect --hash all' "$(calc "$bytes / 1e6")" MB
	rm -rf big h.tar.zst
}

bench_bodyfile() {
	echo "bodyfile of $lines lines, to a pipe; bodyfile out has the columns of mactime"
	"$tool/gen" bodyfile "$lines" >bodyfile
	for j in 1 2; do
		measure "konseki timeline -j$j" sh -c \
			"$konseki timeline -j$j --format bodyfile bodyfile | cat >/dev/null"
	done
	rate 'konseki timeline -j2' "$lines" lines
	measure 'konseki csv -j2' sh -c \
		"$konseki timeline -j2 --format csv bodyfile | cat >/dev/null"
	if command -v mactime >/dev/null; then
		measure mactime sh -c 'mactime -b bodyfile -y -d | cat >/dev/null'
		ratio 'mactime / konseki -j1' mactime 'konseki timeline -j1'
		ratio 'mactime / konseki -j2' mactime 'konseki timeline -j2'
		ratio 'mactime / csv -j2' mactime 'konseki csv -j2'
	fi
	"$konseki" timeline -j1 --format csv bodyfile >one
	"$konseki" timeline -j2 --format csv bodyfile >two
	cmp one two && echo '  -> -j1 and -j2: the same bytes'
	TZ=Asia/Tokyo "$konseki" timeline -j2 --format csv bodyfile >two
	cmp one two && echo '  -> and in another zone, on a second run'
	rm -f one two
}

bench_syslog() {
	echo "syslog of $lines lines"
	"$tool/gen" syslog "$lines" >auth.log
	touch -d 2027-02-01 auth.log
	measure 'timeline -j1' sh -c "$konseki timeline -j1 auth.log | cat >/dev/null"
	rate 'timeline -j1' "$lines" events
	measure 'timeline -j2' sh -c "$konseki timeline -j2 auth.log | cat >/dev/null"
	rate 'timeline -j2' "$lines" events
}

bench_journal() {
	local remote=/lib/systemd/systemd-journal-remote

	[ -x $remote ] || { echo 'journal: no systemd-journal-remote'; return; }
	echo "journal of $journal_entries entries"
	mkdir j # several files: it rotates
	"$tool/gen" export "$journal_entries" |
		$remote -o j/system.journal - 2>/dev/null
	measure 'journal -j1' sh -c "$konseki timeline -j1 j | cat >/dev/null"
	rate 'journal -j1' "$journal_entries" events
	if command -v journalctl >/dev/null; then
		measure 'journalctl -o json' sh -c \
			"journalctl -o json --file 'j/*.journal' | cat >/dev/null"
		ratio 'journalctl / konseki -j1' 'journalctl -o json' \
			'journal -j1'
	fi
	rm -r j
}

bench_analyze() {
	[ -f bodyfile ] || "$tool/gen" bodyfile "$lines" >bodyfile
	[ -f auth.log ] || "$tool/gen" syslog "$lines" >auth.log
	echo 'analyze into a case'
	measure 'analyze' "$konseki" analyze -j2 bodyfile auth.log -o a.case
	rate analyze "$(calc "2 * $lines")" lines
	printf '  -> case: %.0f MB\n' "$(calc "$(stat -c %s a.case) / 1e6")"
}

# Collects again and again into OUT until it is told to end.
keep_collecting() { # out
	trap 'kill $child; wait $child; exit' TERM
	while :; do
		"$konseki" collect --here --force -o "$1" \
			>/dev/null 2>&1 &
		child=$!
		wait $child
	done
}

# A loop alone and beside collect, in turns, for the machine may be busy.
beside() { # out, name, loop's arguments...
	local out=$1 name=$2 alone=0 with=0 pid
	shift 2
	for _ in 1 2 3; do
		alone=$((alone + $("$tool/loop" "$@" "$seconds")))
		keep_collecting "$out" &
		pid=$!
		sleep 1
		with=$((with + $("$tool/loop" "$@" "$seconds")))
		kill $pid
		wait $pid 2>/dev/null
	done
	printf '  %-34s %8.0f /s alone, %.0f /s beside collect\n' "$name" \
		"$(calc "$alone / 3")" "$(calc "$with / 3")"
	printf '  -> kept: %.0f %%\n' "$(calc "100 * $with / ($alone + 1e-9)")"
	rm -f b.tar.zst*
}

bench_beside() {
	echo "a program beside collect (3 times $seconds s each)"
	beside - 'fsync, archive to a pipe' fsync loop.data
	beside b.tar.zst 'fsync, archive on the same disk' fsync loop.data
	beside - 'loopback HTTP' http
}

bench_forecast() {
	echo "time left, as a terminal saw it (this host)"
	for profile in quick standard; do
		rm -f e.tar.zst
		script -qfec "$konseki collect --here --profile $profile \
			-o e.tar.zst" screen >/dev/null 2>&1 </dev/null
		printf '  %s\n' "$profile"
		awk -v RS='\r' -f "$tool/../../../tests/bench/eta.awk" screen
	done
	rm -f e.tar.zst
}

bench_peers() {
	bash "$tool/../../../tests/bench/peers.sh"
}

echo "konseki $("$konseki" --version | cut -d' ' -f2), $(nproc) processors," \
	"$(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)"
for part in $parts; do
	"bench_$part"
done
