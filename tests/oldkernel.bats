# oldkernel.bats - collect once more on kernels without what came after 3.10:
# the calls are not there (ENOSYS), or a filter forbids them (EPERM).
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp act oldkernel
}

# All tests of a file, with collect under the filter.
again() { # ERRNO FILE FILTER
	status=0
	UNDER="$plant/oldkernel $1" bats --tap -f "$3" \
		"$BATS_TEST_DIRNAME/$2.bats" >"$dir/tap" 2>&1 3>&- || status=$?
	note "$2 under $1: $(grep -c '^ok' "$dir/tap") passed," \
		"$(grep -c '^not ok' "$dir/tap") failed"
	[ "$status" -eq 0 ] || { cat "$dir/tap"; return 1; }
	[ "$(grep -c '^ok' "$dir/tap")" -gt 5 ]
}

@test "oldkernel/the filter is in force" {
	small_root "$dir/root"
	for answer in ENOSYS EPERM; do
		rm -f "$dir/t.tar.zst"
		strace -f -o "$dir/trace" "$plant/oldkernel" $answer \
			"$konseki" collect -q --here --root "$dir/root" \
			-o "$dir/t.tar.zst"
		grep -q "$answer" "$dir/trace"
		[ "$(grep -cE '^[0-9]+ +(statx|openat2|open_tree|clone3)\(.*= 0$' \
			"$dir/trace")" -eq 0 ]
	done
}

@test "oldkernel/dead systems: no such call" {
	again ENOSYS plant 'plant/[^d]'
}

@test "oldkernel/dead systems: not permitted" {
	again EPERM plant 'plant/[^d]'
}

@test "oldkernel/living processes: no such call" {
	need_mounts
	again ENOSYS live live/
}

@test "oldkernel/living processes: not permitted" {
	need_mounts
	again EPERM live live/
}

@test "oldkernel/containers: no such call" {
	need_mounts
	again ENOSYS containers 'containers/[^ars]'
}

@test "oldkernel/containers: not permitted" {
	need_mounts
	again EPERM containers 'containers/[^ars]'
}
