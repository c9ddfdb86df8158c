# traces.bats - the host is left as it was found: no access time changed, no
# program run, no file left outside the output.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp oldkernel
}

setup() {
	need_root
	root=$dir/$BATS_TEST_NUMBER
	small_root "$root"
	mkdir -p "$root/usr/share/"{a,b,c} "$root/etc/systemd/system"
	for n in $(seq 60); do
		cp "$(readlink -f /bin/sh)" "$root/usr/lib/prog$n"
		echo "# $n" >"$root/usr/share/a/text$n"
		ln -s "../a/text$n" "$root/usr/share/b/link$n"
		mkdir "$root/usr/share/c/dir$n"
	done
	ln -s /dev/null "$root/etc/systemd/system/a.service"
	ln -s ../usr/bin/ls "$root/usr/bin/dir"
	mkfifo "$root/tmp/fifo"
	chown -h 1000 "$root/usr/share/b/link1" "$root/usr/share/a/text1" \
		"$root/usr/share/c/dir1"
	find "$root" -print0 >"$dir/names"
	# older than a day: relatime writes them, too, when they are read
	xargs -0 touch -h -a -d '3 days ago' <"$dir/names"
	xargs -0 stat -c '%F %x %n' <"$dir/names" >"$dir/before"
}

unchanged() {
	xargs -0 stat -c '%F %x %n' <"$dir/names" >"$dir/after"
	changed=$(diff "$dir/before" "$dir/after" | grep -c '^>' || :)
	for kind in 'regular file' directory 'symbolic link'; do
		grep -c "^$kind" "$dir/before" >"$dir/n"
		note "traces: $kind: $(cat "$dir/n") looked at," \
			"$(diff "$dir/before" "$dir/after" |
				grep -c "^> $kind" || :) changed"
	done
	diff "$dir/before" "$dir/after" | head
	[ "$changed" -eq 0 ]
}

# The test can fail here: a read changes the time on this file system.
would_show() {
	cat "$root/usr/share/a/text60" >/dev/null
	[ -n "$(find "$root/usr/share/a/text60" -atime -1)" ] ||
		skip 'this file system keeps no access times'
}

@test "traces/access times: a dead system" {
	"$konseki" collect -q --here --root "$root" --hash all \
		-o "$dir/t1.tar.zst"
	unchanged
	would_show
}

@test "traces/access times: on an old kernel" {
	# the shield of old kernels is a mount namespace of the readers' own;
	# without one, reading a link dates it (and `noatime' says so)
	need_mounts
	for answer in ENOSYS EPERM; do
		"$plant/oldkernel" $answer "$konseki" collect -q --here \
			--root "$root" --hash all -o "$dir/$answer.tar.zst"
		unchanged
	done
	would_show
}

@test "traces/programs: none is run" {
	command -v strace >/dev/null || skip 'no strace here'
	strace -f -qq -e trace=execve,execveat -o "$dir/trace" "$konseki" \
		collect -q --here --root "$root" -o "$dir/t3.tar.zst"
	[ "$(grep -c exec "$dir/trace")" -eq 1 ]
	grep -q 'collect' "$dir/trace"
	strace -f -qq -e trace=execve,execveat -o "$dir/trace" "$konseki" \
		analyze -q "$dir/t3.tar.zst" -o "$dir/t3.case" >/dev/null
	[ "$(grep -c exec "$dir/trace")" -eq 1 ]
}

@test "traces/network: no socket leaves this host" {
	command -v strace >/dev/null || skip 'no strace here'
	strace -f -qq -e trace=network -o "$dir/trace" "$konseki" \
		collect -q --here --root "$root" -o "$dir/t4.tar.zst"
	[ "$(grep -cE 'AF_INET|connect\(|sendto\(.*sin' "$dir/trace")" -eq 0 ]
	strace -f -qq -e trace=network -o "$dir/trace" "$konseki" analyze -q \
		"$dir/t4.tar.zst" -o "$dir/t4.case" >/dev/null
	[ "$(grep -cE 'AF_INET|connect\(' "$dir/trace")" -eq 0 ]
}

@test "traces/files: none but the output" {
	mkdir "$dir/tmp" "$dir/here"
	cd "$dir/here"
	env TMPDIR="$dir/tmp" "$konseki" collect -q --here --root "$root" \
		-o "$dir/t5.tar.zst"
	env TMPDIR="$dir/tmp" "$konseki" analyze -q "$dir/t5.tar.zst" \
		-o "$dir/t5.case"
	[ -z "$(find "$dir/tmp" "$dir/here" -mindepth 1)" ]
	[ -z "$(find "$root" -newer "$dir/before" ! -type d)" ]
}
