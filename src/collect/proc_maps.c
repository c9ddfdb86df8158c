/*
 * proc_maps.c - /proc/PID/maps: which files a process executes code from,
 * and how many executable mappings belong to no file.
 *   55d0-55d1 r-xp 00000000 fe:00 1234   /usr/bin/x
 * Only a newline in a path is escaped (\012), so the path is the rest of the
 * line; inode 0 is memory without a file.
 */
#include "proc.h"
#include "../util/scan.h"

struct mapping {
	struct str perms, path;
	uint64_t inode;
};

static bool mapping_read(struct str line, struct mapping *m)
{
	struct scan s = scan_of(line);
	struct str inode;

	(void)scan_word(&s); /* addresses */
	(void)scan_blank(&s);
	m->perms = scan_word(&s);
	(void)scan_blank(&s);
	(void)scan_word(&s); /* offset */
	(void)scan_blank(&s);
	(void)scan_word(&s); /* device */
	(void)scan_blank(&s);
	inode = scan_word(&s);
	(void)scan_blank(&s);
	m->path = s.s;
	return m->perms.n == 4 && str_u64(inode, &m->inode);
}

void proc_maps_row(struct proc_probe *pp, struct str maps)
{
	struct map seen = { 0 };
	uint64_t anonymous = 0;

	buf_clear(&pp->list);
	while (maps.p && maps.n) {
		struct mapping m;
		bool added;

		if (!mapping_read(str_cut(&maps, '\n'), &m) ||
		    m.perms.p[2] != 'x')
			continue;
		if (m.inode == 0) {
			/* [vdso] and [vsyscall] are the kernel's; a stack or
			 * heap that is executable is not */
			anonymous += !str_is(m.path, "[vdso]") &&
				     !str_is(m.path, "[vsyscall]") &&
				     !str_is(m.path, "[uprobes]");
			continue;
		}
		(void)map_put(&seen, m.path, &added);
		if (added)
			list_add(&pp->list, m.path);
	}
	map_free(&seen);
	row_list(&pp->row, "maps",
		 proc_fit(pp, PART_MAPS, buf_view(&pp->list)));
	row_u64(&pp->row, KEY_K_PROCESS_ANON_EXEC, anonymous);
}
