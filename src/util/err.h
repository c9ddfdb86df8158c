/*
 * err.h - why the world failed (open, write, disk full), in one sentence.
 * Filled once, by the first function that knows; printed once, by cli/.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

struct err {
	int errnum;    /* errno, 0 when there was none */
	char msg[512]; /* names the file, the place and the remedy */
};

/* Both return -1, so that `return err_set(err, …)' reads well. */
int err_set(struct err *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* "what PATH: strerror(errno)"; path may be NULL */
int err_sys(struct err *, const char *what, const char *path);

#endif
