# rules.bats - what `konseki rules' says of good, partial and faulty rules.
#
# shellcheck shell=bash disable=SC1091,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin
	mkdir "$dir/rules"
	cat >"$dir/rules/good.yml" <<-'EOT'
	title: Good
	id: 00000000-0000-4000-8000-000000000001
	logsource: {product: linux, category: process_creation}
	detection:
	    s: {CommandLine|contains: evil}
	    condition: s
	level: high
	EOT
	sed 's/Good/Partial/; s/00000001/00000002/
		s/condition: s/t: {Nowhere: x}\n    condition: s or t/' \
		"$dir/rules/good.yml" >"$dir/rules/partial.yml"
	sed 's/Good/List/; s/00000001/00000003/
		s/contains: evil/expand: "%Admins%"/' \
		"$dir/rules/good.yml" >"$dir/rules/list.yml"
	sed 's/Good/Elsewhere/; s/00000001/00000004/; s/linux/okta/' \
		"$dir/rules/good.yml" >"$dir/rules/elsewhere.yml"
	sed 's/Good/Bad/; s/00000001/00000005/; s/contains/contians/' \
		"$dir/rules/good.yml" >"$dir/rules/bad.yml"
	printf 'rule yes { condition: true }\n' >"$dir/rules/yes.yar"
	printf 'rule no {\n condition: nothing\n}\n' >"$dir/rules/no.yar"
}

@test "rules/check: states, places and reasons" {
	run "$konseki" rules check "$dir/rules" --summary "$dir/s.json"
	[ "$status" -eq 1 ]
	[[ $output == *"bad.yml:5: unknown modifier \`contians'"* ]]
	[[ $output == *"no.yar:2: "* ]]
	[[ $output == *"partial.yml: no event carries Nowhere"* ]]
	[ "$(jq -c '[.active, .partial, .needs_list, .no_source, .invalid]' \
		"$dir/s.json")" = '[2,1,1,1,2]' ]
	jq -e '.invalid_rules[] | select(.name == "Bad") | .line == 5' \
		"$dir/s.json"
	jq -e '.no_source_rules[0].why | contains("okta")' "$dir/s.json"
	[ "$(stat -c %a "$dir/s.json")" = 600 ]
}

@test "rules/check: the built-in set is whole" {
	run "$konseki" rules check --summary "$dir/b.json"
	[ "$status" -eq 0 ]
	jq -e '.active == .rules and .rules >= 28' "$dir/b.json"
}

@test "rules/list: one line a rule, in either language" {
	run "$konseki" rules list "$dir/rules"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 7 ]
	[[ $output == *"active      high           sigma        Good"* ]]
	"$konseki" rules list --lang ja | grep -q 'シェル'
}

@test "rules/explain: by id, title or file; what is not there is named" {
	for what in 00000000-0000-4000-8000-000000000001 good Good good.yml; do
		run "$konseki" rules explain "$what" --rules "$dir/rules"
		[ "$status" -eq 0 ]
		[[ $output == *"linux/process_creation/-"* ]]
		[[ $output == *"CommandLine|contains: evil"* ]]
	done
	run "$konseki" rules explain nobody
	[ "$status" -eq 2 ]
	[[ $output == *"nobody"* ]]
}

@test "rules: a wrong way is a usage error" {
	run "$konseki" rules frobnicate
	[ "$status" -eq 2 ]
	run "$konseki" rules check "$dir/absent"
	[ "$status" -eq 4 ]
}
