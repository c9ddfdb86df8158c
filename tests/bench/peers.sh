#!/bin/bash
# peers.sh - whole collections of this host beside those of other collectors,
# one after the other; prints a table and ratios, asserts nothing.  Run by
# `BENCH_ONLY=peers make bench', as root.
#
#   UAC=DIR        a checkout of UAC; its ir_triage profile is run
#   CATSCALE=FILE  Cat-Scale.sh
#   BENCH_COLD=1   drop the kernel's caches before each run
#   PEERS_IDLE=N   idle processes beside (150)
#   PEERS_PROFILES  of ours (quick standard full)
#
# Each run has a process and a mount namespace of its own, so that the number
# of processes it starts can be read from the kernel; nobody else's process is
# looked at.  Access times are compared over all files of the root file system.
#
# shellcheck disable=SC2016,SC2059 # the inner shell expands; formats are ours
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
konseki=$PWD/konseki
memsum=$PWD/build/tests/bench/memsum
walk=$PWD/build/tests/bench/walk
idle=${PEERS_IDLE:-150}

[ "$(id -u)" -eq 0 ] || { echo 'peers: only root sees all'; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf --one-file-system "$work"' EXIT

calc() { awk "BEGIN { print $1 }"; }

atimes() { # FILE
	find / -xdev -path "$work" -prune -o -type f -printf '%i %A@\n' |
		sort >"$1"
}

# Runs in its namespaces: COMMAND..., figures into $work/figures.
inside='
	n=$1; work=$2; memsum=$3; shift 3
	while [ "$n" -gt 0 ]; do sleep 3600 & n=$((n - 1)); done
	before=$(cat /proc/sys/kernel/ns_last_pid)
	"$memsum" "$work/m" "$@" >"$work/out" 2>"$work/err"
	status=$?
	after=$(cat /proc/sys/kernel/ns_last_pid)
	awk "/^rchar|^read_bytes/ { print \$2 }" /proc/self/io >"$work/self"
	awk "/^rchar|^read_bytes/ { print \$2 }" /proc/$$/io >"$work/io"
	echo "$status $((after - before - 1))" >"$work/figures"
'

declare -A wall cpu
row='%-22s %8s %8s %9s %9s %8s %9s %9s %9s\n'

peer() { # NAME MEMBERS-COMMAND COMMAND...
	local name=$1 members=$2 w c m status procs changed
	shift 2
	if [ "${BENCH_COLD:-}" = 1 ]; then
		sync
		echo 3 >/proc/sys/vm/drop_caches
	fi
	atimes "$work/a"
	unshare --pid --fork --mount --mount-proc \
		sh -c "$inside" sh "$idle" "$work" "$memsum" "$@"
	atimes "$work/b"
	read -r w c m _ <"$work/m"
	read -r status procs <"$work/figures"
	{ read -r rchar; read -r disk; } <"$work/io"
	# in both lists, with another time
	changed=$(comm -13 "$work/a" "$work/b" | cut -d' ' -f1 | sort |
		join - <(cut -d' ' -f1 "$work/a" | sort) | wc -l)
	wall[$name]=$w
	cpu[$name]=$c
	printf "$row" "$name" "$w" "$c" \
		"$(calc "int($rchar / 1e6)")" "$(calc "int($disk / 1e6)")" \
		"$(calc "int($m / 1024)")" "$procs" "$changed" \
		"$(eval "$members" 2>/dev/null | wc -l)"
	case $status in
	0 | 3) ;;
	*) echo "  status $status"; tail -n 3 "$work/err" ;;
	esac
	eval "$members" >"$work/${name// /.}.names" 2>/dev/null
	rm -rf "$work"/out.* "$work/dest"
	mkdir "$work/dest"
}

ratio() { # OURS THEIRS
	[ -n "${wall[$2]:-}" ] && printf '  -> %s / %s: %.3f of the time, %.3f of the CPU\n' \
		"$1" "$2" "$(calc "${wall[$1]} / ${wall[$2]}")" \
		"$(calc "${cpu[$1]} / ${cpu[$2]}")"
}

printf '%s entries, %s idle processes beside\n' \
	"$("$walk" / | awk '{ print $1; exit }')" "$idle"
printf "$row" '' 'wall s' 'CPU s' 'read MB' 'disk MB' 'MiB' 'processes' \
	'atimes' 'members'
mkdir "$work/dest"
peer 'bare walk' : "$walk" /
for profile in ${PEERS_PROFILES:-quick standard full}; do
	peer "konseki $profile" "tar --zstd -tf $work/dest/k.tar.zst" \
		"$konseki" collect --here --profile "$profile" \
		-o "$work/dest/k.tar.zst"
done
[ -n "${CATSCALE:-}" ] && peer CatScale \
	"tar -tzf $work/dest/*.tar.gz" \
	sh -c "cd $work/dest && bash $CATSCALE -o $work/dest"
[ -n "${UAC:-}" ] && peer 'UAC ir_triage' \
	"tar -tzf $work/dest/*.tar.gz" \
	sh -c "cd $UAC && ./uac -p ir_triage $work/dest"
for profile in ${PEERS_PROFILES:-quick standard full}; do
	ratio "konseki $profile" 'UAC ir_triage'
	ratio "konseki $profile" CatScale
done
# What UAC copied and a standard collection did not, by directory.
lacking() {
	sed -n 's,^files/,/,p' "$work/konseki.standard.names" |
		sed 's/\.part[0-9]*$//' | sort -u >"$work/k"
	sed -n 's,^\[root\]/,/,p' "$work/UAC.ir_triage.names" |
		while IFS= read -r path; do
			if [ ! -f "$path" ] || [ -L "$path" ]; then
				continue
			fi
			printf '%s/%s\n' "$(realpath "${path%/*}")" "${path##*/}"
		done | sort -u >"$work/u"
	comm -23 "$work/u" "$work/k" >"$work/lack"
	printf 'files of UAC: %s, of those not in a standard collection: %s\n' \
		"$(wc -l <"$work/u")" "$(wc -l <"$work/lack")"
	sed -E 's#^((/[^/]*){1,4}).*#\1#' "$work/lack" | sort | uniq -c |
		sort -rn | head -n "${PEERS_LACK:-15}"
}
[ -n "${UAC:-}" ] && lacking
sh tests/evidence.sh | sed -n 's/^# collected/evidence rows/p'
table=../shared/reference/collectors.md
[ -f $table ] && for tool in 'UAC 4' 'CatScale 5'; do
	awk -F'|' -v column="${tool#* }" -v name="${tool% *}" '
		$2 ~ /^ [0-9]+ $/ { k = substr($column, 2, 1); n[k]++ }
		END { printf "evidence rows of %s: %d, %d more in part\n", name,
			n["Y"], n["P"] }' $table
done
exit 0
