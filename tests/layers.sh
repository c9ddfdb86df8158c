#!/bin/sh
# layers.sh - src/ keeps its layers, and src/layers.awk sees it when not.
# Writes TAP.
set -u
top=$(pwd)
n=0
bad=0

ok() { # condition's status, name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=1
	fi
}

find src \( -name '*.[ch]' -o -name '*.def' \) -print |
	LC_ALL=C sort | xargs awk -f src/layers.awk
ok $? 'layers/every file of src keeps to its rows'

tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/src/parse" "$tree/src/detect" "$tree/src/util" \
	"$tree/src/graph" "$tree/src/cli"
cd "$tree" || exit 1

breaches() { # file's text on stdin, its path: number of complaints
	cat >"$1"
	awk -f "$top/src/layers.awk" "$1" | grep -c "^$1:"
}

expect() { # number, path, name; text on stdin
	got=$(breaches "$2")
	[ "$got" -eq "$1" ]
	ok $? "layers/$3"
}

expect 0 src/parse/good.c 'what is allowed is allowed' <<'X'
#include <stdint.h>
#include "parser.h"
#include "../event/event.h"
#include "../util/str.h"
#include "config.h"
/* fork() in a comment, and
 * malloc() in another */
const char *s = "exit(1)";
int fork_count(int carefork) { return p->free(carefork); }
X
expect 1 src/parse/side.c 'a folder of the same row is refused' <<'X'
#include "../detect/detect.h"
X
expect 1 src/util/up.c 'a higher row is refused' <<'X'
#include "../event/event.h"
X
expect 1 src/graph/low.c 'graph does not see host' <<'X'
#include "../host/context.h"
X
expect 2 src/parse/lib.c 'a foreign library is refused' <<'X'
#include <yara.h>
#include <sqlite3.h>
X
expect 1 src/parse/out.c 'a header outside src is refused' <<'X'
#include "../../tests/helper.h"
X
expect 4 src/parse/call.c 'fork, printf, free and malloc are refused' <<'X'
static void f(void)
{
	if (fork() == 0)
		printf("%d", 1);
	free(malloc(1));
}
X
expect 1 src/cli/fork.c 'even cli does not fork' <<'X'
int f(void) { return fork(); }
X
mkdir -p src/new
expect 1 src/new/x.c 'a folder without a row is refused' <<'X'
int x;
X

echo "1..$n"
exit $bad
