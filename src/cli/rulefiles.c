/*
 * rulefiles.c - *.yml, *.yaml, *.yar, *.yara below a directory, sorted by
 * name; links are not followed.
 */
#include "rulefiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/io.h"

#define MAX_FILE (16u << 20)
#define MAX_IOC_FILE (64u << 20)
#define MAX_FILES 100000u
#define MAX_DEPTH 16u

struct list {
	struct arena *arena;
	struct rule_file *file;
	size_t n, cap;
};

static void add(struct list *l, struct rule_file f)
{
	vec_grow(&l->file, &l->cap, l->n + 1, sizeof(*l->file));
	l->file[l->n++] = f;
}

static bool is_rule(struct str name)
{
	static const char *const end[] = { ".yml", ".yaml", ".yar", ".yara" };

	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++)
		if (str_ends(name, str_of(end[i])))
			return true;
	return false;
}

static int read_file(struct list *l, const char *path, size_t max,
		     struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct buf b = { 0 };
	struct err why;

	if (fd < 0)
		return err_sys(err, "cannot open", path);
	if (io_slurp(fd, max, &b, &why) < 0) {
		(void)close(fd);
		buf_free(&b);
		return err_set(err, "%s: %s", path, why.msg);
	}
	(void)close(fd);
	add(l, (struct rule_file){ arena_dup(l->arena, str_of(path)),
				   arena_dup(l->arena, buf_view(&b)), false,
				   false });
	buf_free(&b);
	return 0;
}

static int read_dir(struct list *l, const char *path, unsigned depth,
		    struct err *err)
{
	struct dirent **e;
	int n = scandir(path, &e, NULL, alphasort), r = 0;

	if (n < 0 && errno == ENOTDIR)
		return read_file(l, path, MAX_FILE, err);
	if (n < 0)
		return err_sys(err, "cannot read rules in", path);
	for (int i = 0; i < n; i++) {
		const char *name = e[i]->d_name;
		char sub[4096];
		struct stat st;

		if (r == 0 && name[0] != '.' && l->n < MAX_FILES &&
		    snprintf(sub, sizeof(sub), "%s/%s", path, name) <
			    (int)sizeof(sub) &&
		    lstat(sub, &st) == 0) {
			if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
				r = read_dir(l, sub, depth + 1, err);
			else if (S_ISREG(st.st_mode) && is_rule(str_of(name)))
				r = read_file(l, sub, MAX_FILE, err);
		}
		free(e[i]);
	}
	free(e);
	return r;
}

static int add_iocs(const struct cli *c, struct list *l, struct err *err)
{
	for (size_t i = 0; i < c->ioc.n; i++) {
		if (read_file(l, c->ioc.v[i], MAX_IOC_FILE, err) < 0)
			return -1;
		l->file[l->n - 1].ioc = true;
	}
	return 0;
}

int iocfiles_read(const struct cli *c, struct arena *a, struct rule_file **out,
		  size_t *n, struct err *err)
{
	struct list l = { .arena = a };
	int rc = add_iocs(c, &l, err);

	*out = l.file;
	*n = l.n;
	return rc;
}

int rulefiles_read(const struct cli *c, struct arena *a, struct rule_file **out,
		   size_t *n, struct err *err)
{
	struct list l = { .arena = a };

	if (!c->no_builtin_rules) {
		struct rule_file *f;
		size_t k = builtin_rules(a, &f);

		for (size_t i = 0; i < k; i++)
			add(&l, f[i]);
	}
	for (size_t i = 0; i < c->rules.n; i++)
		if (read_dir(&l, c->rules.v[i], 0, err) < 0)
			return -1;
	if (add_iocs(c, &l, err) < 0)
		return -1;
	*out = l.file;
	*n = l.n;
	return 0;
}

static bool is_yara(struct str path)
{
	return str_ends(path, STR(".yar")) || str_ends(path, STR(".yara"));
}

int hookfiles_read(const struct cli *c, bool builtin,
		   const struct opt_list *yara, struct arena *a,
		   struct rule_file **out, size_t *n, struct err *err)
{
	struct list l = { .arena = a }, dirs = { .arena = a };
	struct rule_file *f;
	size_t k = builtin ? builtin_rules(a, &f) : 0;
	int rc = 0;

	for (size_t i = 0; i < k; i++)
		if (!is_yara(f[i].path))
			add(&l, f[i]);
	for (size_t i = 0; i < yara->n && rc == 0; i++)
		rc = read_dir(&dirs, yara->v[i], 0, err);
	for (size_t i = 0; i < dirs.n; i++)
		if (is_yara(dirs.file[i].path))
			add(&l, dirs.file[i]);
	free(dirs.file);
	if (rc == 0)
		rc = add_iocs(c, &l, err);
	*out = l.file;
	*n = l.n;
	return rc;
}
