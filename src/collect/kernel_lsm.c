/*
 * kernel_lsm.c - what the kernel trusts: security modules and their state,
 * measurements, the variables of the firmware that decide about secure boot,
 * and the clock.
 */
#include "kernel.h"
#include "live.h"

#include "../util/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/timex.h>
#include <unistd.h>

#define MAX (16u << 20)
#define VALUE_MAX 4096
#define VARIABLES_MAX 4096u
#define GUID_LEN 37 /* with the `-' before it */

static const struct {
	const char *dir, *into, *file[8];
} texts[] = {
	{ "sys/kernel/security/apparmor", "sys/apparmor", { "profiles" } },
	{ "sys/kernel/security/ima",
	  "sys/ima",
	  { "ascii_runtime_measurements", "policy", "violations" } },
	{ "sys/kernel/security/tomoyo", "sys/tomoyo", { "stat", "profile" } },
	{ "sys/kernel/security/integrity/ima", "sys/ima", { "policy" } },
};

static const char *const values[] = {
	"sys/kernel/security/lsm",
	"sys/kernel/security/lockdown",
	"sys/fs/selinux/enforce",
	"sys/fs/selinux/policyvers",
	"sys/fs/selinux/deny_unknown",
	"sys/module/apparmor/parameters/enabled",
	"sys/module/apparmor/parameters/mode",
	"sys/module/module/parameters/sig_enforce",
	"sys/kernel/uevent_helper",
	"sys/kernel/kexec_loaded",
	"sys/kernel/kexec_crash_loaded",
	"sys/devices/system/clocksource/clocksource0/current_clocksource",
	"sys/devices/system/clocksource/clocksource0/available_clocksource",
};

static void value_of(struct kernel *k, const char *path)
{
	if (live_read_in(probe_env(k->run)->root, path, VALUE_MAX, &k->text) >=
	    0) {
		kernel_value(k, path, buf_view(&k->text));
	} else if (errno == EACCES || errno == EPERM) {
		k->denied++;
		k->errnum = errno;
	}
}

/* Variables whose content decides what boots; of the others the name. */
static bool decides(struct str name)
{
	static const char *const which[] = {
		"SecureBoot", "SetupMode",   "AuditMode",    "DeployedMode",
		"PK",         "KEK",         "db",           "dbx",
		"MokListRT",  "MokListXRT",  "MokSBStateRT", "SbatLevelRT",
		"BootOrder",  "BootCurrent", "BootNext",
	};

	if (name.n <= GUID_LEN)
		return false;
	name.n -= GUID_LEN;
	for (size_t i = 0; i < sizeof which / sizeof which[0]; i++)
		if (str_is(name, which[i]))
			return true;
	return str_starts(name, STR("Boot0"));
}

/* 4 bytes of attributes, then the value: shown when short, else its hash. */
static void variable(struct kernel *k, int dir, struct str name)
{
	unsigned char digest[SHA256_LEN];
	struct buf shown = { 0 };
	struct str data;
	char row[320];

	if (live_read(dir, name.p, MAX, &k->text) < 0)
		return;
	data = str_skip(buf_view(&k->text), 4);
	sha256_of(data.p, data.n, digest);
	if (data.n <= 8) {
		buf_hex(&shown, data.p, data.n);
	} else {
		buf_fmt(&shown, "%zu bytes sha256 ", data.n);
		buf_hex(&shown, digest, sizeof digest);
	}
	snprintf(row, sizeof row, "efivars/%s", name.p);
	kernel_value(k, row, buf_view(&shown));
	buf_free(&shown);
}

static void firmware(struct kernel *k, struct text_tally *t)
{
	const char *path = "sys/firmware/efi/efivars";
	int dir = live_open_in(probe_env(k->run)->root, path,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf names = { 0 }, list = { 0 };
	struct str left;
	unsigned n = 0;

	if (dir < 0 || live_list(dir, ".", &names) < 0) {
		probe_status(k->run, STR("efivars"),
			     errno == ENOENT ? PROBE_ABSENT : PROBE_DENIED,
			     errno, 0, 0);
		goto release;
	}
	for (left = buf_view(&names); left.p && left.n && n < VARIABLES_MAX;) {
		struct str name = str_cut(&left, '\0');

		if (name.n == 0)
			continue;
		n++;
		buf_fmt(&list, "%s\n", name.p);
		if (decides(name))
			variable(k, dir, name);
	}
	if (list.n) {
		text_member(t->run, "live/sys/efivars.txt", buf_view(&list));
		t->count++;
	}
release:
	if (dir >= 0)
		close(dir);
	buf_free(&names);
	buf_free(&list);
}

/* modes = 0: it only answers. */
static void clocks(struct kernel *k)
{
	struct timex x = { .modes = 0 };
	struct buf text = { 0 };
	int state = adjtimex(&x);

	if (state < 0)
		return;
	buf_fmt(&text,
		"state=%d status=0x%x offset=%ld freq=%ld maxerror=%ld "
		"esterror=%ld tai=%d",
		state, (unsigned)x.status, x.offset, x.freq, x.maxerror,
		x.esterror, x.tai);
	kernel_value(k, "clock/adjtimex", buf_view(&text));
	buf_free(&text);
}

void kernel_trust(struct kernel *k, struct text_tally *t)
{
	int root = probe_env(k->run)->root;

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		value_of(k, values[i]);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		int dir = live_open_in(root, texts[i].dir,
				       O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		for (size_t f = 0; dir >= 0 && texts[i].file[f]; f++)
			(void)text_copy(t, dir, texts[i].file[f], texts[i].into,
					MAX);
		if (dir >= 0)
			close(dir);
	}
	firmware(k, t);
	clocks(k);
}
