# layers.awk - who may include whom, who may use which library, and who may
# fork, print, exit or allocate.  Run by `make check' over every file of src/:
#
#   awk -f src/layers.awk $(find src -name '*.[ch]' -o -name '*.def')
#
# One line per breach, status 1 when there is one.

BEGIN {
	rows()
	libraries()
	calls()
}

function rows()
{
	row["util"] = 1
	row["event"] = row["archive"] = row["host"] = 2
	row["collect"] = row["parse"] = row["derive"] = row["detect"] = 3
	row["graph"] = 4
	row["report"] = row["export"] = 5
	row["case"] = 6
	row["watch"] = row["respond"] = 7
	row["cli"] = 8
	row["main"] = 9
	# rows that see less than all below
	only["graph"] = "event util"
	only["report"] = only["export"] = "graph event util"
	only["event"] = only["archive"] = only["host"] = "util"
}

# Pattern of a header: the folders that may include it.
function libraries()
{
	lib["^yara\\.h$|^yara/"] = "detect"
	lib["^archive(_entry)?\\.h$"] = "archive"
	lib["^sqlite3\\.h$"] = "case"
	lib["^magic\\.h$"] = "collect"
	lib["^yaml\\.h$"] = "detect"
	lib["^pcre2\\.h$"] = "detect"
	lib["^jansson\\.h$"] = "host collect case cli"
	lib["^openssl/"] = "util"
	# fields of a journal are compressed one by one; rules and magic are
	# built in
	lib["^(zstd|zstd_errors|lzma|bzlib|zlib)\\.h$"] = \
		"util archive parse detect collect"
	lib["^nettle/|^xxhash\\.h$"] = ""
	# Linux's own (DESIGN: portability)
	lib["^linux/"] = "util collect watch"
	lib["^(pwd|grp|netdb|iconv|dlfcn)\\.h$"] = "util"
	lib["^locale\\.h$"] = ""
}

# Pattern of a call: the files that may make it.
function calls()
{
	call["(fork|vfork|posix_spawnp?|popen|system|execv[pe]*|execl[pe]*)"] = \
		"^src/util/child\\.c$"
	call["(printf|puts|putchar|perror|exit)"] = "^src/(cli/|main\\.c)"
	call["(malloc|calloc|realloc|reallocarray|strn?dup)"] = \
		"^src/(util|event|archive|host|collect|derive|case|cli)/"
	# what vec_grow made has to be given back by someone
	call["free"] = \
		"^src/(util|event|archive|host|collect|derive|detect|case|cli)/"
	call["setlocale"] = "^$"
	# libarchive reads local times of zip: the child that unpacks has UTC
	call["(tzset|setenv|putenv)"] = "^src/archive/box\\.c$"
}

function breach(what)
{
	printf "%s:%d: %s\n", FILENAME, FNR, what
	bad = 1
}

function word(s)
{
	gsub(/[^A-Za-z0-9_]/, "", s)
	return s "()"
}

function folder_of(path,  n, part)
{
	n = split(path, part, "/")
	return n > 2 ? part[2] : "main"
}

# dir/../x -> x
function resolve(path)
{
	while (sub(/[^\/.]+\/\.\.\//, "", path))
		;
	return path
}

function may_see(from, to)
{
	if (from == to)
		return 1
	if (test && to == "export") # goldens are rendered events
		return 1
	if (from in only)
		return (" " only[from] " ") ~ (" " to " ")
	return row[to] < row[from]
}

FNR == 1 {
	folder = folder_of(FILENAME)
	dir = FILENAME
	sub(/[^\/]*$/, "", dir)
	comment = 0
	test = FILENAME ~ /_test\.c$/
	if (!(folder in row))
		breach("folder " folder " has no row")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	path = resolve(dir quoted[2])
	if (quoted[2] == "config.h")
		next
	to = folder_of(path)
	if (path !~ /^src\// || !(to in row))
		breach("\"" quoted[2] "\" leads out of src/")
	else if (!may_see(folder, to))
		breach(folder "/ may not include " to "/")
	next
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, angle, /[<>]/)
	for (pattern in lib)
		if (angle[2] ~ pattern && !test &&
		    (" " lib[pattern] " ") !~ (" " folder " "))
			breach(folder "/ may not include <" angle[2] ">")
	next
}

# The rest looks at code: without comments, strings and tests.
test || FILENAME !~ /\.c$/ { next }
{
	line = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
	if (comment) {
		if (!sub(/^.*\*\//, "", line))
			next
		comment = 0
	}
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
	if (sub(/\/\*.*$/, "", line))
		comment = 1
	for (pattern in call)
		if (FILENAME !~ call[pattern] &&
		    match(line, "(^|[^A-Za-z0-9_.>])" pattern "\\("))
			breach(word(substr(line, RSTART, RLENGTH)) " has no place here")
}

END { exit bad }
