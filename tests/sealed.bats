# sealed.bats - archives sealed for public keys: age opens ours, we open
# age's, nobody else opens either, and a cut or changed one says so.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	small_root "$dir/root"
	head -c 700000 /dev/urandom >"$dir/root/var/log/noise"
	"$konseki" keygen -q -o "$dir/key" 2>"$dir/key.said"
	"$konseki" keygen -y "$dir/key" >"$dir/public"
	collect_sealed "$dir/sealed.tar.zst.age" --recipient "$(cat "$dir/public")"
}

need_age() {
	command -v age >/dev/null || skip 'age is not installed'
}

collect_sealed() { # FILE OPTION...
	file=$1
	shift
	"$konseki" collect -q --here --root "$dir/root" -o "$file" "$@" \
		2>"$dir/collect.err"
}

@test "sealed/keygen: mode 0600, the public key said, never overwritten" {
	[ "$(stat -c %a "$dir/key")" = 600 ]
	grep -q "$(cat "$dir/public")" "$dir/key.said"
	grep -q "^# public key: $(cat "$dir/public")\$" "$dir/key"
	cp "$dir/key" "$dir/key.was"
	run "$konseki" keygen -o "$dir/key"
	[ "$status" -eq 4 ]
	cmp "$dir/key" "$dir/key.was"
	"$konseki" keygen 2>/dev/null | grep -q '^AGE-SECRET-KEY-1'
}

@test "sealed/names: the default name ends in .tar.zst.age" {
	mkdir -p "$dir/names"
	"$konseki" collect -q --here --root "$dir/root" -o "$dir/names" \
		--recipient "$dir/public" 2>/dev/null
	ls "$dir/names"/*.tar.zst.age
	[ "$(stat -c %a "$dir/names"/*.age)" = 600 ]
}

@test "sealed/no key: nothing of it can be read, and the remedy is named" {
	refute grep -qa 'konseki.json' "$dir/sealed.tar.zst.age"
	for verb in verify 'timeline' 'findings'; do
		run "$konseki" $verb "$dir/sealed.tar.zst.age"
		[ "$status" -eq 4 ]
		[[ "$output" == *--identity* ]]
	done
	"$konseki" keygen -q -o "$dir/other" 2>/dev/null
	run "$konseki" timeline --identity "$dir/other" \
		"$dir/sealed.tar.zst.age"
	[ "$status" -eq 4 ]
	[[ "$output" == *'none of the identities'* ]]
}

@test "sealed/own key: the same events as without a seal" {
	collect_sealed "$dir/open.tar.zst"
	"$konseki" verify --identity "$dir/key" "$dir/sealed.tar.zst.age"
	for f in sealed.tar.zst.age open.tar.zst; do
		"$konseki" timeline --identity "$dir/key" "$dir/$f" |
			jq -r 'select(.event.dataset != "status" and
				.event.dataset != "collected") |
				[.event.id, .message] | @tsv' | sort \
				>"$dir/$f.events"
	done
	mv "$dir/sealed.tar.zst.age.events" "$dir/a"
	mv "$dir/open.tar.zst.events" "$dir/b"
	[ -s "$dir/a" ]
	cmp "$dir/a" "$dir/b"
	"$konseki" extract -q --identity "$dir/key" -o "$dir/out" \
		"$dir/sealed.tar.zst.age" 'files/var/log/noise'
	cmp "$dir/root/var/log/noise" "$dir/out/files/var/log/noise"
}

@test "sealed/age -d: Debian's age opens what we seal" {
	need_age
	age-keygen -o "$dir/agekey" 2>/dev/null
	printf '# analysts\n%s\n%s\n' "$(cat "$dir/public")" \
		"$(age-keygen -y "$dir/agekey")" >"$dir/recipients"
	collect_sealed "$dir/two.tar.zst.age" --recipient "$dir/recipients"
	for key in "$dir/key" "$dir/agekey"; do
		age -d -i "$key" "$dir/two.tar.zst.age" >"$dir/plain.tar.zst"
		"$konseki" verify "$dir/plain.tar.zst"
		tar --zstd -xOf "$dir/plain.tar.zst" files/var/log/noise |
			cmp - "$dir/root/var/log/noise"
		"$konseki" verify --identity "$key" "$dir/two.tar.zst.age"
	done
	[ "$("$konseki" keygen -y "$dir/agekey")" = \
		"$(age-keygen -y "$dir/agekey")" ]
	[ "$(age-keygen -y "$dir/key")" = "$(cat "$dir/public")" ]
}

@test "sealed/age -r: we open what Debian's age seals" {
	need_age
	collect_sealed "$dir/open2.tar.zst"
	age -r "$(cat "$dir/public")" -o "$dir/byage.tar.zst.age" \
		"$dir/open2.tar.zst"
	"$konseki" verify --identity "$dir/key" "$dir/byage.tar.zst.age"
	age -r "$(cat "$dir/public")" <"$dir/root/var/log/auth.log" \
		>"$dir/auth.log.age"
	touch -r "$dir/root/var/log/auth.log" "$dir/auth.log.age"
	n=$("$konseki" timeline --identity "$dir/key" "$dir/auth.log.age" |
		wc -l)
	[ "$n" -gt 0 ]
	[ "$n" -eq "$("$konseki" timeline "$dir/root/var/log/auth.log" |
		wc -l)" ]
	tar -C "$dir/root" -cz etc | age -r "$(cat "$dir/public")" \
		>"$dir/etc.tgz.age"
	"$konseki" timeline --identity "$dir/key" "$dir/etc.tgz.age" |
		jq -e 'select(.user.name == "hana")' >/dev/null
}

@test "sealed/other kinds: a passphrase or an SSH key is named as such" {
	need_age
	ssh='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIxQaJ9kVRnwqcZ9KbZyQmVrxnFQOYx7aZB1bUe5V6pR'
	run collect_sealed "$dir/x.age" --recipient AGE-SECRET-KEY-1QQ
	[ "$status" -eq 2 ]
	grep -q 'public key' "$dir/collect.err"
	echo "$ssh" >"$dir/ssh.pub"
	run collect_sealed "$dir/x.age" --recipient "$dir/ssh.pub"
	[ "$status" -eq 2 ]
	grep -q "ssh.pub:1: an SSH key" "$dir/collect.err"
	key=$(cat "$dir/public")
	case $key in # another last letter: its checksum is wrong
	*q) key=${key%?}p ;;
	*) key=${key%?}q ;;
	esac
	run collect_sealed "$dir/x.age" --recipient "$key"
	[ "$status" -eq 2 ]
	[ ! -e "$dir/x.age" ] && [ ! -e "$dir/x.age.partial" ]
}

@test "sealed/cut and changed: what is whole is there, and it is said" {
	size=$(stat -c %s "$dir/sealed.tar.zst.age")
	head -c $((size - 70000)) "$dir/sealed.tar.zst.age" \
		>"$dir/cut.tar.zst.age"
	run "$konseki" verify --identity "$dir/key" "$dir/cut.tar.zst.age"
	[ "$status" -eq 3 ]
	"$konseki" timeline --identity "$dir/key" "$dir/cut.tar.zst.age" \
		2>"$dir/said" | head -n 1 | jq -e .event.id >/dev/null
	cp "$dir/sealed.tar.zst.age" "$dir/changed.tar.zst.age"
	head -c 16 /dev/zero | dd of="$dir/changed.tar.zst.age" bs=1 \
		seek=$((size / 2)) conv=notrunc 2>/dev/null
	run "$konseki" verify --identity "$dir/key" "$dir/changed.tar.zst.age"
	[ "$status" -eq 1 ]
	[[ "$output" == *'pieces of the sealed file are damaged'* ]]
	head -c 900 "$dir/sealed.tar.zst.age" >"$dir/short.tar.zst.age"
	run "$konseki" verify --identity "$dir/key" "$dir/short.tar.zst.age"
	[ "$status" -eq 4 ]
	[[ "$output" == *'cut before its first piece'* ]]
}

@test "sealed/full: secrets leave the host only sealed" {
	run collect_sealed "$dir/full.tar.zst" --secrets full
	[ "$status" -eq 2 ]
	[ ! -e "$dir/full.tar.zst" ]
	collect_sealed "$dir/full.tar.zst.age" --secrets full \
		--recipient "$dir/public"
	"$konseki" extract -q --identity "$dir/key" -o "$dir/fullout" \
		"$dir/full.tar.zst.age" files/etc/shadow
	cmp "$dir/root/etc/shadow" "$dir/fullout/files/etc/shadow"
}
