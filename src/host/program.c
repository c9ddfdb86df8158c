/* program.c - tables of base names, sorted for the eye alone. */
#include "program.h"

static const char *const interpreter[] = {
	"ash",     "awk",    "bash",         "busybox",   "csh",   "dash",
	"deno",    "elvish", "expect",       "fish",      "gawk",  "guile",
	"irb",     "jjs",    "jrunscript",   "jsc",       "julia", "ksh",
	"ksh93",   "lua",    "luajit",       "mawk",      "mksh",  "nawk",
	"node",    "nodejs", "original-awk", "osh",       "perl",  "php",
	"php-cgi", "pwsh",   "pypy",         "python",    "rbash", "rksh",
	"ruby",    "sash",   "sh",           "static-sh", "tclsh", "tcsh",
	"wish",    "yash",   "zsh",
};

/* each can start a command or replace a file that its caller chooses */
static const char *const anything[] = {
	"apt",
	"apt-get",
	"ar",
	"base64",
	"bc",
	"capsh",
	"cat",
	"chmod",
	"chown",
	"chroot",
	"cp",
	"cpio",
	"curl",
	"cut",
	"dd",
	"dialog",
	"diff",
	"dmsetup",
	"docker",
	"ed",
	"emacs",
	"env",
	"ex",
	"find",
	"flock",
	"gcc",
	"gdb",
	"git",
	"head",
	"install",
	"ionice",
	"ip",
	"jq",
	"ld.so",
	"less",
	"ln",
	"logsave",
	"make",
	"more",
	"mv",
	"nano",
	"nc",
	"nc.openbsd",
	"nc.traditional",
	"ncat",
	"netcat",
	"nice",
	"nmap",
	"nohup",
	"nsenter",
	"od",
	"openssl",
	"pico",
	"rsync",
	"run-parts",
	"rview",
	"rvim",
	"scp",
	"screen",
	"sed",
	"setarch",
	"setpriv",
	"setsid",
	"socat",
	"sort",
	"ssh",
	"start-stop-daemon",
	"stdbuf",
	"strace",
	"systemctl",
	"systemd-run",
	"tac",
	"tail",
	"tar",
	"taskset",
	"tee",
	"telnet",
	"tftp",
	"time",
	"timeout",
	"tmux",
	"unshare",
	"vi",
	"view",
	"vim",
	"vim.basic",
	"vim.tiny",
	"vimdiff",
	"watch",
	"wget",
	"xargs",
	"xxd",
	"zip",
};

/* `python3.11' -> `python', `lua5.4' -> `lua', `ld-2.36.so' stays */
static struct str unversioned(struct str name)
{
	struct str s = name;

	while (s.n > 1 && ((s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9') ||
			   s.p[s.n - 1] == '.' || s.p[s.n - 1] == '-'))
		s.n--;
	return s;
}

static bool in(const char *const *table, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (table[i][0] == name.p[0] && str_is(name, table[i]))
			return true;
	return false;
}

#define IN(table, name) in(table, sizeof(table) / sizeof(*(table)), name)

bool program_is_interpreter(struct str path)
{
	struct str name = str_base(path);

	/* `ksh93' is a name of its own, `python3' is not */
	return name.n > 0 &&
	       (IN(interpreter, name) || IN(interpreter, unversioned(name)));
}

bool program_runs_anything(struct str path)
{
	struct str name = str_base(path);

	return program_is_interpreter(path) ||
	       (name.n > 0 &&
		(IN(anything, name) || IN(anything, unversioned(name))));
}
