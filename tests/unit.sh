#!/bin/sh
# unit.sh PREFIX PROGRAM... - runs unit tests (cmocka); writes TAP, each test
# named for its file.  A program that dies counts as a failed test.
set -u
prefix=$1
shift
CMOCKA_MESSAGE_OUTPUT=TAP
export CMOCKA_MESSAGE_OUTPUT
bad=0
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
for program; do
	name=${program#"$prefix"}
	out=$(timeout 300 "$program" 2>"$said" </dev/null)
	status=$?
	sed 's/^/# /' "$said"
	printf '%s\n' "$out" | sed "s|^\(\(not \)\{0,1\}ok [0-9]* - \)|\1$name/|"
	if [ $status -ne 0 ]; then
		bad=1
		printf '%s\n' "$out" | grep '^not ok ' | grep -qv '# SKIP' ||
			echo "not ok 0 - $name/ended with status $status"
	fi
done
exit $bad
