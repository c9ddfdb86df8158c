/* wireguard_test.c - an answer of WireGuard, whole and cut: no secret is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "probe_test.h"
#include "wireguard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#include <linux/wireguard.h>

static void attr(struct buf *b, uint16_t type, const void *p, size_t n)
{
	uint16_t h[2] = { (uint16_t)(n + 4), type };

	buf_add(b, h, sizeof h);
	buf_add(b, p, n);
	while (b->n % 4)
		buf_c(b, '\0');
}

static void nest(struct buf *b, uint16_t type, struct buf *inner)
{
	attr(b, type | NLA_F_NESTED, inner->p, inner->n);
	buf_free(inner);
}

static void answer(struct buf *b)
{
	char key[WG_KEY_LEN], secret[WG_KEY_LEN];
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(51820) };
	struct buf peers = { 0 }, peer = { 0 }, ips = { 0 }, ip = { 0 };
	uint64_t bytes = 77, at[2] = { 1700000000, 5 };
	uint16_t port = 51821, family = AF_INET;
	uint8_t mask = 24;

	memset(key, 1, sizeof key);
	memset(secret, 'S', sizeof secret);
	attr(b, WGDEVICE_A_IFNAME, "wg0", 4);
	attr(b, WGDEVICE_A_PRIVATE_KEY, secret, sizeof secret);
	attr(b, WGDEVICE_A_PUBLIC_KEY, key, sizeof key);
	attr(b, WGDEVICE_A_LISTEN_PORT, &port, sizeof port);
	to.sin_addr.s_addr = htonl(0xcb007109); /* 203.0.113.9 */
	attr(&peer, WGPEER_A_PUBLIC_KEY, key, sizeof key);
	attr(&peer, WGPEER_A_PRESHARED_KEY, secret, sizeof secret);
	attr(&peer, WGPEER_A_ENDPOINT, &to, sizeof to);
	attr(&peer, WGPEER_A_LAST_HANDSHAKE_TIME, at, sizeof at);
	attr(&peer, WGPEER_A_RX_BYTES, &bytes, sizeof bytes);
	attr(&ip, WGALLOWEDIP_A_FAMILY, &family, sizeof family);
	attr(&ip, WGALLOWEDIP_A_IPADDR, "\n\x09\0\0", 4);
	attr(&ip, WGALLOWEDIP_A_CIDR_MASK, &mask, 1);
	nest(&ips, 0, &ip);
	nest(&peer, WGPEER_A_ALLOWEDIPS, &ips);
	nest(&peers, 0, &peer);
	nest(b, WGDEVICE_A_PEERS, &peers);
}

static bool some_row(const struct probe_run *r, const char *what)
{
	for (size_t i = 0; i < r->nrow; i++)
		if (str_has(r->row[i], str_of(what)))
			return true;
	return false;
}

static void device_and_peer(void **state)
{
	struct probe_run *r = xmalloc(sizeof *r);
	struct ns ns = { .inode = 7 };
	struct net_probe np = { .run = r, .ns = &ns, .stream = "wireguard" };
	struct buf b = { 0 };

	(void)state;
	answer(&b);
	assert_true(wireguard_rows(&np, buf_view(&b)));
	assert_int_equal(r->nrow, 2);
	assert_true(some_row(r, "\"destination.ip\":\"203.0.113.9\""));
	assert_true(some_row(r, "\"destination.port\":51820"));
	assert_true(some_row(r, "\"source.port\":51821"));
	assert_true(some_row(r, "[\"10.9.0.0/24\"]"));
	assert_true(some_row(r, "\"konseki.wireguard.handshake\":"
				"1700000000000000000"));
	assert_true(some_row(r, "\"konseki.wireguard.received\":77"));
	/* neither as it is nor in base64 */
	assert_false(some_row(r, "SSSS") || some_row(r, "U1NT"));
	for (size_t n = 0; n < b.n; n++) {
		char *exact = xmalloc(n ? n : 1);

		memcpy(exact, b.p, n);
		np.ns_rows = 0;
		(void)wireguard_rows(&np, str_mem(exact, n));
		free(exact);
	}
	assert_false(some_row(r, "SSSS") || some_row(r, "U1NT"));
	buf_free(&b);
	buf_free(&np.row);
	buf_free(&np.list);
	arena_free(&r->arena);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(device_and_peer) };

	return cmocka_run_group_tests_name("collect/wireguard", tests, NULL,
					   NULL);
}
