/*
 * os_wrap.c - what static glibc must not do on a foreign system.
 *
 * These calls load shared objects of the C library that is installed where
 * we run (gconv modules, NSS services); with another version they abort or
 * divide by zero.  The static link redirects them here (--wrap), and they
 * fail as if the module or the entry did not exist: accounts are read from
 * the evidence's own passwd and group, names are bytes.
 */
#include <errno.h>
#include <grp.h>
#include <iconv.h>
#include <netdb.h>
#include <pwd.h>

iconv_t __wrap_iconv_open(const char *to, const char *from);
void *__wrap_dlopen(const char *path, int mode);
struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwuid(uid_t uid);
int __wrap_getpwnam_r(const char *name, struct passwd *pw, char *buf,
		      size_t len, struct passwd **out);
int __wrap_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t len,
		      struct passwd **out);
struct group *__wrap_getgrnam(const char *name);
struct group *__wrap_getgrgid(gid_t gid);
int __wrap_getgrnam_r(const char *name, struct group *gr, char *buf, size_t len,
		      struct group **out);
int __wrap_getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t len,
		      struct group **out);
int __wrap_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **out);
struct hostent *__wrap_gethostbyname(const char *name);

iconv_t __wrap_iconv_open(const char *to, const char *from)
{
	(void)to;
	(void)from;
	errno = EINVAL;
	return (iconv_t)-1;
}

void *__wrap_dlopen(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return NULL;
}

struct passwd *__wrap_getpwnam(const char *name)
{
	(void)name;
	errno = ENOENT;
	return NULL;
}

struct passwd *__wrap_getpwuid(uid_t uid)
{
	(void)uid;
	errno = ENOENT;
	return NULL;
}

int __wrap_getpwnam_r(const char *name, struct passwd *pw, char *buf,
		      size_t len, struct passwd **out)
{
	(void)name;
	(void)pw;
	(void)buf;
	(void)len;
	*out = NULL;
	return ENOENT;
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t len,
		      struct passwd **out)
{
	(void)uid;
	(void)pw;
	(void)buf;
	(void)len;
	*out = NULL;
	return ENOENT;
}

struct group *__wrap_getgrnam(const char *name)
{
	(void)name;
	errno = ENOENT;
	return NULL;
}

struct group *__wrap_getgrgid(gid_t gid)
{
	(void)gid;
	errno = ENOENT;
	return NULL;
}

int __wrap_getgrnam_r(const char *name, struct group *gr, char *buf, size_t len,
		      struct group **out)
{
	(void)name;
	(void)gr;
	(void)buf;
	(void)len;
	*out = NULL;
	return ENOENT;
}

int __wrap_getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t len,
		      struct group **out)
{
	(void)gid;
	(void)gr;
	(void)buf;
	(void)len;
	*out = NULL;
	return ENOENT;
}

int __wrap_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **out)
{
	(void)node;
	(void)service;
	(void)hints;
	*out = NULL;
	return EAI_NONAME;
}

struct hostent *__wrap_gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}
