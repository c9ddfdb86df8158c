/*
 * kmsg.c - the kernel's ring buffer as live/kmsg.txt, a record a line as
 * /dev/kmsg gives it: priority,sequence,microseconds,flags;text and indented
 * KEY=value lines.  Where that device is refused, syslog(2) gives the same
 * texts with <priority> before them.  Reading takes nothing away.
 */
#include "probe.h"
#include "../util/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define RECORD_MAX 8192 /* CONSOLE_EXT_LOG_MAX */
#define TEXT_MAX (32u << 20)
#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_SIZE_BUFFER 10

/*
 * Devices cannot be opened through the private clone of the mounts; reading
 * this one changes no access time.
 */
static int open_device(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC |
					   O_NOCTTY | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(1, 11))
		return fd;
	close(fd);
	errno = ENODEV;
	return -1;
}

/* 0 with the records, 1 when cut, -1 with errno. */
static int read_device(struct buf *out)
{
	int fd = open_device(), rc = 0, errnum;

	if (fd < 0)
		return -1;
	for (;;) {
		ssize_t n = read(fd, buf_room(out, RECORD_MAX), RECORD_MAX);

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* overwritten while we read: go on */
		if (n <= 0) {
			if (n < 0 && errno != EAGAIN)
				rc = -1;
			break;
		}
		out->n += (size_t)n;
		if (out->n > TEXT_MAX) {
			rc = 1;
			break;
		}
	}
	errnum = errno;
	close(fd);
	errno = errnum;
	return rc;
}

static int read_syslog(struct buf *out)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0), n;

	if (size < 0)
		return -1;
	if (size > (int)TEXT_MAX)
		size = (int)TEXT_MAX;
	n = klogctl(SYSLOG_ACTION_READ_ALL, buf_room(out, (size_t)size), size);
	if (n < 0)
		return -1;
	out->n += (size_t)n;
	return 0;
}

static void run_kmsg(struct probe_run *run)
{
	struct buf text = { 0 };
	struct member m = { .name = STR("live/kmsg.txt"),
			    .mode = 0600,
			    .mtime_ns = INT64_MIN,
			    .atime_ns = INT64_MIN,
			    .ctime_ns = INT64_MIN };
	int rc, errnum;

	if (!probe_item(run, 1, STR("/dev/kmsg")))
		return;
	rc = read_device(&text);
	if (rc < 0 && text.n == 0)
		rc = read_syslog(&text);
	errnum = rc < 0 ? errno : 0;
	if (text.n) {
		m.size = text.n;
		probe_member(run, &m, -1, buf_view(&text));
	}
	if (text.n == 0 && errnum)
		probe_status(run, STR_NONE,
			     errnum == EPERM || errnum == EACCES ? PROBE_DENIED
			     : errnum == ENOENT || errnum == ENOSYS
				     ? PROBE_ABSENT
				     : PROBE_FAILED,
			     errnum, 0, 0);
	else
		probe_status(run, STR_NONE,
			     rc ? PROBE_TRUNCATED : PROBE_COLLECTED, errnum,
			     text.n > 0, text.n);
	buf_free(&text);
}

const struct probe probe_kmsg = {
	.name = "kmsg",
	.title = "the kernel's ring buffer",
	.title_ja = "カーネルのリングバッファ",
	.stream = NULL,
	.reads = "/dev/kmsg, else syslog(2)",
	.live_only = true,
	.run = run_kmsg,
};
