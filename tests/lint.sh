#!/bin/sh
# lint.sh - what tools say about the sources; writes TAP.  A tool that is not
# here is a skipped line; a failed one is shown with what it said.
#
# shellcheck disable=SC2317,SC2046 # functions are called by name; lists split
set -u
n=0
bad=0

lint() { # name, program that must be there, command...
	name=$1
	tool=$2
	shift 2
	n=$((n + 1))
	if ! command -v "$tool" >/dev/null 2>&1; then
		echo "ok $n - lint/$name # SKIP no $tool here"
	elif out=$("$@" 2>&1); then
		echo "ok $n - lint/$name"
	else
		printf '%s\n' "$out" | tail -n 40
		echo "not ok $n - lint/$name"
		bad=1
	fi
}

sources() {
	find src include tests -name '*.[ch]' | LC_ALL=C sort
}

# Layout differs between versions; the sources are laid out by 14.
format() {
	clang-format --version | grep -q 'version 14\.' || return 0
	sources | xargs clang-format --dry-run -Werror
}

# What is suppressed are guesses across calls: a buffer that its own argument
# fills, an address that outlives nothing.  The compilers see includes.
check_c() {
	find src -name '*.c' ! -name '*_test.c' | LC_ALL=C sort |
	cppcheck -q -j 2 --inline-suppr --file-list=- --std=c11 \
		--error-exitcode=1 --suppress=missingInclude \
		--suppress=unknownMacro --suppress=preprocessorErrorDirective \
		--suppress=autoVariables --suppress=nullPointer \
		--suppress=uninitvar:src/util/buf.h -Iinclude -D__linux__ \
		-D__x86_64__ -D_GNU_SOURCE -DKONSEKI_VERSION='"0"'
}

shells() {
	shellcheck bootstrap src/util/embed .ci/run \
		$(find tests -name '*.sh' -o -name '*.bash')
}

manual() {
	out=$(mandoc -Tlint -W warning man/*.[157] man/ja/*.[157] |
		grep -v 'outdated mandoc.db')
	[ -z "$out" ] || { printf '%s\n' "$out"; return 1; }
}

# STYLE: a file over 400 lines is two files; main picks the verb only.
sizes() {
	find src -name '*.[ch]' ! -name '*_test.c' -exec wc -l {} + |
		awk '$2 != "total" && ($1 > 400 || $2 ~ /src\/main.c/ && $1 > 60) {
			print $2 ": " $1 " lines"; bad = 1 } END { exit bad }'
}

words() {
	! grep -rnE 'TODO|FIXME|\bXXX\b' src include man \
		signatures tests Makefile --exclude=lint.sh
}

# clang sees what gcc does not
clang_too() {
	sources | grep '^src/.*\.c$' | xargs -P 2 -n 8 clang -fsyntax-only \
		-std=gnu17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
		-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
		-Wvla -Werror -Iinclude -I. -include config.h \
		-include src/util/banned.h
}

lint clang-format clang-format format
lint cppcheck cppcheck check_c
lint clang clang clang_too
lint shellcheck shellcheck shells
lint mandoc mandoc manual
lint sizes awk sizes
lint words grep words
echo "1..$n"
exit $bad
