/*
 * kernel_helper.c - programs that the kernel itself starts, as root and
 * outside of every container: core_pattern, modprobe, hotplug, release agents,
 * interpreters of binfmt_misc, and the options that it was booted with.
 */
#include "kernel_helper.h"

#include "../util/glob.h"
#include "autorun.h"

enum form {
	FORM_PROGRAM, /* a path */
	FORM_PIPE,    /* a command behind `|', or the name of a file */
	FORM_BINFMT,  /* lines of an entry of binfmt_misc */
	FORM_OPTIONS, /* of the boot */
};

static const struct helper {
	const char *glob, *mechanism, *when;
	enum form form;
} helpers[] = {
	{ "cmdline", "boot_option", "boot", FORM_OPTIONS },
	{ "sys/kernel/core_pattern", "kernel_helper", "crash of a program",
	  FORM_PIPE },
	{ "sys/kernel/modprobe", "kernel_helper", "module wanted",
	  FORM_PROGRAM },
	{ "sys/kernel/hotplug", "kernel_helper", "device", FORM_PROGRAM },
	{ "sys/kernel/uevent_helper", "kernel_helper", "device", FORM_PROGRAM },
	{ "sys/kernel/poweroff_cmd", "kernel_helper", "power off",
	  FORM_PROGRAM },
	{ "*/release_agent", "kernel_helper", "control group empty",
	  FORM_PROGRAM },
	{ "sys/fs/binfmt_misc/*", "binfmt_misc", "program of that kind",
	  FORM_BINFMT },
};

static struct str value_of(const struct stream_pair *pair, size_t n,
			   unsigned key)
{
	for (size_t i = 0; i < n; i++)
		if (pair[i].v.type == ROW_STR && key_find(pair[i].key) == key)
			return pair[i].v.text;
	return STR_NONE;
}

/* enabled / interpreter PATH / flags: OCF / offset 0 / magic … */
static bool binfmt(struct parse *p, struct str text, struct autorun *a)
{
	struct str flags = STR_NONE, magic = STR_NONE;

	a->enabled = ENABLED_NO;
	while (text.p && text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str word = str_cut(&line, ' ');

		if (str_is(word, "enabled"))
			a->enabled = ENABLED_YES;
		else if (str_is(word, "interpreter"))
			a->command = a->target = str_trim(line);
		else if (str_is(word, "flags:"))
			flags = str_trim(line);
		else if (str_is(word, "magic") || str_is(word, "extension"))
			magic = str_trim(line);
	}
	a->options = arena_fmt(p->scratch, "magic=" STR_FMT " flags=" STR_FMT,
			       STR_ARG(magic), STR_ARG(flags));
	return a->command.n > 0;
}

static bool fill(struct parse *p, const struct helper *h, struct str value,
		 struct autorun *a)
{
	switch (h->form) {
	case FORM_BINFMT:
		return binfmt(p, value, a);
	case FORM_OPTIONS:
		a->options = value;
		a->target = STR("");
		return value.n > 0;
	case FORM_PIPE:
		if (value.n < 2 || value.p[0] != '|')
			return false;
		value = str_trim(str_skip(value, 1));
		break;
	case FORM_PROGRAM:
		break;
	}
	a->command = value;
	a->target = str_head(value, str_chr(value, ' '));
	return value.n > 0;
}

enum outcome kernel_helper(struct parse *p, const struct stream_pair *pair,
			   size_t n, const struct stream_row *row)
{
	struct str name = value_of(pair, n, KEY_K_KERNEL_NAME);
	struct str value = str_trim(value_of(pair, n, KEY_K_KERNEL_VALUE));
	struct autorun a = { .dataset = "live",
			     .enabled = ENABLED_YES,
			     .user = STR("root"),
			     .off = row->off,
			     .sub = 1,
			     .original = value };

	for (size_t i = 0; i < sizeof(helpers) / sizeof(*helpers); i++) {
		const struct helper *h = &helpers[i];

		if (!glob_match(str_of(h->glob), name) &&
		    !(h->glob[0] == '*' && str_ends(name, str_of(h->glob + 1))))
			continue;
		a.mechanism = h->mechanism;
		a.name = str_base(name);
		a.schedule = str_of(h->when);
		a.path = arena_fmt(p->scratch, "/%s" STR_FMT,
				   str_starts(name, STR("sys/fs/cgroup/")) ||
						   str_is(name, "sys/kernel/"
								"uevent_helper")
					   ? ""
					   : "proc/",
				   STR_ARG(name));
		return fill(p, h, value, &a) ? autorun_emit(p, &a) : WHOLE;
	}
	return WHOLE;
}
