#!/bin/sh
# manual.sh - every verb, option, parser and probe that the binary prints is
# in the manual, and the manual promises no option that is not there.
# Writes TAP.
set -u
LC_ALL=C.UTF-8
export LC_ALL
konseki=./konseki
n=0
bad=0

ok() { # status, name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - manual/$2"
	else
		echo "not ok $n - manual/$2"
		bad=1
	fi
}

verbs() {
	$konseki help --lang en | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p'
}

# --long options of a verb, and -x where there is no long name
options() { # verb
	$konseki help "$1" --lang en |
	sed -n -e 's/^  \(-.,\|   \) --\([a-z-]*\).*/-\2/p' \
		-e 's/^  -\([A-Za-z]\)  .*/\1/p' | sort -u
}

# options that a page explains: .It Fl o Ns , Fl -output ... gives both
explained() { # page...
	sed -n '/^\.It Fl /p' "$@" | tr ' ' '\n' |
	awk 'fl { print; fl = 0 } $0 == "Fl" { fl = 1 }' | sort -u
}

named() { # name, page: as an item of a list or in a synopsis
	grep -Eq "^\.(It (Sy|Cm|Li|Ic|Nm|Pa) |Sy |Cm )$1( |\$)" "$2"
}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

all=$(verbs)
[ "$(printf '%s\n' "$all" | wc -l)" -ge 2 ]
ok $? 'help lists verbs'

for verb in $all; do
	page=man/konseki-$verb.1
	[ -f "$page" ]
	ok $? "$verb/has a page"
	[ -f "$page" ] || continue
	grep -q "^\.\(It \)\{0,1\}Xr konseki-$verb 1" man/konseki.1
	ok $? "$verb/is in konseki(1)"
	options "$verb" >"$tmp/has"
	explained "$page" man/konseki.1 >"$tmp/said"
	comm -23 "$tmp/has" "$tmp/said" >"$tmp/lack"
	sed "s/^/# $verb: not explained: -/" "$tmp/lack"
	[ ! -s "$tmp/lack" ]
	ok $? "$verb/every option is explained"
	for p in "$page" "man/ja/${page##*/}"; do
		[ ! -f "$p" ] || explained "$p"
	done | awk 'length > 1' | sort -u | comm -13 "$tmp/has" - >"$tmp/lack"
	sed "s/^/# $verb: there is no option: -/" "$tmp/lack"
	[ ! -s "$tmp/lack" ]
	ok $? "$verb/every explained option exists"
done

for page in man/konseki-*.1 man/ja/konseki-*.1; do
	verb=${page##*/konseki-}
	verb=${verb%.1}
	printf '%s\n' "$all" | grep -qx "$verb"
	ok $? "$page/is of a verb"
done

# tables that the binary prints, one name at the start of a line
for verb in parsers probes; do
	$konseki $verb --lang en >"$tmp/out" 2>/dev/null
	names=$(sed -n 's/^\([a-z][a-z0-9_.-]*\)\([ \t].*\)*$/\1/p' "$tmp/out" |
		sort -u)
	[ -n "$names" ]
	ok $? "$verb/prints names"
	for name in $names; do
		named "$name" "man/konseki-$verb.1"
		ok $? "$verb/$name is in its page"
	done
done

# keys of events
sed -n 's/^KEY([A-Z0-9_]*, *"\([^"]*\)".*/\1/p' src/event/keys.def |
	sort -u >"$tmp/has"
sed -n 's/^\.It Li \([a-zA-Z0-9_.@]*\).*/\1/p' man/konseki-events.5 |
	sort -u >"$tmp/said"
comm -23 "$tmp/has" "$tmp/said" >"$tmp/lack"
sed 's/^/# konseki-events(5) lacks /' "$tmp/lack"
[ -s "$tmp/has" ] && [ ! -s "$tmp/lack" ]
ok $? 'events/every key is explained'

# every exit status of include/konseki/exit.h
# shellcheck disable=SC2013 # one digit a line
for status in $(sed -n 's/^.*KONSEKI_[A-Z]* = \([0-9]\),.*/\1/p' \
	include/konseki/exit.h); do
	grep -q "^\.It $status\$" man/konseki.1
	ok $? "status $status is explained"
done

echo "1..$n"
exit $bad
