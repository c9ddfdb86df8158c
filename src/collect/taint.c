/*
 * taint.c - flags of /proc/sys/kernel/tainted (tainted-kernels.rst).  Some
 * come with a module, which shows the same letter as long as it is loaded.
 */
#include "taint.h"
#include "live.h"
#include "row.h"

static const struct {
	char letter;
	bool module; /* it comes with one */
	const char *name;
} flag[] = {
	{ 'P', true, "proprietary_module" },
	{ 'F', true, "forced_load" },
	{ 'S', false, "cpu_out_of_spec" },
	{ 'R', false, "forced_unload" },
	{ 'M', false, "machine_check" },
	{ 'B', false, "bad_page" },
	{ 'U', false, "user" },
	{ 'D', false, "oops" },
	{ 'A', false, "overridden_acpi_table" },
	{ 'W', false, "warning" },
	{ 'C', true, "staging_module" },
	{ 'I', false, "firmware_workaround" },
	{ 'O', true, "out_of_tree_module" },
	{ 'E', true, "unsigned_module" },
	{ 'L', false, "soft_lockup" },
	{ 'K', true, "live_patch" },
	{ 'X', true, "auxiliary" },
	{ 'T', false, "randomized_structs" },
	{ 'N', true, "test_module" },
};

#define FLAGS (sizeof flag / sizeof flag[0])

void taint_names(uint64_t flags, struct buf *list)
{
	for (size_t i = 0; i < FLAGS; i++)
		if (flags >> i & 1)
			list_add(list, str_of(flag[i].name));
}

uint64_t taint_orphans(uint64_t flags, uint32_t carried)
{
	uint64_t orphans = 0;

	for (size_t i = 0; i < FLAGS; i++)
		if (flags >> i & 1 && flag[i].module &&
		    !(carried >> (flag[i].letter - 'A') & 1))
			orphans |= UINT64_C(1) << i;
	return orphans;
}

bool taint_read(int proc, uint64_t *flags)
{
	struct buf text = { 0 };
	bool ok = live_read(proc, "sys/kernel/tainted", 64, &text) >= 0 &&
		  str_u64(str_trim(buf_view(&text)), flags);

	buf_free(&text);
	return ok;
}

void taint_row(struct probe_run *run, uint64_t flags, uint32_t carried,
	       bool known)
{
	struct buf row = { 0 }, list = { 0 };

	json_open(&row);
	row_str(&row, KEY_K_KERNEL_NAME, STR("taint"));
	buf_fmt(&list, "%llu", (unsigned long long)flags);
	row_str(&row, KEY_K_KERNEL_VALUE, buf_view(&list));
	buf_clear(&list);
	taint_names(flags, &list);
	row_key_list(&row, KEY_K_KERNEL_TAINT, buf_view(&list));
	buf_clear(&list);
	if (known)
		taint_names(taint_orphans(flags, carried), &list);
	row_key_list(&row, KEY_K_KERNEL_TAINT_ORPHAN, buf_view(&list));
	json_close(&row);
	probe_row(run, "kernel", buf_view(&row));
	buf_free(&row);
	buf_free(&list);
}
