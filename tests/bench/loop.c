/*
 * loop.c - a program that wants to go on working while konseki collects.
 * libs: -lpthread
 *
 *   loop fsync FILE SECONDS    appends 4 KiB and fsyncs, again and again
 *   loop http SECONDS          requests over loopback, one connection each
 *
 * Prints how many rounds a second it made.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fsync_loop(const char *path, double seconds)
{
	static const char block[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	double start = now();
	unsigned long n = 0;

	if (fd < 0) {
		perror(path);
		return 1;
	}
	while (now() - start < seconds) {
		if (pwrite(fd, block, sizeof(block),
			   (off_t)(n % 1024 * sizeof(block))) < 0 ||
		    fsync(fd) < 0) {
			perror(path);
			return 1;
		}
		n++;
	}
	(void)unlink(path);
	(void)printf("%.0f\n", (double)n / (now() - start));
	return 0;
}

static void *serve(void *arg)
{
	static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n"
				     "\r\nok";
	int listener = *(int *)arg;
	char request[512];

	for (;;) {
		int c = accept(listener, NULL, NULL);

		if (c < 0)
			return NULL;
		if (read(c, request, sizeof(request)) > 0 &&
		    write(c, answer, sizeof(answer) - 1) < 0)
			perror("write");
		(void)close(c);
	}
}

static int request(const struct sockaddr_in *to)
{
	static const char ask[] = "GET / HTTP/1.0\r\n\r\n";
	char answer[512];
	int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct linger linger = { .l_onoff = 1 }; /* no TIME_WAIT */

	if (c < 0)
		return -1;
	(void)setsockopt(c, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (connect(c, (const struct sockaddr *)to, sizeof(*to)) < 0 ||
	    write(c, ask, sizeof(ask) - 1) < 0)
		return -1;
	while (read(c, answer, sizeof(answer)) > 0)
		;
	return close(c);
}

static int http_loop(double seconds)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	pthread_t server;
	double start;
	unsigned long n = 0;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(listener, 64) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) < 0 ||
	    pthread_create(&server, NULL, serve, &listener) != 0) {
		perror("listen");
		return 1;
	}
	for (start = now(); now() - start < seconds; n++)
		if (request(&at) < 0) {
			perror("request");
			return 1;
		}
	(void)printf("%.0f\n", (double)n / (now() - start));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "fsync") == 0)
		return fsync_loop(argv[2], strtod(argv[3], NULL));
	if (argc == 3 && strcmp(argv[1], "http") == 0)
		return http_loop(strtod(argv[2], NULL));
	return 2;
}
