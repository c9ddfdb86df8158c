#!/bin/sh
# evidence.sh - every row of tests/evidence.tsv names something that is there:
# a probe or a group that `konseki probes' prints, a key of events, or a reason
# that konseki-collect(1) gives.  Writes TAP.
set -u
LC_ALL=C.UTF-8
export LC_ALL
konseki=./konseki
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
bad=0

ok() { # status, name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - evidence/$2"
	else
		echo "not ok $n - evidence/$2"
		bad=1
	fi
}

$konseki probes --lang en | awk 'NF && !/:$/ { print $1 }' | sort -u \
	>"$tmp/names"
sed -n 's/^KEY([A-Z0-9_]*, "\([^"]*\)".*/\1/p' src/event/keys.def >"$tmp/keys"
sed -n '/^\.Ss What is not collected/,/^\.S[hs] /p' man/konseki-collect.1 |
	sed -n 's/^\.It Sy //p' >"$tmp/reasons"

grep -v '^#' tests/evidence.tsv >"$tmp/rows"
[ "$(cut -f1 "$tmp/rows")" = "$(seq 172)" ]
ok $? 'all 172 rows'
: >"$tmp/lack"
cut -f1,3 "$tmp/rows" | while read -r row places; do
	for place in $places; do
		case $place in
		walk) continue ;;
		probe:* | group:*) list=names ;;
		key:*) list=keys ;;
		not:*) list=reasons ;;
		*) list=none ;;
		esac
		grep -qxF "${place#*:}" "$tmp/$list" 2>/dev/null ||
			echo "# row $row: there is no $place" >>"$tmp/lack"
	done
	[ -n "$places" ] || echo "# row $row: nothing" >>"$tmp/lack"
done
cat "$tmp/lack"
[ ! -s "$tmp/lack" ]
ok $? 'every place is there'
# and every reason is one of a row
cut -f3 "$tmp/rows" | tr ' ' '\n' | sed -n 's/^not://p' | sort -u >"$tmp/used"
sort -u "$tmp/reasons" | cmp -s - "$tmp/used"
ok $? 'every reason belongs to a row'
echo "# collected: $(grep -vc 'not:' "$tmp/rows") of 172 rows"
echo "1..$n"
exit $bad
