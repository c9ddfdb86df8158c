# busy.sh - makes Debian roots that honest people have worked in; sourced by
# quiet.bats.  Nothing here is an intrusion; much looks a little like one.
#
# shellcheck shell=bash disable=SC2016,SC2154

# Writes a week of sshd, cron and sudo, scanned by many and entered by none
# but its owner.  STYLE: rfc3164 or iso.  Lines of records of logins go to
# descriptor 5, of failed ones to 6 (as plant/utmp reads them).
week_of_auth() { # STYLE SEED NOW
	awk -v style="$1" -v seed="$2" -v now="$3" '
	function r(n) { return int(rand() * n) }
	function pick(list,  a, n) { n = split(list, a, " "); return a[1 + r(n)] }
	function at(t) {
		if (style == "iso")
			return strftime("%Y-%m-%dT%H:%M:%S", t, 1) \
				sprintf(".%06d+00:00", r(1000000))
		return strftime("%b %e %H:%M:%S", t, 1)
	}
	function say(prog, pid, text) {
		printf "%s busy %s[%d]: %s\n", at(t), prog, pid, text
	}
	function sshd(text) { say("sshd", pid, text) }
	function ip() {
		if (r(3)) return scanner[r(40)]
		return sprintf("%d.%d.%d.%d", 60 + r(130), r(256), r(256), 1 + r(254))
	}
	function fail(user, from) {
		printf "fail %d ssh:notty %s %s %d\n", pid, user, from, t | "cat >&6"
	}
	function scan(  user, from, port, n) {
		from = ip(); port = 1024 + r(64000)
		user = pick("root root root admin test oracle postgres ubuntu " \
			"pi user guest git ftpuser hadoop es minecraft www-data")
		n = r(10)
		if (n == 0) {
			sshd("error: kex_exchange_identification: Connection closed by remote host")
			sshd("Connection closed by " from " port " port)
		} else if (n == 1) {
			sshd("banner exchange: Connection from " from " port " port ": invalid format")
		} else if (n == 2) {
			sshd("Unable to negotiate with " from " port " port ": no matching host key type found. Their offer: ssh-rsa,ssh-dss [preauth]")
		} else if (n == 3) {
			sshd("Connection reset by authenticating user root " from " port " port " [preauth]")
		} else if (user == "root" || user == "www-data" || user == "postgres") {
			for (n = 1 + r(6); n > 0; n--) {
				sshd("Failed password for " user " from " from " port " port " ssh2")
				fail(user, from); t += 2
			}
			if (r(4) == 0)
				sshd("error: maximum authentication attempts exceeded for " user " from " from " port " port " ssh2 [preauth]")
			sshd("Disconnected from authenticating user " user " " from " port " port " [preauth]")
		} else {
			sshd("Invalid user " user " from " from " port " port)
			if (r(2))
				say("sshd", pid, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=" from " ")
			sshd("Failed password for invalid user " user " from " from " port " port " ssh2")
			fail(user, from)
			sshd("Received disconnect from " from " port " port ":11: Bye Bye [preauth]")
			sshd("Disconnected from invalid user " user " " from " port " port " [preauth]")
		}
	}
	function own(  port, tty) {
		port = 49152 + r(16000); tty = "pts/" r(3)
		for (n = r(5) == 0 ? 1 + r(2) : 0; n > 0; n--) { # mistyped
			sshd("Failed password for hana from 192.0.2.10 port " port " ssh2")
			fail("hana", "192.0.2.10"); t += 4
		}
		sshd("Accepted " (r(3) ? "publickey" : "password") " for hana from 192.0.2.10 port " port " ssh2" )
		sshd("pam_unix(sshd:session): session opened for user hana(uid=1000) by (uid=0)")
		printf "user %d %s hana 192.0.2.10 %d\n", pid, tty, t | "cat >&5"
		t += 30
		say("sudo", pid + 1, "    hana : TTY=" tty " ; PWD=/home/hana ; USER=root ; COMMAND=" pick("/usr/bin/apt /usr/bin/systemctl /usr/bin/journalctl /usr/bin/crontab"))
		say("sudo", pid + 1, "pam_unix(sudo:session): session opened for user root(uid=0) by hana(uid=1000)")
		say("sudo", pid + 1, "pam_unix(sudo:session): session closed for user root")
		t += 600
		sshd("pam_unix(sshd:session): session closed for user hana")
		printf "dead %d %s - - %d\n", pid, tty, t | "cat >&5"
	}
	BEGIN {
		srand(seed)
		for (i = 0; i < 40; i++)
			scanner[i] = sprintf("%d.%d.%d.%d", 60 + r(130), r(256), r(256), 1 + r(254))
		printf "boot 0 ~ reboot 6.1.0-18-amd64 %d\n", now - 8 * 86400 | "cat >&5"
		pid = 1000
		for (t = now - 7 * 86400; t < now - 900; t += 20 + r(120)) {
			pid += 1 + r(5)
			if (r(40) == 0) {
				say("CRON", pid, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
				say("CRON", pid, "pam_unix(cron:session): session closed for user root")
			} else if (r(150) == 0)
				own()
			else
				scan()
		}
	}'
}

logs() { # ROOT STYLE SEED
	week_of_auth "$2" "$3" "$(date +%s)" >"$1/var/log/auth.log" \
		5>"$1.wtmp" 6>"$1.btmp"
	"$plant/utmp" <"$1.wtmp" >"$1/var/log/wtmp"
	"$plant/utmp" <"$1.btmp" >"$1/var/log/btmp"
	rm "$1.wtmp" "$1.btmp"
	# rotated in the middle of the week
	half=$(($(wc -l <"$1/var/log/auth.log") / 2))
	head -n $half "$1/var/log/auth.log" >"$1/var/log/auth.log.1"
	sed -i "1,${half}d" "$1/var/log/auth.log"
}

# A package of NAME VERSION whose files are below DIR; $1/NAME.deb.
package() { # OUT NAME VERSION DIR
	mkdir -p "$4/DEBIAN"
	cat >"$4/DEBIAN/control" <<-EOT
	Package: $2
	Version: $3
	Architecture: all
	Maintainer: Hana <hana@example.com>
	Description: $2 of this house
	EOT
	(cd "$4" && find . -path ./DEBIAN -prune -o -type f -print |
		sed 's|^\./||' | xargs md5sum) >"$4/DEBIAN/md5sums"
	dpkg-deb -b "$4" "$1/$2-$3.deb" >/dev/null
}

in_root() { # ROOT COMMAND...
	local where=$1
	shift
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive \
		"$(command -v chroot)" "$where" "$@" >"$where.log" 2>&1 || {
		echo "in the root: $*" | cat - "$where.log" >&2
		return 1
	}
}

# Packages that come, change and go, by the root's own dpkg.
packages() { # ROOT
	local debs=$1/srv/debs tree=$1.tree version
	mkdir -p "$debs"
	for version in 1.0 1.1; do
		rm -rf "$tree"
		mkdir -p "$tree/usr/bin" "$tree/etc/cron.d" \
			"$tree/lib/systemd/system" "$tree/usr/sbin"
		printf '#!/bin/sh\n# %s\nexec df -h "$@"\n' "$version" \
			>"$tree/usr/bin/disk-report"
		cp "$1/usr/bin/true" "$tree/usr/sbin/reportd"
		chmod 755 "$tree"/usr/*bin/*
		echo '17 * * * * root test -x /usr/bin/disk-report && /usr/bin/disk-report >/dev/null' \
			>"$tree/etc/cron.d/disk-report"
		printf '[Unit]\nDescription=Reports\n[Service]\nExecStart=/usr/sbin/reportd --foreground\nExecReload=/bin/kill -HUP $MAINPID\n[Install]\nWantedBy=multi-user.target\n' \
			>"$tree/lib/systemd/system/reportd.service"
		package "$debs" report $version "$tree"
		in_root "$1" dpkg -i "/srv/debs/report-$version.deb"
	done
	for version in gone purged; do
		rm -rf "$tree"
		mkdir -p "$tree/usr/bin" "$tree/etc" "$tree/DEBIAN"
		printf '#!/bin/sh\necho %s\n' $version >"$tree/usr/bin/$version"
		chmod 755 "$tree/usr/bin/$version"
		echo "$version=1" >"$tree/etc/$version.conf"
		echo "/etc/$version.conf" >"$tree/DEBIAN/conffiles"
		package "$debs" $version 2 "$tree"
		in_root "$1" dpkg -i "/srv/debs/$version-2.deb"
	done
	in_root "$1" dpkg -r gone
	in_root "$1" dpkg -P purged
	in_root "$1" dpkg-divert --local --rename --add /usr/bin/tac
	printf '#!/bin/sh\ncommand -v "$1"\n' >"$1/usr/bin/tac"
	chmod 755 "$1/usr/bin/tac"
	in_root "$1" dpkg-statoverride --update --add root sudo 4750 /usr/bin/su ||
		in_root "$1" chmod u+s /usr/bin/su
	echo 'PermitRootLogin no' >>"$1/etc/ssh/sshd_config"
	rm -rf "$tree" "$debs"
}

people() { # ROOT
	in_root "$1" useradd -m -u 1000 -s /bin/bash -G sudo hana
	in_root "$1" useradd -m -u 1001 -s /bin/bash taro
	in_root "$1" useradd -r -s /usr/sbin/nologin -d /var/lib/app app
	in_root "$1" useradd -m -r -s /bin/bash -d /var/lib/deploy deploy
	in_root "$1" userdel -r taro
	local key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIxQaJ9kVRnwqcZ9KbZyQmVrxnFQOYx7aZB1bUe5V6pR'
	mkdir -p "$1/home/hana/.ssh" "$1/root/.ssh" "$1/var/lib/deploy/.ssh"
	echo "$key hana@desk" >"$1/home/hana/.ssh/authorized_keys"
	printf 'from="192.0.2.0/24",no-pty,command="/usr/bin/rsync --server --sender -a . /srv" %s backup@store\n' \
		"$key" >"$1/root/.ssh/authorized_keys"
	echo "$key ci@runner" >"$1/var/lib/deploy/.ssh/authorized_keys"
	printf 'deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart app\n' \
		>"$1/etc/sudoers.d/deploy"
	chmod 440 "$1/etc/sudoers.d/deploy"
}

# What `curl | sh' has left, and how it got there.
installs() { # ROOT
	mkdir -p "$1/usr/local/bin" "$1/opt/agent/bin" "$1/usr/local/src" \
		"$1/home/hana/.cargo/bin" "$1/home/hana/.nvm" \
		"$1/home/hana/.local/bin" "$1/root/.acme.sh" \
		"$1/usr/local/lib/node_modules/tool/bin"
	cp "$1/usr/bin/sed" "$1/usr/local/bin/kubectl"
	cp "$1/usr/bin/sort" "$1/home/hana/.cargo/bin/rg"
	cp "$1/usr/bin/tail" "$1/opt/agent/bin/agent"
	cat >"$1/usr/local/src/install.sh" <<-'EOT'
	#!/bin/sh
	# installs the tool: curl -fsSL https://example.com/install.sh | sh
	set -e
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	curl -fsSL "https://example.com/tool-$(uname -m).tar.gz" -o "$tmp/t.tgz"
	echo "$SUM  $tmp/t.tgz" | base64 -d >/dev/null 2>&1 || true
	tar -C /usr/local -xzf "$tmp/t.tgz"
	chmod +x /usr/local/bin/kubectl
	EOT
	printf '#!/usr/bin/env node\nrequire("../lib/cli.js")\n' \
		>"$1/usr/local/lib/node_modules/tool/bin/tool"
	ln -s ../lib/node_modules/tool/bin/tool "$1/usr/local/bin/tool"
	printf '#!/usr/bin/env sh\n# acme: renews certificates\nexec openssl version\n' \
		>"$1/root/.acme.sh/acme.sh"
	printf 'export NVM_DIR="$HOME/.nvm"\nnvm() { curl -fsSL "$1" -o "$2"; }\n' \
		>"$1/home/hana/.nvm/nvm.sh"
	cat >"$1/usr/local/bin/check-db" <<-'EOT'
	#!/bin/bash
	# is the database there?
	timeout 2 bash -c '</dev/tcp/db.example.com/5432' || exit 1
	nc -z -w 2 cache.example.com 6379
	EOT
	printf '#!/bin/sh\nset -eu\nrsync -a --delete /srv/ backup@192.0.2.5:/srv/\nfind /srv -name "*.tmp" -delete\n' \
		>"$1/usr/local/bin/backup.sh"
	printf '#!/usr/bin/python3\nimport socket\ns = socket.create_connection(("192.0.2.9", 25))\nprint(s.recv(99))\n' \
		>"$1/usr/local/bin/check-mail.py"
	chmod 755 "$1"/usr/local/bin/{check-db,backup.sh,check-mail.py} \
		"$1/usr/local/src/install.sh" "$1/root/.acme.sh/acme.sh" \
		"$1/usr/local/lib/node_modules/tool/bin/tool"
	cat >"$1/home/hana/.bash_history" <<-'EOT'
	curl -fsSL https://get.docker.com | sh
	curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
	wget -qO- https://raw.githubusercontent.com/nvm-sh/nvm/v0.39.7/install.sh | bash
	curl -sL https://deb.nodesource.com/setup_20.x | sudo -E bash -
	sudo apt update && sudo apt upgrade -y
	ssh -L 8080:localhost:80 store
	nc -vz db.example.com 5432
	python3 -m http.server 8000
	sudo tail -f /var/log/auth.log
	cut -d: -f1 /etc/passwd
	chmod +x deploy.sh && ./deploy.sh
	tar czf - /srv | ssh backup@192.0.2.5 'cat > srv.tgz'
	cat ~/.ssh/id_ed25519.pub
	sudo systemctl restart app
	watch -n1 ss -tnp
	EOT
	cat >>"$1/home/hana/.bashrc" <<-'EOT'
	export PATH="$HOME/.local/bin:$HOME/.cargo/bin:$PATH"
	[ -s "$HOME/.nvm/nvm.sh" ] && . "$HOME/.nvm/nvm.sh"
	eval "$(dircolors -b)"
	source <(kubectl completion bash)
	eval "$(ssh-agent -s)" >/dev/null
	alias ll='ls -la'
	EOT
}

jobs_of_admin() { # ROOT
	mkdir -p "$1/var/spool/cron/crontabs" "$1/etc/systemd/system"
	cat >"$1/var/spool/cron/crontabs/root" <<-'EOT'
	0 3 * * * /usr/local/bin/backup.sh >/dev/null 2>&1
	*/5 * * * * curl -fsS -m 10 --retry 5 https://hc.example.com/6f1c >/dev/null
	7 0 * * * "/root/.acme.sh"/acme.sh --cron --home "/root/.acme.sh" > /dev/null
	*/15 * * * * /usr/bin/curl -s https://example.com/health | /usr/bin/logger -t health
	0 5 * * * /usr/bin/wget -O - -q -t 1 https://www.example.com/cron.php
	*/2 * * * * /usr/local/bin/check-db || echo db | mail -s db root
	0 4 1 * * find /tmp -mtime +30 -delete
	EOT
	cat >"$1/var/spool/cron/crontabs/hana" <<-'EOT'
	MAILTO=hana@example.com
	@reboot cd /home/hana/app && ./start.sh
	* * * * * cd /var/www/html && php artisan schedule:run >> /dev/null 2>&1
	EOT
	cat >"$1/etc/systemd/system/app.service" <<-'EOT'
	[Unit]
	Description=App
	After=network-online.target
	[Service]
	User=app
	ExecStartPre=/usr/bin/curl -fsS -o /var/lib/app/settings.json https://config.example.com/app
	ExecStart=/opt/agent/bin/agent --config /var/lib/app/settings.json
	ExecStopPost=/bin/sh -c 'rm -f /run/app.pid'
	Restart=on-failure
	[Install]
	WantedBy=multi-user.target
	EOT
	mkdir -p "$1/etc/systemd/system/"{multi-user.target.wants,ssh.service.d}
	ln -s ../app.service "$1/etc/systemd/system/multi-user.target.wants/"
	printf '[Service]\nExecStartPre=/bin/sleep 2\n' \
		>"$1/etc/systemd/system/ssh.service.d/wait.conf"
	printf '#!/bin/sh -e\niptables-restore < /etc/iptables.rules\n/usr/local/bin/check-db &\nexit 0\n' \
		>"$1/etc/rc.local"
	chmod 755 "$1/etc/rc.local"
	echo 'export EDITOR=vim' >"$1/etc/profile.d/house.sh"
	echo /usr/local/lib/agent >"$1/etc/ld.so.conf.d/agent.conf"
}

# Images of containers, a browser, an application of the web.
tenants() { # ROOT
	local layer=$1/var/lib/docker/overlay2/0123abcd/diff
	mkdir -p "$layer/usr/bin" "$layer/etc" "$1/opt/google/chrome" \
		"$1/var/www/html" "$1/home/hana/app/.git/hooks"
	cp "$1/usr/bin/su" "$1/usr/bin/mount" "$1/usr/bin/passwd" "$layer/usr/bin"
	chmod 4755 "$layer"/usr/bin/*
	printf 'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n' \
		>"$layer/etc/passwd"
	cp "$1/usr/bin/true" "$1/opt/google/chrome/chrome-sandbox"
	chmod 4755 "$1/opt/google/chrome/chrome-sandbox"
	cat >"$1/var/www/html/index.php" <<-'EOT'
	<?php
	$page = isset($_GET['page']) ? basename($_GET['page']) : 'home';
	$sum = base64_decode($settings['sum']);
	exec('/usr/bin/convert in.png out.jpg');
	include __DIR__ . '/pages/' . preg_replace('/[^a-z]/', '', $page) . '.php';
	EOT
	printf '#!/bin/sh\nnpm test\n' >"$1/home/hana/app/.git/hooks/pre-commit"
	printf '#!/bin/sh\ncd "$(dirname "$0")" && exec node server.js\n' \
		>"$1/home/hana/app/start.sh"
	chmod 755 "$1/home/hana/app/.git/hooks/pre-commit" \
		"$1/home/hana/app/start.sh"
	in_root "$1" chown -R 1000:1000 /home/hana
}

busy_server() { # ROOT
	packages "$1"
	people "$1"
	installs "$1"
	jobs_of_admin "$1"
	logs "$1" rfc3164 7
}

busy_desk() { # ROOT
	people "$1"
	packages "$1"
	installs "$1"
	tenants "$1"
	jobs_of_admin "$1"
	logs "$1" iso 11
	printf 'apt-get install -y curl\nrm -rf node_modules\nkubectl exec -it web-0 -- /bin/sh\ndocker run --rm -it alpine sh\n' \
		>"$1/root/.bash_history"
	ln -s libagent.so.1 "$1/usr/local/lib/libagent.so"
	cp "$1/usr/bin/yes" "$1/usr/local/lib/libagent.so.1"
}
