# lib.sh - what the end-to-end tests share; sourced by tests/*.bats.
#
# Every test file works in one scratch directory of its own ($dir), removed
# with all that is in it.  KONSEKI names another program to test.
#
# shellcheck shell=bash disable=SC2034 # variables are for the tests

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
konseki=${KONSEKI:-$top/konseki}
plant=$top/build/tests/plant
LC_ALL=C
TZ=UTC
export LC_ALL TZ

# For setup_file: the scratch directory, and helpers that are not built yet.
begin() { # HELPER...
	dir=$(mktemp -d "${TMPDIR:-/tmp}/konseki-test.XXXXXX")
	export dir
	for helper in "$@"; do
		[ -x "$plant/$helper" ] ||
			make -s -C "$top" "build/tests/plant/$helper" >&2
	done
}

finish() {
	[ -n "$dir" ] && [ -d "$dir" ] && rm -rf --one-file-system "$dir"
}

# What a test file does that says nothing else.
setup_file() {
	begin utmp
}

teardown_file() {
	finish
}

# A plain `! command' ends no test unless it is the last.
refute() { # COMMAND...
	if "$@"; then
		echo "not expected: $*" >&2
		return 1
	fi
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip 'only root may do this'
}

# A chroot whose root is no mount point can have no mounts of its own.
need_mounts() {
	need_root
	unshare -m --propagation private true 2>/dev/null ||
		skip 'no private mounts here (a chroot that is no mount point?)'
}

# What the person before the screen should see, whatever the result.
note() {
	printf '# %s\n' "$*" >&3
}

ago() { # HOURS FORMAT
	date -u -d "-$1 hours" "+$2"
}

# The smallest system whose core sources are all there: accounts, an auth.log,
# a wtmp, a package with its files, a place of units.
small_root() { # DIR
	mkdir -p "$1"/{etc/cron.d,etc/ssh,root,tmp,usr/bin,usr/lib,usr/sbin} \
		"$1"/{var/log,var/lib/dpkg/info,home/hana,run,var/www}
	cat >"$1/etc/passwd" <<-EOT
	root:x:0:0:root:/root:/bin/bash
	daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
	www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
	hana:x:1000:1000:Hana:/home/hana:/bin/bash
	EOT
	printf 'root:*:20000:0:99999:7:::\nhana:!:20000:0:99999:7:::\n' \
		>"$1/etc/shadow"
	chmod 640 "$1/etc/shadow"
	echo planted >"$1/etc/hostname"
	mkdir -p "$1/usr/lib/systemd/system"
	printf '[Unit]\nDescription=Small\n[Service]\nExecStart=/usr/bin/ls\n' \
		>"$1/usr/lib/systemd/system/small.service"
	printf 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n' \
		>"$1/etc/os-release"
	echo 0123456789abcdef0123456789abcdef >"$1/etc/machine-id"
	echo Etc/UTC >"$1/etc/timezone"
	cat >"$1/var/log/auth.log" <<-EOT
	$(ago 30 '%b %e %H:%M:%S') planted CRON[801]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)
	$(ago 30 '%b %e %H:%M:%S') planted CRON[801]: pam_unix(cron:session): session closed for user root
	$(ago 29 '%b %e %H:%M:%S') planted sshd[810]: Accepted publickey for hana from 192.0.2.10 port 50022 ssh2: ED25519 SHA256:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg
	EOT
	{
		echo "boot 0 ~ reboot 6.1.0-18-amd64 $(ago 40 %s)"
		echo "user 810 pts/0 hana 192.0.2.10 $(ago 29 %s)"
		echo "dead 810 pts/0 - - $(ago 28 %s)"
	} | "$plant/utmp" >"$1/var/log/wtmp"
	printf '\177ELF\2\1\1' | cat - /dev/zero | head -c 4096 >"$1/usr/bin/ls"
	chmod 755 "$1/usr/bin/ls"
	cat >"$1/var/lib/dpkg/status" <<-EOT
	Package: coreutils
	Status: install ok installed
	Architecture: amd64
	Version: 9.1-1

	EOT
	printf '/.\n/usr\n/usr/bin\n/usr/bin/ls\n%s\n' \
		/usr/lib/systemd/system/small.service \
		>"$1/var/lib/dpkg/info/coreutils.list"
	(cd "$1" && md5sum usr/bin/ls) >"$1/var/lib/dpkg/info/coreutils.md5sums"
}

# FILE TEXT: added to the root.
put() {
	mkdir -p "$root/$(dirname "$1")"
	printf '%b\n' "$2" >>"$root/$1"
}

# For setup_file: a small root with what the command puts there, judged.
planted() { # COMMAND
	begin utmp
	root=$dir/root
	export root archive case_file
	small_root "$root"
	"$1"
	judge "$root"
}

# Collects a dead root and analyzes it: $archive, $case_file, and the exit
# statuses of both steps.
judge() { # ROOT [collect option...]
	judged=$1
	shift
	archive=$judged.tar.zst
	case_file=$judged.case
	collect_status=0
	# shellcheck disable=SC2086 # UNDER is several words
	${UNDER-} "$konseki" collect -q --here --root "$judged" -o "$archive" "$@" \
		2>"$judged.err" || collect_status=$?
	weigh "$archive"
}

# The same for an archive that is there; with NO_EVENTS, not its events.
weigh() { # ARCHIVE
	case_file=${1%.tar.zst}.case
	analyze_status=0
	"$konseki" analyze "$1" -o "$case_file" --lang en --summary \
		"$case_file.summary" >"$case_file.verdict" \
		2>"$case_file.err" || analyze_status=$?
	[ -s "$case_file" ] || { cat "$case_file.err" >&2; return 1; }
	"$konseki" findings --format jsonl "$case_file" \
		>"$case_file.findings" || :
	[ -n "${NO_EVENTS-}" ] ||
		"$konseki" timeline "$case_file" >"$case_file.events"
}

# "tier rule-file" of each finding, sorted, once each; of one tier if given.
found() { # [TIER]
	jq -r --arg tier "${1-}" 'select($tier == "" or .tier == $tier) |
		.tier + " " + (.rule.file | split("/") | last)' \
		"$case_file.findings" | sort -u
}

# The findings of tier `respond' are exactly these files of rules.
responds() { # RULE-FILE...
	want=$(printf 'respond %s\n' "$@" | sort -u)
	got=$(found respond)
	[ "$got" = "$want" ] || {
		printf 'want:\n%s\ngot:\n%s\n' "$want" "$got" >&2
		return 1
	}
}

# At least one event makes this jq condition true.
event() { # CONDITION [jq option...]
	condition=$1
	shift
	[ "$(jq -c "$@" "select($condition) | 1" "$case_file.events" |
		head -n 1)" = 1 ] || {
		echo "no event: $condition" >&2
		return 1
	}
}

count_of() { # TIER
	jq -r "select(.tier == \"$1\") | .id" "$case_file.findings" | wc -l
}

verdict() {
	sed -n '1s/^VERDICT: \([a-z ]*[a-z]\) *host .*/\1/p' \
		"$case_file.verdict"
}

# A Debian 12 with a few programs, made once (from KONSEKI_TEST_MIRROR) and
# kept below KONSEKI_TEST_CACHE; it is never changed: copy it.
debian_root() {
	cache=${KONSEKI_TEST_CACHE:-/var/tmp/konseki-test-cache}
	debian=$cache/bookworm
	[ -e "$debian.done" ] && return
	command -v debootstrap >/dev/null || skip 'no debootstrap here'
	[ ! -e "$debian.failed" ] ||
		[ -n "$(find "$debian.failed" -mmin +30)" ] ||
		skip 'debootstrap reached no mirror within the last half hour'
	mkdir -p "$cache"
	rm -rf --one-file-system "$debian"
	timeout 600 debootstrap --variant=minbase \
		--include=openssh-server,cron,sudo bookworm "$debian" \
		"${KONSEKI_TEST_MIRROR:-http://deb.debian.org/debian}" \
		>"$debian.log" 2>&1 || {
		touch "$debian.failed"
		skip "debootstrap: $(tail -n 1 "$debian.log")"
	}
	rm -f "$debian.failed"
	touch "$debian.done"
}
