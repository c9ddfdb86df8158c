/*
 * hash.c - the rate of libcrypto's SHA-256 over a file that is in the cache.
 * libs: -lcrypto
 *
 *   hash FILE     prints bytes and seconds
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static unsigned char buf[256u << 10], out[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct timespec a, b;
	unsigned long long sum = 0;
	ssize_t n;
	int fd;

	if (argc != 2 || !md)
		return 2;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1) {
		perror(argv[1]);
		return 1;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		(void)EVP_DigestUpdate(md, buf, (size_t)n);
		sum += (unsigned long long)n;
	}
	(void)EVP_DigestFinal_ex(md, out, NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	(void)printf("%llu %.3f\n", sum,
		     (double)(b.tv_sec - a.tv_sec) +
			     (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	EVP_MD_CTX_free(md);
	return 0;
}
