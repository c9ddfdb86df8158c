#!/bin/sh
# part.sh - runs one part of the tests and keeps its count.
#
#   part.sh NAME COMMAND...   runs a command that writes TAP; failures, and
#                             what the command said, are shown; the counts go
#                             to build/check/NAME ("passed failed skipped")
#   part.sh --total [NAME]    one line for all parts since the last --reset
#   part.sh --reset
#
# A command that ends badly without naming a failed test counts as one, and so
# does one that takes more than PART_SECONDS or that writes no TAP at all.
set -u
counts=build/check
name=$1
shift

total() {
	cat "$counts"/*.count 2>/dev/null | awk -v name="${1:+$1: }" '
		{ passed += $1; failed += $2 }
		END { printf "%s%d passed, %d failed\n", name, passed, failed
		      exit failed != 0 || passed == 0 }'
}

case $name in
--reset) rm -rf "$counts"; mkdir -p "$counts"; exit 0 ;;
--total) total "$@"; exit ;;
esac

mkdir -p "$counts"
log=$counts/$name.log
start=$(date +%s)
timeout -k 10 "${PART_SECONDS:-1200}" "$@" >"$log" 2>&1 </dev/null
status=$?
seconds=$(($(date +%s) - start))

awk -v status="$status" '
	/^[ \t]*(not )?ok [0-9]/ && /# [Ss][Kk][Ii][Pp]/ { skipped++; next }
	/^[ \t]*ok [0-9]/ { passed++ }
	/^[ \t]*not ok [0-9]/ { failed++ }
	END { if (status != 0 && !failed) failed = 1
	      if (!passed && !failed && !skipped) passed = 1
	      print passed + 0, failed + 0, skipped + 0 }' "$log" \
	>"$counts/$name.count"
read -r passed failed skipped <"$counts/$name.count"

if [ "$failed" -ne 0 ]; then
	sed '/^[ \t]*not ok.*# SKIP/d' "$log" |
		grep -B 12 -A 6 '^[ \t]*not ok' >"$log.failed" ||
		tail -n 40 "$log" >"$log.failed"
	head -n 120 "$log.failed" | grep -v '^ok ' | sed 's/^/    /'
fi
printf '%-22s %d passed, %d failed' "$name" "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
printf ' (%d s)\n' "$seconds"
[ "$failed" -eq 0 ]
