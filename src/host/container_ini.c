/*
 * container_ini.c - containers that are described by lines `key = value':
 * LXC (lxc.container.conf(5)) and systemd-nspawn (systemd.nspawn(5)).
 */
#include <stddef.h>

#include "container.h"

#define AT(field) offsetof(struct container, field)
#define BIT(f) (1u << CONTAINER_##f)

enum op {
	OP_TEXT,
	OP_ADD,
	OP_IS,      /* true when the value is `word' */
	OP_RESTART, /* it starts with the host when the value is `word' */
	OP_BIND     /* LXC: source target type options … */
};

static const struct want {
	unsigned files;
	struct str key;
	enum op op;
	size_t at;
	struct str word;
} wants[] = {
	{ BIT(LXC), { "lxc.uts.name", 12 }, OP_TEXT, AT(name), { 0 } },
	{ BIT(LXC), { "lxc.utsname", 11 }, OP_TEXT, AT(name), { 0 } },
	{ BIT(LXC), { "lxc.rootfs.path", 15 }, OP_TEXT, AT(image), { 0 } },
	{ BIT(LXC), { "lxc.rootfs", 10 }, OP_TEXT, AT(image), { 0 } },
	{ BIT(LXC), { "lxc.mount.entry", 15 }, OP_BIND, AT(binds), { 0 } },
	{ BIT(LXC), { "lxc.cap.keep", 12 }, OP_ADD, AT(cap_add), { 0 } },
	{ BIT(LXC),
	  { "lxc.apparmor.profile", 20 },
	  OP_ADD,
	  AT(security),
	  { 0 } },
	{ BIT(LXC), { "lxc.aa_profile", 14 }, OP_ADD, AT(security), { 0 } },
	{ BIT(LXC), { "lxc.init.cmd", 12 }, OP_ADD, AT(args), { 0 } },
	{ BIT(LXC), { "lxc.hook.start", 14 }, OP_ADD, AT(args), { 0 } },
	{ BIT(LXC),
	  { "lxc.net.0.type", 14 },
	  OP_IS,
	  AT(host_net),
	  { "none", 4 } },
	{ BIT(LXC), { "lxc.start.auto", 14 }, OP_RESTART, 0, { "1", 1 } },
	{ BIT(NSPAWN), { "Parameters", 10 }, OP_ADD, AT(args), { 0 } },
	{ BIT(NSPAWN), { "Environment", 11 }, OP_ADD, AT(env), { 0 } },
	{ BIT(NSPAWN), { "User", 4 }, OP_TEXT, AT(user), { 0 } },
	{ BIT(NSPAWN), { "Capability", 10 }, OP_ADD, AT(cap_add), { 0 } },
	{ BIT(NSPAWN),
	  { "Capability", 10 },
	  OP_IS,
	  AT(privileged),
	  { "all", 3 } },
	{ BIT(NSPAWN),
	  { "PrivateUsers", 12 },
	  OP_IS,
	  AT(host_user),
	  { "no", 2 } },
	{ BIT(NSPAWN), { "Bind", 4 }, OP_ADD, AT(binds), { 0 } },
	{ BIT(NSPAWN),
	  { "BindReadOnly", 12 },
	  OP_ADD,
	  AT(binds),
	  { ":ro", 3 } },
	{ BIT(NSPAWN), { "Private", 7 }, OP_IS, AT(host_net), { "no", 2 } },
	{ BIT(NSPAWN), { "Port", 4 }, OP_ADD, AT(ports), { 0 } },
};

static void add(struct container_list *l, struct str s)
{
	if (s.n == 0)
		return;
	if (l->n < CONTAINER_LIST_MAX)
		l->s[l->n++] = s;
	else
		l->more++;
}

/* `/srv srv none bind,ro 0 0' -> /srv:/srv:ro */
static struct str bind_of(struct str v, struct arena *a)
{
	struct str from = str_cut(&v, ' '), to = str_cut(&v, ' ');
	struct str type = str_cut(&v, ' '), options = str_cut(&v, ' ');
	bool ro = false;

	(void)type;
	if (from.n == 0 || from.p[0] != '/')
		return STR_NONE;
	while (options.p)
		ro |= str_is(str_cut(&options, ','), "ro");
	return arena_fmt(a, STR_FMT ":%s" STR_FMT "%s", STR_ARG(from),
			 to.n && to.p[0] == '/' ? "" : "/", STR_ARG(to),
			 ro ? ":ro" : "");
}

static void take(const struct want *w, struct container *c, struct str v,
		 struct arena *a)
{
	char *p = (char *)c + w->at;

	switch (w->op) {
	case OP_TEXT:
		memcpy(p, &v, sizeof(v));
		break;
	case OP_ADD:
		if (w->word.n)
			v = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(v),
				      STR_ARG(w->word));
		else if (w->at == AT(env))
			v = str_head(v, str_chr(v, '='));
		add((struct container_list *)(void *)p, v);
		break;
	case OP_IS:
		*(bool *)p |= str_eq(v, w->word);
		break;
	case OP_RESTART:
		if (str_eq(v, w->word))
			c->restart = STR("always");
		break;
	case OP_BIND:
		add(&c->binds, bind_of(v, a));
		break;
	}
}

void container_ini(enum container_file file, struct str text, struct arena *a,
		   struct container *c)
{
	while (text.p) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str key = str_trim(str_cut(&line, '='));
		struct str v = str_trim(line);

		if (key.n == 0 || key.p[0] == '#' || key.p[0] == ';')
			continue;
		for (size_t i = 0; i < sizeof(wants) / sizeof(*wants); i++)
			if (wants[i].files >> file & 1 &&
			    str_eq(key, wants[i].key))
				take(&wants[i], c, v, a);
	}
}
