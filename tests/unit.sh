#!/bin/sh
# unit.sh PREFIX PROGRAM... - runs unit tests (cmocka); writes TAP, each test
# named for its file.  A program that dies counts as a failed test.
set -u
prefix=$1
shift
CMOCKA_MESSAGE_OUTPUT=TAP
export CMOCKA_MESSAGE_OUTPUT
bad=0
said=$(mktemp) && out=$(mktemp) || exit 1
trap 'rm -f "$said" "$out"' EXIT
for program; do
	name=${program#"$prefix"}
	# into a file: a child that is left behind would keep a pipe open
	timeout -k 10 120 "$program" >"$out" 2>"$said" </dev/null
	status=$?
	sed 's/^/# /' "$said"
	sed "s|^\(\(not \)\{0,1\}ok [0-9]* - \)|\1$name/|" "$out"
	if [ $status -ne 0 ]; then
		bad=1
		grep '^not ok ' "$out" | grep -qv '# SKIP' ||
			echo "not ok 0 - $name/ended with status $status"
	fi
done
exit $bad
