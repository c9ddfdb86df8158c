/*
 * hardware.c - what the machine is made of, from sysfs alone: its maker's
 * words (DMI), devices on PCI and USB, disks and what they are joined to,
 * TPM.  Looking wakes no device.
 */
#include "live.h"
#include "row.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define VALUE_MAX 4096
#define DEVICES_MAX 4096u /* of one kind */

struct attribute {
	const char *file, *name; /* below the device; in the row */
};

static const struct kind {
	const char *dir, *kind;
	const char *must; /* a device without it is none; NULL: any is one */
	struct attribute attribute[12];
} kinds[] = {
	{ "sys/bus/pci/devices",
	  "pci",
	  "vendor",
	  { { "vendor", "vendor" },
	    { "device", "device" },
	    { "class", "class" },
	    { "subsystem_vendor", "subsystem_vendor" },
	    { "subsystem_device", "subsystem_device" } } },
	{ "sys/bus/usb/devices",
	  "usb",
	  "idVendor",
	  { { "idVendor", "vendor" },
	    { "idProduct", "device" },
	    { "bDeviceClass", "class" },
	    { "manufacturer", "manufacturer" },
	    { "product", "product" },
	    { "serial", "serial" },
	    { "authorized", "authorized" } } },
	{ "sys/block",
	  "block",
	  "size",
	  { { "size", "sectors" },
	    { "ro", "read_only" },
	    { "removable", "removable" },
	    { "device/vendor", "vendor" },
	    { "device/model", "model" },
	    { "device/serial", "serial" },
	    { "dm/name", "mapped_name" },
	    { "dm/uuid", "mapped_uuid" },
	    { "md/level", "raid_level" },
	    { "md/array_state", "raid_state" },
	    { "loop/backing_file", "backing_file" } } },
	{ "sys/class/tpm",
	  "tpm",
	  NULL,
	  { { "tpm_version_major", "version" } } },
	{ "sys/fs/btrfs", "btrfs", "label", { { "label", "label" } } },
};

static const char *const dmi[] = {
	"bios_date",      "bios_vendor",    "bios_version",    "board_name",
	"board_serial",   "board_vendor",   "chassis_serial",  "chassis_type",
	"chassis_vendor", "product_family", "product_name",    "product_serial",
	"product_sku",    "product_uuid",   "product_version", "sys_vendor",
};

struct hardware {
	struct probe_run *run;
	struct buf row, text;
	uint64_t count;
};

static void open_row(struct hardware *h, const char *kind, struct str name)
{
	buf_clear(&h->row);
	json_open(&h->row);
	json_kv_str(&h->row, "kind", str_of(kind));
	json_kv_str(&h->row, "name", name);
}

static void send(struct hardware *h)
{
	json_close(&h->row);
	probe_row(h->run, "hardware", buf_view(&h->row));
	h->count++;
}

/* dir/name/file, trimmed; empty when there is none. */
static struct str value(struct hardware *h, int dir, struct str name,
			const char *file)
{
	char path[512];

	snprintf(path, sizeof path, STR_FMT "/%s", STR_ARG(name), file);
	if (live_read_in(dir, path, VALUE_MAX, &h->text) < 0)
		return STR_NONE;
	return str_trim(buf_view(&h->text));
}

/* What it lies on: `slaves' of a block device. */
static void below(struct hardware *h, int dir, struct str name)
{
	struct buf names = { 0 };
	char path[512];

	snprintf(path, sizeof path, STR_FMT "/slaves", STR_ARG(name));
	if (live_list(dir, path, &names) == 0)
		row_list(&h->row, "made_of", buf_view(&names));
	buf_free(&names);
}

static void devices(struct hardware *h, const struct kind *k)
{
	int root = probe_env(h->run)->root;
	int dir =
		live_open_in(root, k->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf names = { 0 };
	struct str left;
	unsigned n = 0;

	if (dir < 0 || live_list(dir, ".", &names) < 0) {
		probe_status(h->run, str_of(k->kind),
			     errno == ENOENT ? PROBE_ABSENT : PROBE_DENIED,
			     errno, 0, 0);
		goto release;
	}
	for (left = buf_view(&names); left.p && left.n && n < DEVICES_MAX;) {
		struct str name = str_cut(&left, '\0');
		char path[512];

		if (name.n == 0)
			continue;
		/* an entry is a link into /sys/devices: seen from the root */
		snprintf(path, sizeof path, "%s/" STR_FMT, k->dir,
			 STR_ARG(str_head(name, 255)));
		if (k->must) {
			struct str v = value(h, root, str_of(path), k->must);

			/* a loop device without a file has size 0 */
			if (!v.p ||
			    (strcmp(k->must, "size") == 0 && str_is(v, "0")))
				continue;
		}
		n++;
		open_row(h, k->kind, name);
		for (size_t i = 0; i < 12 && k->attribute[i].file; i++) {
			struct str v = value(h, root, str_of(path),
					     k->attribute[i].file);

			if (v.n)
				json_kv_str(&h->row, k->attribute[i].name, v);
		}
		if (str_is(str_of(k->kind), "block"))
			below(h, root, str_of(path));
		send(h);
	}
release:
	if (dir >= 0)
		close(dir);
	buf_free(&names);
}

static void maker(struct hardware *h)
{
	int dir = live_open_in(probe_env(h->run)->root, "sys/class/dmi/id",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0) {
		probe_status(h->run, STR("dmi"), PROBE_ABSENT, errno, 0, 0);
		return;
	}
	open_row(h, "dmi", STR("id"));
	for (size_t i = 0; i < sizeof dmi / sizeof dmi[0]; i++)
		if (live_read(dir, dmi[i], VALUE_MAX, &h->text) >= 0)
			json_kv_str(&h->row, dmi[i],
				    str_trim(buf_view(&h->text)));
	send(h);
	close(dir);
}

/* live/sys/disk-by-….txt: the names udev gives to disks, and to which. */
static void disk_names(struct hardware *h)
{
	static const char *const by[] = { "by-id", "by-label", "by-partuuid",
					  "by-path", "by-uuid" };
	int root = probe_env(h->run)->root;

	for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
		struct buf names = { 0 }, out = { 0 };
		struct str left;
		char path[64];
		int dir;

		snprintf(path, sizeof path, "dev/disk/%s", by[i]);
		dir = live_open_in(root, path,
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		(void)live_list(dir, ".", &names);
		for (left = buf_view(&names); left.p && left.n;) {
			struct str name = str_cut(&left, '\0');
			char link[LIVE_LINK_MAX + 1];

			if (name.n && live_link(dir, name.p, link) > 0)
				buf_fmt(&out, "%s %s\n", name.p, link);
		}
		snprintf(path, sizeof path, "live/sys/disk-%s.txt", by[i]);
		if (out.n)
			text_member(h->run, path, buf_view(&out));
		close(dir);
		buf_free(&names);
		buf_free(&out);
	}
}

static void run_hardware(struct probe_run *run)
{
	struct hardware h = { .run = run };

	if (probe_item(run, 1, STR("dmi")))
		maker(&h);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (probe_item(run, i + 2, str_of(kinds[i].dir)))
			devices(&h, &kinds[i]);
	if (probe_item(run, 100, STR("/dev/disk")))
		disk_names(&h);
	probe_status(run, STR_NONE, PROBE_COLLECTED, 0, h.count, 0);
	buf_free(&h.row);
	buf_free(&h.text);
}

const struct probe probe_hardware = {
	.name = "hardware",
	.title = "devices, disks and the words of the maker",
	.title_ja = "ハードウェア（DMI・PCI・USB・ディスク・TPM）",
	.stream = "live/hardware",
	.reads = "/sys/class/dmi/id, /sys/bus/{pci,usb}/devices, /sys/block, "
		 "/sys/class/tpm, /sys/fs/btrfs, /dev/disk/by-*",
	.live_only = true,
	.run = run_hardware,
};
