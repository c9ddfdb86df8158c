# secrets.bats - what a default collection must not carry off the host: no
# private key, no password hash, no value of a token; and what it must keep.
#
# shellcheck shell=bash disable=SC1091,SC2016,SC2030,SC2031,SC2154
. "$BATS_TEST_DIRNAME/lib.sh"

setup_file() {
	begin utmp
	root=$dir/root
	small_root "$root"
	: >"$dir/values"
	plant_keys
	plant_hashes
	plant_tokens
	plant_far
	"$konseki" collect -q --here --root "$root" -o "$dir/a.tar.zst" \
		2>"$dir/err"
	mkdir "$dir/out"
	tar --zstd -C "$dir/out" -xf "$dir/a.tar.zst"
}

# A value that must not leave, and the file that holds it in place of @.
plant_file() { # VALUE FILE TEXT
	mkdir -p "$root/$(dirname "$2")"
	printf '%s\n' "${3//@/$1}" >>"$root/$2"
	printf '%s\t%s\n' "$1" "/$2" >>"$dir/values"
}

# Every line of the body is a value.
plant_key() { # FILE KEY
	mkdir -p "$root/$(dirname "$1")"
	cat "$2" >>"$root/$1"
	grep -v -e ---- -e : "$2" | grep . |
		while read -r line; do
			printf '%s\t%s\n' "$line" "/$1" >>"$dir/values"
		done
}

plant_keys() {
	command -v openssl >/dev/null || return 0
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
		-out "$dir/pkcs8" 2>/dev/null
	openssl rsa -in "$dir/pkcs8" -traditional -out "$dir/pkcs1" 2>/dev/null
	openssl ecparam -name prime256v1 -genkey -noout -out "$dir/ec"
	openssl pkcs8 -topk8 -in "$dir/ec" -passout pass:x -out "$dir/enc"
	plant_key home/hana/.ssh/id_rsa "$dir/pkcs1"
	plant_key etc/ssl/private/site.key "$dir/pkcs8"
	plant_key tmp/copied.txt "$dir/ec"
	plant_key etc/app/bundle.conf "$dir/enc"
	echo 'listen = 443' >>"$root/etc/app/bundle.conf"
	echo 'cat > k <<EOF' >"$root/home/hana/.bash_history"
	plant_key home/hana/.bash_history "$dir/pkcs1"
}

# Beyond the first MiB, and over the ends of what is read at once.
plant_far() {
	mkdir -p "$root/var/log" "$root/etc/app"
	for i in $(seq 40); do
		yes "a line of a log, number $i, that has no secret" |
			head -c 81920
		echo "password=far${i}Secret0"
		cat "$dir/pkcs1"
	done >"$root/etc/app/far.conf"
	# over the end of a part
	{
		yes 'a line of a log that has no secret' |
			head -c $((64 * 1024 * 1024 - 700))
		echo
		cat "$dir/pkcs1"
	} >"$root/var/log/part.log"
	for i in $(seq 40); do
		printf 'far%sSecret0\t%s\n' "$i" /etc/app/far.conf
	done >>"$dir/values"
}

plant_hashes() {
	plant_file '9wKpbN1EcVqCAU4ZoI3rB7lXTd5eYh0JmGsQfRv2tuW' \
		etc/shadow 'web:$6$rounds=5000$saltsalt$@:20000:0:99999:7:::'
	plant_file 'k3Jd81kfPqLmZ0xVbNcRtYuIoPaSdFgHjKlQwErTyUi' \
		etc/shadow- 'web:$y$j9T$salt$@:20000:0:99999:7:::'
	plant_file 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEyMw' \
		etc/apache2/.htpasswd 'hana:$apr1$abcdefgh$@'
	plant_file 'LxO6vYBtq9s1uPq0wR3xTdHnMcZkVbE' \
		etc/passwd.bak 'old:$1$saltsalt$@:0:0::/root:/bin/sh'
}

plant_tokens() {
	plant_file wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE home/hana/.aws/credentials \
		'aws_secret_access_key = @'
	plant_file wJalrXUtnFEMIK7MDENGbPxRfiCYHISTORY home/hana/.zsh_history \
		': 1760000000:0;export AWS_SECRET_ACCESS_KEY=@'
	plant_file 0123456789abcdefghijABCDEFGHIJ012345 \
		home/hana/.bashrc 'export GITHUB_TOKEN=ghp_@'
	plant_file correcthorsebattery \
		etc/NetworkManager/dispatcher.d/50-x '# psk=@'
	plant_file s3cretcommunity etc/snmp/snmpd.conf 'rocommunity @'
	plant_file hunter2hunter2 var/www/html/config.php \
		"<?php define('DB_PASSWORD', '@');"
	plant_file Tr0ub4dorAnd3 etc/cron.d/backup \
		'0 3 * * * root mysqldump --password=@ app'
	plant_file tops3cretpull home/hana/.gitconfig \
		'url = https://deploy:@git.example/app.git'
	sed -i 's/tops3cretpull/&@/' "$root/home/hana/.gitconfig"
	plant_file c2lnbmF0dXJlLW9mLWEtand0LXRva2Vu var/log/app.log \
		'auth eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.@'
	plant_file dXNlcjpwYXNzMTIzNDU2 root/.docker/config.json \
		'{"auths":{"r.example":{"auth":"@"}}}'
	plant_file xKq81mmZ0pqT etc/systemd/system/app.service \
		'Environment=API_TOKEN=@'
}

@test "secrets/planted: there is something to lose" {
	[ "$(wc -l <"$dir/values")" -ge 15 ]
	while IFS=$'\t' read -r value file; do
		grep -qF -- "$value" "$dir/root$file"
	done <"$dir/values"
}

@test "secrets/default: none of it is in the archive" {
	lost=0
	while IFS=$'\t' read -r value file; do
		if grep -rqaF -- "$value" "$dir/out"; then
			echo "of $file: $value in $(grep -rlaF -- "$value" \
				"$dir/out" | head -n 3 | tr '\n' ' ')"
			lost=1
		fi
	done <"$dir/values"
	[ "$lost" -eq 0 ]
}

@test "secrets/facts: what stays behind is described" {
	command -v openssl >/dev/null || skip 'no openssl'
	cat "$dir/out/state/secrets".*.jsonl >"$dir/facts"
	jq -se 'any(.kind == "private_key" and
		.path == "/home/hana/.ssh/id_rsa" and .encrypted == false)' \
		"$dir/facts"
	jq -se 'any(.kind == "shadow" and .user == "web" and .state == "set" and
		(.algorithm // "" | test("sha512|6")))' "$dir/facts"
	cat "$dir/out/status"/*.jsonl >"$dir/status"
	for file in /home/hana/.zsh_history /etc/app/bundle.conf \
		/etc/snmp/snmpd.conf; do
		jq -se --arg f "$file" 'any(.probe == "secrets" and
			.item == $f and .bytes > 0)' "$dir/status"
	done
}

# Byte by byte: where it differs there is a star.
@test "secrets/evidence: nothing but the letters of secrets is changed" {
	for file in etc/app/far.conf var/log/part.log etc/app/bundle.conf; do
		cat "$dir/out/files/$file"* >"$dir/got"
		size=$(stat -c %s "$dir/got")
		[ "$size" -gt 100 ]
		cmp -l -n "$size" "$dir/got" "$dir/root/$file" >"$dir/differ" || :
		[ -s "$dir/differ" ]
		awk '$2 != 52 { bad++ } END { exit bad > 0 }' "$dir/differ"
		[ "$file" = var/log/part.log ] || continue
		[ "$size" -eq "$(stat -c %s "$dir/root/$file")" ]
	done
}

@test "secrets/evidence: the rest of each file is there, in its length" {
	for file in home/hana/.zsh_history etc/cron.d/backup \
		var/www/html/config.php etc/snmp/snmpd.conf var/log/app.log; do
		[ "$(stat -c %s "$dir/root/$file")" -eq \
			"$(stat -c %s "$dir/out/files/$file")" ]
	done
	grep -q 'mysqldump --password=\*\*\*\*' "$dir/out/files/etc/cron.d/backup"
	grep -q 'export AWS_SECRET_ACCESS_KEY=\*' \
		"$dir/out/files/home/hana/.zsh_history"
	grep -q 'listen = 443' "$dir/out/files/etc/app/bundle.conf"
	grep -q 'eyJzdWIiOiIxIn0' "$dir/out/files/var/log/app.log"
}
