/* hostid.c - SHA-256 over what identifies a machine. */
#include "hostid.h"

#include "../util/hash.h"

struct str host_id(struct str machine_id, struct str dmi_uuid,
		   struct str hostname, struct str root_fs_uuid,
		   struct arena *a)
{
	static const char digit[] = "0123456789abcdef";
	const struct str part[] = { machine_id, dmi_uuid, hostname,
				    root_fs_uuid };
	unsigned char md[SHA256_LEN];
	struct sha256 h;
	char *out = arena_alloc(a, 33);

	sha256_init(&h);
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			sha256_add(&h, "\n", 1);
		sha256_add(&h, part[i].p, part[i].n);
	}
	sha256_end(&h, md);
	for (size_t i = 0; i < 16; i++) {
		out[2 * i] = digit[md[i] >> 4];
		out[2 * i + 1] = digit[md[i] & 15];
	}
	return (struct str){ out, 32 };
}
