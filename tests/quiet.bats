# quiet.bats - no alarm where nothing happened: nothing to respond to, and at
# most one thing to watch.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"
. "$BATS_TEST_DIRNAME/busy.sh"

setup() {
	need_root
	root=$dir/$BATS_TEST_NUMBER
}

teardown() {
	[ -z "$root" ] || rm -rf --one-file-system "$root" "$root".*
}

quiet() { # NAME
	note "quiet/$1: $(jq .events "$case_file.summary") events," \
		"$(count_of respond) respond, $(count_of watch) watch," \
		"$(count_of note) note; verdict $(verdict)"
	jq -r '"quiet/'"$1"': \(.tier) \(.rule.name): \(.subject)" +
		" ×\(.count)"' "$case_file.findings" | sed 's/^/# /' >&3
	[ "$(count_of respond)" -eq 0 ]
	[ "$(count_of watch)" -le 1 ]
}

@test "quiet/clean: a fresh Debian root" {
	debian_root
	root=
	archive=$dir/clean.tar.zst
	"$konseki" collect -q --here --root "$debian" -o "$archive" ||
		[ $? -eq 3 ]
	weigh "$archive"
	quiet clean
}

@test "quiet/server: packages, people, jobs, installs, a scanned week" {
	debian_root
	cp -a "$debian" "$root"
	busy_server "$root"
	judge "$root"
	quiet server
	# what the week held was read
	event '.event.dataset == "sshd" and .event.outcome == "failure"'
	event '.event.dataset == "sshd" and .event.outcome == "success"'
	event '.event.dataset == "dpkg" or .event.dataset == "dpkglog"'
	[ "$(jq -c 'select(.event.dataset == "sshd")' "$case_file.events" |
		wc -l)" -gt 5000 ]
}

@test "quiet/desk: containers, a browser, a web application, another week" {
	debian_root
	cp -a "$debian" "$root"
	busy_desk "$root"
	judge "$root"
	quiet desk
	[ "$(jq -c 'select(.event.dataset == "sshd")' "$case_file.events" |
		wc -l)" -gt 5000 ]
}

# The tests of this project hold what rules look for: its directory, and what
# tests put into the temporary one, are hidden from this collection.
@test "quiet/this machine: alive" {
	need_mounts
	out=$(mktemp -d /var/tmp/konseki-quiet.XXXXXX)
	cp "$konseki" "$out/konseki"
	cat >"$out/run.sh" <<-'EOT'
	cd "$1"
	mount -t tmpfs none "$2" && mount -t tmpfs none "$3" || exit 77
	./konseki collect -q --here -o live.tar.zst
	EOT
	run timeout 300 unshare -m --propagation private bash "$out/run.sh" \
		"$out" "$top" "${TMPDIR:-/tmp}"
	collect_status=$status
	collect_said=$output
	mv "$out"/live.tar.zst* "$dir" || :
	rm -rf "$out"
	[ "$collect_status" -ne 77 ] || skip 'no tmpfs here'
	echo "$collect_said"
	[ "$collect_status" -eq 0 ] || [ "$collect_status" -eq 3 ]
	NO_EVENTS=1 weigh "$dir/live.tar.zst"
	quiet 'this machine'
}
