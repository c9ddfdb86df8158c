#!/bin/sh
# static.sh - the binary needs nothing of the system it runs on.  Writes TAP.
set -u
n=0
bad=0

ok() { # status, name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - static/$2"
	else
		echo "not ok $n - static/$2"
		bad=1
	fi
}

skip() { # name, why
	n=$((n + 1))
	echo "ok $n - static/$1 # SKIP $2"
}

header() {
	LC_ALL=C readelf -W "$@" konseki
}

if [ "${STATIC:-yes}" != yes ]; then
	skip all 'built without static linking'
	echo "1..$n"
	exit 0
fi

! header -l | grep -q INTERP
ok $? 'no interpreter'
header -h | grep -q 'Type:.*DYN'
ok $? 'position-independent'
! header -d | grep -q NEEDED
ok $? 'no shared library'
header -l | grep -q GNU_RELRO && header -d | grep -Eq 'BIND_NOW|NOW'
ok $? 'read-only relocations, all bound'
! header -l | grep GNU_STACK | grep -q E
ok $? 'no executable stack'

if [ "$(id -u)" -ne 0 ]; then
	skip 'empty root' 'only root may chroot'
	echo "1..$n"
	exit $bad
fi

root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
cp konseki "$root/konseki"
mkdir "$root/tmp"
chroot=$(command -v chroot)
inside() {
	env -i "$chroot" "$root" /konseki "$@"
}

inside --version >/dev/null
ok $? 'empty root/--version'
inside help collect --lang ja | grep -q -- --root
ok $? 'empty root/help'
[ "$(inside parsers | wc -l)" -gt 5 ]
ok $? 'empty root/parsers'
inside rules check | grep -Eq '[1-9][0-9]* active'
ok $? 'empty root/built-in rules compile'
printf '0|/etc/passwd|7|r/rrw-r--r--|0|0|9|1|2|3|4\n' >"$root/body"
[ "$(inside timeline /body | wc -l)" -eq 4 ]
ok $? 'empty root/timeline'
inside analyze -q /body -o /body.case >/dev/null
[ $? -le 3 ] && [ -s "$root/body.case" ]
ok $? 'empty root/analyze'
mkdir -p "$root/dead/etc" "$root/dead/usr/bin"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/dead/etc/passwd"
cp konseki "$root/dead/usr/bin/program"
inside collect -q --root /dead --here -o /dead.tar.zst
[ $? -le 3 ] && inside timeline /dead.tar.zst |
	grep -q '"path":"/usr/bin/program"'
ok $? 'empty root/collect, and read it again'

mkdir "$root/stick"
inside collect -q --root /dead --here -o /stick
[ $? -le 3 ] && [ -n "$(find "$root/stick" -name '*Z.tar.zst' -size +0)" ]
ok $? 'empty root/collect -o DIR names the archive itself'

# a chroot whose root is no mount point: no line of mountinfo names it
mkdir "$root/proc"
if ! unshare -mpf true 2>/dev/null; then
	skip 'chroot with /proc/its files are walked' 'no mount namespace here'
	echo "1..$n"
	exit $bad
fi
unshare -mpf --mount-proc="$root/proc" env -i "$chroot" "$root" \
	/konseki collect -q --here -o /live.tar.zst
[ $? -le 3 ] && inside timeline /live.tar.zst |
	grep -q '"path":"/dead/usr/bin/program"'
ok $? 'chroot with /proc/its files are walked'

echo "1..$n"
exit $bad
