/*
 * kallsyms.c - /proc/kallsyms, a symbol a line, read in pieces.
 *   ffffffff82097b20 t tcp_diag_dump\t[tcp_diag]
 */
#include "kallsyms.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK 65536
#define NAME_LIST_MAX 64

/* By hand: there are some hundred thousand lines. */
static uint64_t address(struct str s)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		v = v << 4 |
		    (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

bool kallsyms_line(struct str line, struct ksym *s)
{
	struct str rest = line, type;

	*s = (struct ksym){ .addr = address(
				    str_head(str_cut(&rest, ' '), 16)) };
	type = str_cut(&rest, ' ');
	if (type.n != 1 || !rest.p)
		return false;
	s->type = type.p[0];
	s->name = str_cut(&rest, '\t');
	if (rest.n > 2 && rest.p[0] == '[' && rest.p[rest.n - 1] == ']')
		s->module = str_mem(rest.p + 1, rest.n - 2);
	return s->name.n > 0;
}

int64_t kallsyms_each(const struct collect_env *env,
		      bool (*each)(void *, const struct ksym *), void *arg)
{
	int fd = openat(env->proc, "kallsyms", O_RDONLY | O_CLOEXEC);
	struct buf text = { 0 };
	int64_t count = 0;
	bool more = true;
	ssize_t got = 0;

	if (fd < 0)
		return -1;
	while (more && (got = read(fd, buf_room(&text, CHUNK), CHUNK)) > 0) {
		struct str left;

		text.n += (size_t)got;
		left = buf_view(&text);
		while (more && str_chr(left, '\n') != (size_t)-1) {
			struct ksym s;

			if (!kallsyms_line(str_cut(&left, '\n'), &s))
				continue;
			count++;
			more = each(arg, &s);
		}
		text.n = left.n < CHUNK ? left.n : 0;
		memmove(text.p, left.p, text.n);
	}
	if (got < 0)
		count = -1;
	got = errno;
	close(fd);
	buf_free(&text);
	errno = (int)got;
	return count;
}

struct wanted {
	const char *const *name;
	size_t n;
	uint64_t found;
	bool first[256]; /* bytes a name begins with */
};

static bool look(void *arg, const struct ksym *s)
{
	struct wanted *w = arg;
	struct str name = s->name;

	if (!w->first[(unsigned char)name.p[0]])
		return true;
	name = str_cut(&name, '.'); /* suffixes compilers add */
	for (size_t i = 0; i < w->n; i++)
		if (str_is(name, w->name[i]))
			w->found |= UINT64_C(1) << i;
	return true;
}

uint64_t kallsyms_have(const struct collect_env *env, const char *const *name,
		       size_t n)
{
	struct wanted w = { .name = name,
			    .n = n < NAME_LIST_MAX ? n : NAME_LIST_MAX };

	for (size_t i = 0; i < w.n; i++)
		w.first[(unsigned char)name[i][0]] = true;
	(void)kallsyms_each(env, look, &w); /* unreadable: none is known */
	return w.found;
}
