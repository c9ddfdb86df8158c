# persist_boot.bats - what starts before or beside the system: helpers of the
# kernel, images of the early boot, policies, the cache of the loader.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	root=$dir/root
	export root
	small_root "$root"
	plant_all
	judge "$root"
	export archive case_file
}

teardown_file() {
	finish
}

# FILE CONTENT: added to the root.
put() {
	mkdir -p "$root/$(dirname "$1")"
	printf '%b\n' "$2" >>"$root/$1"
}

plant_all() {
	put etc/sysctl.d/x.conf 'kernel.core_pattern=|/opt/.c/core %p'
	put usr/lib/sysctl.d/y.conf 'kernel.modprobe = /opt/.c/probe'
}

# MECHANISM PATH TEXT: an autorun whose command, options or target has the text.
fact() {
	jq -se --arg m "$1" --arg f "$2" --arg t "$3" \
		'any(.konseki.autorun.mechanism == $m and
		.konseki.autorun.path == $f and
		([.process.command_line, .konseki.autorun.options,
		.konseki.autorun.target] |
		map(. // "") | any(contains($t))))' \
		"$case_file.events" >/dev/null || {
		echo "no $1 in $2 with $3"
		jq -c --arg f "$2" 'select(.konseki.autorun.path == $f) |
			[.konseki.autorun, .process.command_line]' \
			"$case_file.events"
		return 1
	}
}

# TITLE SUBJECT: a finding of that rule.
finding() {
	jq -se --arg n "$1" --arg t "$2" \
		'any(.rule.name == $n and (.subject | contains($t)))' \
		"$case_file.findings" >/dev/null || {
		jq -c '[.rule.name, .subject]' "$case_file.findings"
		return 1
	}
}

@test "boot/sysctl: helpers of the kernel" {
	fact kernel_helper /etc/sysctl.d/x.conf /opt/.c/core
	fact kernel_helper /usr/lib/sysctl.d/y.conf /opt/.c/probe
	odd='The kernel starts an unusual program by itself'
	finding "$odd" /etc/sysctl.d/x.conf
	finding "$odd" /usr/lib/sysctl.d/y.conf
}
