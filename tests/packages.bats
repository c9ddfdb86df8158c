# packages.bats - what dpkg, rpm (its three databases), apk and pacman say of
# files: whose content is collected, which state analysis derives, and whether
# the package systems' own tools say the same where they are.
#
# Each root has a program as it was packaged, one that was changed, a changed
# script of configuration, and one that no package has.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup() {
	need_root
	root=$dir/$BATS_TEST_NUMBER
}

teardown() {
	[ -z "$root" ] || rm -rf --one-file-system "$root" "$root".*
}

script() { # FILE TEXT [MODE]
	mkdir -p "${1%/*}"
	printf '#!/bin/sh\necho %s\n' "$2" >"$1"
	chmod "${3:-755}" "$1"
}

# A root of no package system, and what somebody put there.
bare_root() { # DIR
	small_root "$1"
	rm -rf "$1/var/lib/dpkg" "$1/usr/bin/ls"
	script "$1/usr/bin/evil" evil
}

# The files of testdata/rpmdb/'s package `tool', as they were packaged.
rpm_files() { # DIR
	script "$1/usr/bin/tool" a 4755
	ln -s tool "$1/usr/bin/tool2"
	script "$1/usr/lib/tool/helper" helper
	script "$1/usr/sbin/toold" daemon
	script "$1/etc/tool.sh" conf
	echo x=1 >"$1/etc/tool.conf"
	script "$1/usr/share/data/run" shared
}

collected() { # programs whose content is there, sorted, in one line
	tar --zstd -tf "$archive" | sed -n 's|^files\(/usr/.*\)|\1|p' |
		grep -Ev 'sysimage|small.service' | sort | tr '\n' ' '
}

state_of() { # PATH STATE
	[ "$(jq -r --arg p "$1" 'select(.file.path == $p and
		.event.dataset == "files") | .konseki.file.package_state // "-"' \
		"$case_file.events" | sort -u)" = "$2" ] || {
		jq -c --arg p "$1" 'select(.file.path == $p)' \
			"$case_file.events" >&2
		return 1
	}
}

missing() { # programs that are known to be gone, in one line
	jq -r 'select(.konseki.file.missing) | .file.path' \
		"$case_file.events" | sort -u | tr '\n' ' '
}

# A root with the rpm database of that kind in that place.
rpm_root() { # KIND PATH
	bare_root "$root"
	rpm_files "$root"
	mkdir -p "$root${2%/*}"
	cp "$top/testdata/rpmdb/$1/input" "$root$2"
	script "$root/usr/sbin/toold" changed
	script "$root/etc/tool.sh" changed
	chmod 6755 "$root/usr/bin/tool"
	rm "$root/usr/share/data/run"
	ln -sf /tmp/x "$root/usr/bin/tool2"
	judge "$root"
	[ "$(collected)" = '/usr/bin/evil /usr/sbin/toold ' ] || {
		collected >&2
		return 1
	}
	state_of /usr/bin/tool intact
	state_of /usr/lib/tool/helper intact
	state_of /usr/sbin/toold modified
	state_of /etc/tool.sh conffile
	state_of /usr/bin/evil unpackaged
	[ "$(missing)" = '/usr/share/data/run ' ]
	event '.file.path == "/usr/bin/tool" and .event.kind == "state" and
		.konseki.file.package_mode == "4755" and
		.konseki.file.package_changed == ["setid added"]'
	event '.file.path == "/etc/tool.sh" and .event.kind == "state" and
		.konseki.file.package_changed == ["content"]'
	event '.file.path == "/usr/bin/tool2" and .event.kind == "state" and
		.konseki.file.package_target == "tool" and
		.konseki.file.package_changed == ["target"]'
	event '.event.dataset == "rpmdb" and .event.kind == "state" and
		.package.name == "tool" and .package.version == "1:1.2-3" and
		.konseki.package.signed == false'
	event '.konseki.autorun.mechanism == "package_script" and
		.konseki.autorun.name == "tool postin" and
		.process.command_line == "echo post"'
	[ -z "$(jq -c 'select(.konseki.note)' "$case_file.events" |
		head -n 1)" ]
}

@test "packages/rpm: sqlite" {
	rpm_root sqlite /var/lib/rpm/rpmdb.sqlite
}

@test "packages/rpm: ndb" {
	rpm_root ndb /usr/lib/sysimage/rpm/Packages.db
}

@test "packages/rpm: Berkeley DB" {
	rpm_root bdb /var/lib/rpm/Packages
}

@test "packages/rpm: a log that was not yet written back" {
	bare_root "$root"
	rpm_files "$root"
	mkdir -p "$root/var/lib/rpm"
	cp "$top/testdata/packages/wal.sqlite" "$root/var/lib/rpm/rpmdb.sqlite"
	cp "$top/testdata/packages/wal.sqlite-wal" \
		"$root/var/lib/rpm/rpmdb.sqlite-wal"
	judge "$root"
	[ "$(collected)" = '/usr/bin/evil ' ] || {
		collected >&2
		return 1
	}
	state_of /usr/bin/tool intact
	state_of /usr/share/data/run intact
	# a directory that was not entered says nothing of what is missing
	rm "$root/usr/bin/tool" "$root".*
	judge "$root" --exclude /usr/bin
	[ -z "$(missing)" ]
}

@test "packages/rpm: a damaged database is said, and half of it used" {
	bare_root "$root"
	rpm_files "$root"
	mkdir -p "$root/var/lib/rpm"
	head -c 6000 "$top/testdata/rpmdb/ndb/input" \
		>"$root/var/lib/rpm/Packages.db"
	judge "$root"
	event '.event.dataset == "status" and
		.konseki.status.item == "package databases" and
		.konseki.status.state == "truncated"'
	grep -Eq '[1-9][0-9]* notes? on damage' "$case_file.verdict"
	# noise instead of a database: nothing is taken for unpackaged by it
	head -c 200000 /dev/urandom >"$root/var/lib/rpm/Packages.db"
	rm -f "$root".*
	judge "$root"
	state_of /usr/bin/tool -
}

@test "packages/others: a system unpacked in /tmp is not this one" {
	small_root "$root"
	at=$root/tmp/chroot
	mkdir -p "$at/var/lib/rpm" "$at/lib/apk/db"
	cp "$top/testdata/rpmdb/sqlite/input" "$at/var/lib/rpm/rpmdb.sqlite"
	cp "$top/testdata/apkdb/installed/input" "$at/lib/apk/db/installed"
	judge "$root"
	event '.event.dataset == "rpmdb"'
	event '.event.dataset == "apkdb"'
	[ -z "$(missing)" ]
	refute event '.konseki.package.signed == false' 2>/dev/null
	refute event '.konseki.autorun.mechanism == "package_script"' 2>/dev/null
	[ -z "$(found)" ] || { found >&2; return 1; }
	# nor when the root is read as it is
	! "$konseki" timeline "$root" |
		jq -e 'select(.konseki.package.signed == false)' >/dev/null
}

@test "packages/rpm: rpm -Va says the same" {
	command -v rpm >/dev/null || skip 'no rpm here'
	bare_root "$root"
	rpm_files "$root"
	mkdir -p "$root/var/lib/rpm"
	cp "$top/testdata/rpmdb/sqlite/input" "$root/var/lib/rpm/rpmdb.sqlite"
	script "$root/usr/sbin/toold" changed
	script "$root/etc/tool.sh" changed
	judge "$root"
	# its indexes are not in testdata; the third letter is the digest
	ask() {
		rpm --root "$root" --define '_dbpath /var/lib/rpm' \
			--define '_db_backend sqlite' "$@" 2>/dev/null
	}
	ask --rebuilddb || skip 'this rpm has no sqlite'
	ask -Va --nodeps --noscripts | awk '/^..5/ { print $NF }' |
		sort >"$root.want"
	[ -s "$root.want" ]
	jq -r 'select(.konseki.file.package_changed // [] |
		index("content")) | .file.path' "$case_file.events" |
		sort -u >"$root.got"
	diff "$root.want" "$root.got"
	[ "$(ask -qa | wc -l)" -eq "$(jq -r \
		'select(.event.dataset == "rpmdb" and
			.event.action == "package-state") | .package.name' \
		"$case_file.events" | wc -l)" ]
}

@test "packages/apk" {
	bare_root "$root"
	script "$root/usr/bin/tool" tool 4755
	script "$root/usr/sbin/toold" daemon
	script "$root/etc/init.d/toold" start
	q1() {
		printf 'Q1%s' "$(openssl dgst -sha1 -binary "$1" | base64)"
	}
	mkdir -p "$root/lib/apk/db"
	cat >"$root/lib/apk/db/installed" <<-EOT
	C:Q1abcdefghijklmnopqrstuvwxyz0=
	P:tool
	V:1.0-r0
	A:x86_64
	F:usr
	F:usr/bin
	R:tool
	a:0:0:755
	Z:$(q1 "$root/usr/bin/tool")
	F:usr/sbin
	R:toold
	a:0:0:755
	Z:$(q1 "$root/usr/sbin/toold")
	F:etc/init.d
	R:toold
	a:0:0:755
	Z:$(q1 "$root/etc/init.d/toold")

	EOT
	at=tool-1.0-r0.Q1abcdefghijklmnopqrstuvwxyz0=.pre-install
	script "$root.script/$at" pre
	tar --format=ustar -cf "$root/lib/apk/db/scripts.tar" \
		-C "$root.script" "$at"
	script "$root/usr/sbin/toold" changed
	judge "$root"
	[ "$(collected)" = '/usr/bin/evil /usr/sbin/toold ' ] || {
		collected >&2
		return 1
	}
	state_of /usr/bin/tool intact
	state_of /etc/init.d/toold intact
	state_of /usr/sbin/toold modified
	state_of /usr/bin/evil unpackaged
	event '.file.path == "/usr/bin/tool" and .event.kind == "state" and
		.konseki.file.package_mode == "0755" and
		.file.hash.sha1 != null'
	event '.event.dataset == "apkdb" and .event.kind == "state" and
		.package.name == "tool" and .package.type == "apk"'
	event '.konseki.autorun.mechanism == "package_script" and
		.konseki.autorun.name == "tool pre-install"'
}

@test "packages/pacman" {
	bare_root "$root"
	script "$root/usr/bin/tool" tool
	script "$root/usr/bin/toold" daemon
	script "$root/etc/tool.sh" conf
	ln -s bin "$root/usr/sbin.new"
	rmdir "$root/usr/sbin"
	mv "$root/usr/sbin.new" "$root/usr/sbin"
	at=$root/var/lib/pacman/local/tool-1.2-1
	mkdir -p "$at"
	cp "$top/testdata/pacmandb/desc/input" "$at/desc"
	printf '%%FILES%%\nusr/\nusr/bin/\nusr/bin/tool\nusr/sbin\n%s\n\n' \
		etc/tool.sh >"$at/files"
	printf '%%BACKUP%%\netc/tool.sh\t%s\n' \
		"$(md5sum <"$root/etc/tool.sh" | cut -d' ' -f1)" >>"$at/files"
	sum() {
		sha256sum <"$root/$1" | cut -d' ' -f1
	}
	gzip -9 >"$at/mtree" <<-EOT
	#mtree
	/set type=file uid=0 gid=0 mode=755
	./.PKGINFO time=1.0 size=1 sha256digest=$(sum usr/bin/tool)
	./usr/bin/tool time=1.0 size=2 sha256digest=$(sum usr/bin/tool)
	./usr/bin/toold time=1.0 size=2 sha256digest=$(sum usr/bin/toold)
	./etc/tool.sh time=1.0 size=2 sha256digest=$(sum etc/tool.sh)
	./usr/sbin time=1.0 type=link link=bin
	EOT
	script "$root/usr/bin/toold" changed
	script "$root/etc/tool.sh" changed
	judge "$root"
	[ "$(collected)" = '/usr/bin/evil /usr/bin/toold ' ] || {
		collected >&2
		return 1
	}
	state_of /usr/bin/tool intact
	state_of /usr/bin/toold modified
	state_of /etc/tool.sh conffile
	state_of /usr/bin/evil unpackaged
	event '.event.dataset == "pacmandb" and .event.kind == "event" and
		.["@timestamp"] == "2023-11-14T22:13:20.000000000Z" and
		.event.action == "install" and .konseki.package.signed'
}

@test "packages/dpkg: dpkg -V says the same, usrmerge is seen through" {
	debian_root
	command -v dpkg >/dev/null || skip 'no dpkg here'
	cp -a "$debian" "$root"
	script "$root/usr/sbin/cron" changed
	printf 'changed\n' >>"$root/etc/init.d/cron"
	script "$root/usr/bin/evil" evil
	rm "$root/usr/bin/last" "$root/usr/bin/find"
	judge "$root"
	[ "$(missing)" = '/usr/bin/find /usr/bin/last ' ] || {
		missing >&2
		return 1
	}
	found watch | grep -q file_security_program_missing.yml
	dpkg --root "$root" -V 2>/dev/null | awk '/^..5/ { print $NF }' |
		sort >"$root.want"
	[ -s "$root.want" ]
	jq -r 'select(.konseki.file.package_changed // [] |
		index("content")) | .file.path' "$case_file.events" |
		sort -u >"$root.got"
	comm -23 "$root.got" "$root.want" >"$root.more"
	# only what was hashed can be said: programs
	comm -13 "$root.got" "$root.want" | while read -r f; do
		[ ! -x "$root$f" ]
	done
	[ ! -s "$root.more" ]
	grep -qx /usr/sbin/cron "$root.got"
	grep -qx /etc/init.d/cron "$root.got"
	# programs that no list names by their real path, and those left
	cat "$root"/var/lib/dpkg/info/*.list | sort -u >"$root.lists"
	find "$root/usr/bin" "$root/usr/sbin" -type f |
		sed "s|^$root||" | sort >"$root.programs"
	raw=$(comm -23 "$root.programs" "$root.lists" | wc -l)
	left=$(jq -r 'select(.konseki.file.package_state == "unpackaged" and
		(.file.path | test("^/usr/s?bin/"))) | .file.path' \
		"$case_file.events" | sort -u)
	note "packages/dpkg: of $(wc -l <"$root.programs") system programs" \
		"$raw look foreign by their raw paths," \
		"$(wc -w <<<"$left") after usrmerge: $left"
	[ "$raw" -gt 10 ]
	[ "$left" = /usr/bin/evil ]
}

@test "packages/dpkg: an image without dpkg (status.d)" {
	bare_root "$root"
	script "$root/usr/bin/tool" tool
	script "$root/usr/bin/toold" daemon
	at=$root/var/lib/dpkg/status.d
	mkdir -p "$at"
	printf 'Package: tool\nVersion: 1.0\nArchitecture: amd64\n' >"$at/tool"
	(cd "$root" && md5sum usr/bin/tool usr/bin/toold) >"$at/tool.md5sums"
	script "$root/usr/bin/toold" changed
	judge "$root"
	[ "$(collected)" = '/usr/bin/evil /usr/bin/toold ' ] || {
		collected >&2
		return 1
	}
	state_of /usr/bin/tool intact
	state_of /usr/bin/toold modified
	state_of /usr/bin/evil unpackaged
	event '.event.dataset == "dpkgdb" and .package.name == "tool" and
		.package.version == "1.0"'
}

# The same question to this very machine, by its lists alone.
@test "packages/usrmerge: this machine" {
	[ -e /var/lib/dpkg/info/bash.list ] || skip 'no dpkg here'
	[ -L /bin ] || skip 'not usr-merged'
	cat /var/lib/dpkg/info/*.list | sort -u >"$dir/lists"
	sed -E 's,^/(s?bin|lib|lib64|lib32|libx32)/,/usr/\1/,' "$dir/lists" |
		sort -u >"$dir/merged"
	find /usr/bin /usr/sbin -type f | sort >"$dir/programs"
	note "packages/usrmerge: of $(wc -l <"$dir/programs") binaries" \
		"$(comm -23 "$dir/programs" "$dir/lists" | wc -l) are" \
		"unpackaged by raw paths," \
		"$(comm -23 "$dir/programs" "$dir/merged" | wc -l) after" \
		"usrmerge"
	root=
}

# A log of more than 64 MiB is collected in parts, and read as one file.
@test "packages/parts: a file in parts is one again" {
	small_root "$root"
	line="$(ago 30 '%b %e %H:%M:%S') planted sshd[4242]: Failed password"
	line="$line for invalid user admin from 192.0.2.77 port 50022 ssh2"
	yes "$line" | head -n 720000 >"$root/var/log/auth.log"
	[ "$(stat -c %s "$root/var/log/auth.log")" -gt $((65 << 20)) ]
	archive=$root.tar.zst
	"$konseki" collect -q --here --root "$root" -o "$archive" 2>/dev/null ||
		[ $? -eq 3 ]
	[ "$(tar --zstd -tf "$archive" | grep -c 'auth.log.part')" -eq 2 ]
	"$konseki" timeline "$archive" >"$root.events" 2>/dev/null || [ $? -eq 3 ]
	[ "$(grep -c '"dataset":"sshd"' "$root.events")" -eq 720000 ]
	[ "$(tail -n 1000 "$root.events" | grep '"dataset":"sshd"' |
		head -n 1 | jq -r .konseki.source)" = /var/log/auth.log ] ||
		[ "$(grep '"dataset":"sshd"' "$root.events" | head -n 1 |
			jq -r .konseki.source)" = /var/log/auth.log ]
}
