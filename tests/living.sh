# living.sh - living processes below a small root, in namespaces of their own:
# nothing of them is seen, or left, outside.  Sourced after lib.sh.
#
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

live_begin() { # HELPER...
	begin utmp act oldkernel "$@"
	[ "$(id -u)" -eq 0 ] || return 0
	root=$dir/root
	export root
	live_root "$root"
}

setup_file() {
	live_begin hangfs
}

# Each test starts with nothing left of the one before.
live_setup() {
	need_mounts
	rm -rf "$root"/out* "$root/tmp" "$dir"/live.*
	mkdir -m 1777 "$root/tmp"
}

setup() {
	live_setup
}

# The system that is collected: a small root with dash, this program and act.
live_root() { # DIR
	small_root "$1"
	mkdir -p "$1"/{proc,dev,sys}
	mknod -m 666 "$1/dev/null" c 1 3
	cp "$konseki" "$1/usr/bin/konseki"
	cp "$plant/act" "$plant/oldkernel" "$1/usr/bin/"
	cp "$(readlink -f /bin/sh)" "$1/usr/bin/sh"
	cp "$(command -v sleep)" "$1/usr/bin/sleep"
	ln -s usr/bin "$1/bin"
	ldd "$1/usr/bin/sh" "$1/usr/bin/sleep" | grep -o '/[^ :]*\( (\|$\)' |
		tr -d '( ' | sort -u | while read -r lib; do
		mkdir -p "$1${lib%/*}"
		cp -L "$lib" "$1$lib"
	done
	# the programs of this system are its own
	cat >>"$1/var/lib/dpkg/status" <<-EOT
	Package: base
	Status: install ok installed
	Architecture: amd64
	Version: 1

	EOT
	(cd "$1" && find usr lib* -type f ! -name ls ! -path '*/dpkg/*' |
		tee "$dir/owned" | xargs md5sum) \
		>"$1/var/lib/dpkg/info/base.md5sums"
	sed 's|^|/|' "$dir/owned" >"$1/var/lib/dpkg/info/base.list"
}

# Runs a script (stdin) inside, as process 1 of its own namespaces.  When it
# ends, so does whatever it started.
inside() {
	cat >"$root/script"
	timeout 60 unshare -pfn -m --propagation private \
		env -i PATH=/usr/bin UNDER="${UNDER-}" \
		OUTER="$(cat /proc/sys/kernel/pid_max)" "$plant/act" \
		pivot "$root" exec /usr/bin/sh /script 3>&- 4>&-
}

# The same for all shapes: wait for the files that say ready, then collect.
# A pid namespace with a limit of its own (Linux 6.14) gets a low one: there
# are fewer numbers to ask.
prologue='
read -r max </proc/sys/kernel/pid_max
[ "$max" = "$OUTER" ] || echo 32768 >/proc/sys/kernel/pid_max
ready() { for f; do n=0; while [ ! -e /tmp/ready.$f ]; do
	sleep 0.01; n=$((n + 1)); [ $n -lt 1000 ] || { echo "$f: not ready"; exit 99; }
done; done; }
collect() { ${UNDER##*/} konseki collect --here -o /out.tar.zst "$@" 2>/out.err
	echo $? >/out.status; }
act lo 203.0.113.9 listen 203.0.113.9 4444 ready /tmp/ready.listener wait &
ready listener
'

# Collects what the steps (stdin) start; analyzes outside.
look() {
	{ printf '%s' "$prologue"; cat; } | inside || {
		cat "$root/out.err" >&2
		return 1
	}
	collect_status=$(cat "$root/out.status")
	mv "$root/out.tar.zst" "$dir/live.tar.zst"
	weigh "$dir/live.tar.zst"
}
