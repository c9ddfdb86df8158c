/* err.c - fill a struct err. */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	err->errnum = 0;
	va_start(ap, fmt);
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *err, const char *what, const char *path)
{
	int e = errno;

	if (!err)
		return -1;
	(void)snprintf(err->msg, sizeof(err->msg), "%s%s%s: %s", what,
		       path ? " " : "", path ? path : "", strerror(e));
	err->errnum = e;
	return -1;
}
