# ioc.bats - known indicators: three formats, one result; what is refused is
# said.
#
# shellcheck shell=bash disable=SC1091,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	root=$dir/root
	export root
	small_root "$root"
	printf '#!/bin/sh\necho a harmless sample\n' >"$root/usr/bin/sample"
	chmod 755 "$root/usr/bin/sample"
	sum=$(sha256sum <"$root/usr/bin/sample")
	export sum=${sum%% *}
	printf '%s planted sshd[900]: Failed password for root from 198.51.100.9 port 40022 ssh2\n' \
		"$(ago 28 '%b %e %H:%M:%S')" >>"$root/var/log/auth.log"
	cat >"$dir/feed.csv" <<-EOT
	type,value,comment
	ip,192.0.2[.]10,the operator
	ip,198.51.100.0/24,scanners
	sha256,$sum,the sample
	ip,127.0.0.1,a mistake
	EOT
	cat >"$dir/feed.stix" <<-EOT
	{"type":"bundle","objects":[
	 {"type":"indicator","name":"the operator","pattern_type":"stix",
	  "pattern":"[ipv4-addr:value = '192.0.2.10']"},
	 {"type":"indicator","name":"the sample","pattern_type":"stix",
	  "pattern":"[file:hashes.'SHA-256' = '$sum']"}]}
	EOT
	cat >"$dir/feed.misp" <<-EOT
	{"Event":{"info":"from misp","Attribute":[
	 {"type":"ip-src","value":"192.0.2.10","to_ids":true},
	 {"type":"filename|sha256","value":"x.bin|$sum","to_ids":true}]}}
	EOT
	"$konseki" collect -q --here --root "$root" -o "$dir/root.tar.zst" \
		2>"$dir/collect.err" || [ $? -eq 3 ]
}

findings() { # FEED
	rm -f "$dir/found"
	"$konseki" findings --no-builtin-rules --ioc "$1" --format jsonl \
		"$dir/root.tar.zst" >"$dir/found" || [ $? -eq 3 ]
}

is_found() { # CONDITION
	[ "$(jq -c "select($1) | 1" "$dir/found" | head -n 1)" = 1 ] || {
		cat "$dir/found" >&2
		return 1
	}
}

@test "ioc/three formats: the same address and the same file" {
	for feed in csv stix misp; do
		findings "$dir/feed.$feed"
		is_found '.rule.kind == "ioc" and
			.subject == "file /usr/bin/sample" and
			(.rule.name | endswith("file hash"))'
		is_found '(.why | tostring | contains("192.0.2.10")) and
			.tier == "watch"'
	done
	findings "$dir/feed.misp"
	is_found '.why | tostring | contains("from misp")'
}

@test "ioc/an attempt is a note, whoever made it" {
	findings "$dir/feed.csv"
	is_found '.tier == "note" and
		(.why | tostring | contains("198.51.100.0/24 (scanners)"))'
	refute is_found '.tier == "respond"'
}

@test "ioc/no indicator: the same findings as without" {
	printf 'ip,203.0.113.200,\ndomain,evil.example,\n' >"$dir/none.csv"
	findings "$dir/none.csv"
	[ ! -s "$dir/found" ]
}

@test "ioc/refused: said by rules check and by the summary of a run" {
	run "$konseki" rules check --no-builtin-rules --ioc "$dir/feed.csv" \
		--lang en
	[ "$status" -eq 0 ]
	[[ "$output" == *'127.0.0.1 (loopback)'* ]]
	echo 'no such thing' >"$dir/bad.csv"
	run "$konseki" rules check --no-builtin-rules --ioc "$dir/bad.csv" \
		--lang en
	[ "$status" -eq 1 ]
	[[ "$output" == *'no indicator in it'* ]]
	run "$konseki" findings --ioc "$dir/missing" "$dir/root.tar.zst"
	[ "$status" -eq 4 ]
}

@test "ioc/timeline: events say what they show" {
	"$konseki" timeline --ioc "$dir/feed.csv" "$dir/root.tar.zst" \
		>"$dir/events" || [ $? -eq 3 ]
	jq -e -s 'map(select(.konseki.ioc)) | length > 1' "$dir/events"
	"$konseki" timeline "$dir/root.tar.zst" >"$dir/plain" || [ $? -eq 3 ]
	[ "$(wc -l <"$dir/plain")" -eq "$(wc -l <"$dir/events")" ]
}

@test "ioc/verdict: analyze takes them into the case" {
	rm -f "$dir/root.case"
	"$konseki" analyze --no-builtin-rules --ioc "$dir/feed.stix" --lang en \
		"$dir/root.tar.zst" -o "$dir/root.case" >"$dir/verdict" ||
		[ $? -eq 3 ]
	grep -q 'VERDICT: watch' "$dir/verdict"
	grep -q 'Known indicator' "$dir/verdict"
	"$konseki" findings "$dir/root.case" --format jsonl >"$dir/found" ||
		[ $? -eq 3 ]
	is_found '.rule.kind == "ioc"'
	run "$konseki" findings --ioc "$dir/feed.csv" "$dir/root.case"
	[ "$status" -eq 4 ]
}

@test "ioc/a hundred thousand: all in force, and the one among them found" {
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf \
		"domain,n%d.feed.example,\n", i }' >"$dir/large.csv"
	echo "sha256,$sum,the sample" >>"$dir/large.csv"
	run "$konseki" rules check --no-builtin-rules --ioc "$dir/large.csv"
	[[ "$output" == *"     2 active"* ]]
	findings "$dir/large.csv"
	is_found '.subject == "file /usr/bin/sample"'
}

@test "ioc/collect: what YARA and indicators name is recorded and taken" {
	r=$dir/scan
	small_root "$r"
	mkdir -p "$dir/rules"
	cat >"$dir/rules/x.yar" <<-'EOT'
	rule planted_words { strings: $a = "planted words 1" condition: $a }
	rule broken { condition: no_such_thing }
	EOT
	sed -i '/broken/d' "$dir/rules/x.yar"
	printf '#!/bin/sh\n# planted words 1\n' >"$r/usr/sbin/planted"
	printf '#!/bin/sh\n# nothing\n' >"$r/usr/sbin/other"
	printf 'a text that nobody runs\n' >"$r/home/hana/note.txt"
	chmod 755 "$r/usr/sbin/planted" "$r/usr/sbin/other"
	md5=$(md5sum <"$r/usr/sbin/other")
	cat >"$dir/host.csv" <<-EOT
	md5,${md5%% *},by its digest
	path,/home/*/note.txt,by its path
	EOT
	judge "$r" --yara "$dir/rules" --ioc "$dir/host.csv" --max-content 1
	[ "$collect_status" -eq 0 ]
	event '.event.dataset == "hits" and .konseki.hit.kind == "yara" and
		.rule.name == "planted_words" and
		.file.path == "/usr/sbin/planted"'
	event '.event.dataset == "hits" and .konseki.hit.kind == "ioc" and
		.file.path == "/usr/sbin/other" and
		(.konseki.hit.why | contains("by its digest"))'
	event '.event.dataset == "hits" and .konseki.hit.kind == "ioc" and
		.file.path == "/home/hana/note.txt"'
	found watch | grep -qx 'watch scan_yara.yml'
	found watch | grep -qx 'watch scan_ioc.yml'
	tar --zstd -tf "$archive" >"$dir/members"
	for f in usr/sbin/planted usr/sbin/other home/hana/note.txt; do
		[ "$(grep -c -x "files/$f" "$dir/members")" -eq 1 ]
	done
	"$konseki" verify -q "$archive"
}

@test "ioc/collect: bad rules and missing files" {
	mkdir -p "$dir/bad"
	echo 'rule { this is none' >"$dir/bad/bad.yar"
	echo 'rule good { condition: false }' >"$dir/bad/good.yar"
	small_root "$dir/clean"
	judge "$dir/clean" --yara "$dir/bad"
	[ "$collect_status" -eq 0 ]
	event '.konseki.status.probe == "scan" and
		.konseki.status.state == "failed" and
		(.konseki.status.item | contains("bad.yar:1"))'
	run "$konseki" collect -q --here --root "$root" -o "$dir/no.tar.zst" \
		--yara "$dir/nowhere"
	[ "$status" -eq 4 ]
	[ ! -e "$dir/no.tar.zst" ]
}

@test "ioc/collect: a faulty file is named before the run, and never passed over" {
	small_root "$dir/told"
	echo 'rule { this is none' >"$dir/none.yar"
	printf 'nothing\nof the kind\n' >"$dir/nothing.csv"
	mkdir -p "$dir/empty"
	for o in "--yara $dir/none.yar" "--yara $dir/empty" \
		"--ioc $dir/nothing.csv"; do
		# shellcheck disable=SC2086
		run "$konseki" collect --here --root "$dir/told" --lang en $o \
			-o "$dir/told.tar.zst"
		[ "$status" -eq 4 ]
		[[ "$output" == *"${o%% *}: no usable "* ]]
		[ ! -e "$dir/told.tar.zst" ]
	done
	run "$konseki" analyze --ioc "$dir/nothing.csv" --lang ja \
		"$dir/root.tar.zst" -o "$dir/told.case"
	[ "$status" -eq 4 ]
	[[ "$output" == *'nothing.csv: no indicator in it'* ]]
	[[ "$output" == *'使える侵害指標がありません'* ]]
	[ ! -e "$dir/told.case" ]
	mkdir -p "$dir/half"
	cp "$dir/none.yar" "$dir/half/"
	echo 'rule good { condition: false }' >"$dir/half/good.yar"
	printf 'foo,bar,baz\nip,192.0.2.10,c2\n' >"$dir/half.csv"
	run "$konseki" collect -q --here --root "$dir/told" --lang en \
		--yara "$dir/half" --ioc "$dir/half.csv" -o "$dir/told.tar.zst"
	[[ "$output" == *'half/none.yar:1: '* ]]
	[[ "$output" == *'half.csv: '*'not known: foo'* ]]
	run "$konseki" analyze --lang en "$dir/told.tar.zst" -o "$dir/told.case"
	[[ "$output" == *'while collecting'*'failed: '*'none.yar:1'* ]]
}
