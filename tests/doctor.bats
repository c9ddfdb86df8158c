#!/usr/bin/env bats
# doctor.bats - what `konseki doctor' tells, and that it only reads.

load lib.sh

setup_file() {
	begin fanlisten
}

# jq condition about one check
check() { # SUMMARY ID CONDITION
	jq -e --arg id "$2" ".checks[] | select(.id == \$id) | $3" "$1" \
		>/dev/null || {
		jq -c --arg id "$2" '.checks[] | select(.id == $id)' "$1" >&2
		return 1
	}
}

@test 'root is ok, another user is not, and the status says so' {
	need_root
	"$konseki" doctor --summary "$dir/root" >"$dir/out" || [ $? -eq 3 ]
	check "$dir/root" user '.state == "ok"'
	cp "$konseki" "$dir/konseki"
	chmod 755 "$dir" "$dir/konseki"
	status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$dir/konseki" doctor --lang en >"$dir/out" || status=$?
	[ "$status" -eq 3 ]
	grep -q '^INCOMPLETE  user: uid 65534' "$dir/out"
	grep -q '^INCOMPLETE  capabilities: missing: CAP_DAC_READ_SEARCH' \
		"$dir/out"
}

@test 'the status is 3 exactly when a core check is not complete' {
	status=0
	"$konseki" doctor --summary "$dir/own" >/dev/null || status=$?
	want=$(jq '[.checks[] | select(.state == "incomplete" or
		(.core and .state == "unknown"))] |
		if length > 0 then 3 else 0 end' "$dir/own")
	[ "$status" -eq "$want" ]
	[ "$(jq .status "$dir/own")" -eq "$want" ]
}

@test 'agents are named by their processes' {
	need_root
	cp "$(command -v sleep)" "$dir/falcon-sensor"
	cp "$(command -v sleep)" "$dir/elastic-endpoint"
	cp "$(command -v sleep)" "$dir/pmd"
	unshare -pf --mount-proc bash -c '
		"$1/falcon-sensor" 60 & "$1/elastic-endpoint" 60 &
		"$1/pmd" 60 &
		sleep 0.3
		"$2" doctor --lang en --summary "$1/agents" >"$1/agents.out"
		exit 0' - "$dir" "$konseki"
	[ "$(jq -r '[.agents[].process] | sort | join(" ")' "$dir/agents")" = \
		'elastic-endpoint falcon-sensor' ]
	check "$dir/agents" agents '.state == "note"'
	grep -q 'CrowdStrike Falcon: it will report' "$dir/agents.out"
}

@test 'a listener that is asked before a file is opened is named' {
	need_root
	echo sample >"$dir/sample"
	"$plant/fanlisten" "$dir/sample" >"$dir/listening" 3>&- &
	listener=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -s "$dir/listening" ] && break
		sleep 0.1
	done
	if [ ! -s "$dir/listening" ]; then
		wait "$listener" || :
		skip 'no fanotify permission events here'
	fi
	"$konseki" doctor --summary "$dir/fan" >/dev/null || [ $? -eq 3 ]
	kill "$listener"
	check "$dir/fan" fanotify '.state == "note"'
	jq -r '.checks[] | select(.id == "fanotify") | .found' "$dir/fan" |
		grep -Eq "pid.* $listener( |\$)"
	check "$dir/fan" fanotify '.remedy | test("on-access scanner")'
}

@test 'without /proc it cannot say, which is not ok' {
	need_mounts
	status=0
	unshare -m bash -c 'mount -t tmpfs none /proc &&
		"$1" doctor --summary "$2"' - "$konseki" "$dir/none" \
		>/dev/null || status=$?
	[ "$status" -eq 3 ]
	for id in capabilities proc hidepid seccomp mounts agents fanotify; do
		check "$dir/none" $id '.state == "unknown"'
	done
}

@test 'nothing is opened for writing, no program is run, nothing is sent' {
	command -v strace >/dev/null || skip 'no strace'
	strace -f -o "$dir/trace" "$konseki" doctor >/dev/null || [ $? -eq 3 ]
	[ "$(grep -c 'execve(' "$dir/trace")" -eq 1 ]
	# but to the kernel, which is asked for the rules of audit
	grep -E 'O_WRONLY|O_RDWR|O_CREAT' "$dir/trace" |
		grep -v '"/dev/null"' >"$dir/odd" || :
	grep -E '(connect|fork|vfork|mount|unlink|mkdir)\(' "$dir/trace" \
		>>"$dir/odd" || :
	grep -E '(socket|sendto)\(' "$dir/trace" | grep -v NETLINK |
		grep -v AUDIT_LIST_RULES >>"$dir/odd" || :
	grep -E ' (write|writev|pwrite64)\(' "$dir/trace" |
		grep -v 'write(1,' >>"$dir/odd" || :
	[ ! -s "$dir/odd" ] || { cat "$dir/odd"; return 1; }
}

@test 'both languages tell the same checks' {
	"$konseki" doctor --lang en >"$dir/en" || [ $? -eq 3 ]
	"$konseki" doctor --lang ja >"$dir/ja" || [ $? -eq 3 ]
	[ "$(wc -l <"$dir/en")" -eq "$(wc -l <"$dir/ja")" ]
	grep -q 'RAM is not imaged' "$dir/en"
	grep -q 'RAM イメージは取得しない' "$dir/ja"
	grep -q 'konseki collect' "$dir/ja"
}
