# persist_boot.bats - what starts before or beside the system: helpers of the
# kernel, images of the early boot, policies, the cache of the loader.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	planted plant_all
}

# NAME MODE CONTENT: a member of a cpio archive; an empty name ends it.
cpio() {
	local name=${1:-TRAILER!!!} size=${#3} n pad=
	n=$((${#name} + 1))
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x' \
		1 "0${2:-100644}" 0 0 1 1700000000 "$size" 0 0 0 0 "$n" 0
	printf '%s\0' "$name"
	for ((; (110 + n) % 4; n++)); do printf '\0'; done
	printf '%s' "$3"
	for ((; size % 4; size++)); do printf '\0'; done
}

# IMAGE COMPRESSOR...: microcode in front, the system behind it.
image() {
	local to=$root/boot/$1
	shift
	mkdir -p "$root/boot"
	{
		cpio kernel/x86/microcode/GenuineIntel.bin 100644 "$(printf %600d 1)"
		cpio
		head -c 1300 /dev/zero
	} >"$to"
	{
		cpio init 100755 '#!/bin/sh
mount -t proc proc /proc
echo x:x:0:0::/root:/bin/sh >>/root/etc/passwd
'
		cpio ./scripts/init-bottom/x 100755 '#!/bin/sh
/opt/.x/run &
'
		cpio lib/modules/6.1/kernel/x.ko 100644 ELF
		cpio var/lib/dracut/hooks/pre-pivot/10-x.sh 100644 'exec /sbin/x'
		cpio
		head -c 700 /dev/zero
	} | "$@" >>"$to"
}

plant_all() {
	image initrd.img-6.1.0-1-amd64 gzip -n
	image initramfs-6.2.img zstd -q
	image initrd.img-6.3 xz -Ccrc32
	! command -v lz4 >/dev/null || image initrd.img-6.4 lz4 -q -l
	# and one more archive behind all
	{
		head -c 12 /dev/zero
		cpio scripts/late 100755 '/opt/.x/late'
		cpio
	} | tee -a "$root"/boot/init* >/dev/null
	put etc/polkit-1/rules.d/00-x.rules 'polkit.addRule(function() { return polkit.Result.YES; });'
	put etc/polkit-1/localauthority/50-local.d/x.pkla '[x]\nIdentity=unix-user:*\nAction=*\nResultAny=yes'
	put etc/passwd 'news:x:9:9::/var/spool/news:/usr/sbin/nologin '
	put var/spool/cron/crontabs/www-data 'REDIS0009\n* * * * * /x\n'
	put root/.bashrc 'alias sudo=/root/.s/sudo\nunset HISTFILE\nexport BASH_ENV=/opt/.e/env'
	put etc/doas.conf 'permit nopass hana'
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

@test "boot/initramfs: scripts of images, compressed and behind microcode (14)" {
	for image in "$root"/boot/init*; do
		image=${image##*/}
		fact initramfs "/boot/$image!/init" /root/etc/passwd
		fact initramfs "/boot/$image!/scripts/init-bottom/x" /opt/.x/run
		fact initramfs \
			"/boot/$image!/var/lib/dracut/hooks/pre-pivot/10-x.sh" \
			/sbin/x
		fact initramfs "/boot/$image!/scripts/late" /opt/.x/late
		finding 'The early boot edits accounts of the system' \
			"/boot/$image!/init"
	done
}

@test "boot/polkit: everybody may do everything" {
	odd='Everybody may do everything without a password'
	fact polkit /etc/polkit-1/rules.d/00-x.rules 'result=yes asks=nothing'
	fact polkit /etc/polkit-1/localauthority/50-local.d/x.pkla 'Action=*'
	finding "$odd" /etc/polkit-1/rules.d/00-x.rules
	finding "$odd" /etc/polkit-1/localauthority/50-local.d/x.pkla
}

@test "boot/others: shells, crontabs and accounts that are not what they seem" {
	finding 'Shell of an account ends in a blank' news
	finding 'Dump of Redis in the place of a crontab or of keys' www-data
	finding 'A shell replaces a command that asks for passwords' /root/.bashrc
	finding 'doas lets somebody do everything without a password' \
		/etc/doas.conf
	finding 'A shell is told to keep no history' /root/.bashrc
	finding 'Every shell reads a file in an odd place' /root/.bashrc
}
