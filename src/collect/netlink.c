/* netlink.c - dumps over netlink, bounds-checked. */
#include "netlink.h"
#include "live.h"
#include "../util/scan.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define RECEIVE 65536 /* the kernel fills at most 32 KiB at once */
#define WAIT_S 4
#define LIST_MAX (16u << 20)

int netlink_open(struct netlink *nl, int protocol)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	struct timeval wait = { WAIT_S, 0 };
	int saved;

	*nl = (struct netlink){
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)
	};
	if (nl->fd < 0)
		return -1;
	if (bind(nl->fd, (struct sockaddr *)&self, sizeof self) < 0) {
		saved = errno;
		netlink_close(nl);
		errno = saved;
		return -1;
	}
	/* an answer that never comes is a failure, not a wait */
	(void)setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	return 0;
}

void netlink_close(struct netlink *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	free(nl->in);
	nl->in = NULL;
	nl->fd = -1;
}

static int ask(struct netlink *nl, uint16_t type, uint16_t flags,
	       const void *body, size_t n)
{
	struct nlmsghdr h = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + n),
			      .nlmsg_type = type,
			      .nlmsg_flags = NLM_F_REQUEST | flags,
			      .nlmsg_seq = ++nl->seq };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char buf[512] = { 0 };
	ssize_t sent;

	if (n > sizeof buf - NLMSG_HDRLEN) {
		errno = EINVAL;
		return -1;
	}
	memcpy(buf, &h, sizeof h);
	if (n)
		memcpy(buf + NLMSG_HDRLEN, body, n);
	do
		sent = sendto(nl->fd, buf, h.nlmsg_len, 0,
			      (struct sockaddr *)&kernel, sizeof kernel);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

/* The code in a DONE or ERROR message: 0 or an errno. */
static int message_error(struct str payload)
{
	int code = 0;

	if (payload.n >= sizeof code)
		memcpy(&code, payload.p, sizeof code);
	return code < 0 ? -code : 0;
}

enum next { MORE, DONE, FAILED };

struct dump {
	struct netlink *nl;
	bool (*each)(void *, uint16_t, struct str);
	void *arg;
};

static enum next message(struct dump *d, const struct nlmsghdr *h,
			 struct str payload)
{
	if (h->nlmsg_seq != d->nl->seq)
		return MORE; /* of an earlier dump */
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		d->nl->torn = true;
	if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
		errno = message_error(payload);
		return errno ? FAILED : DONE;
	}
	if (h->nlmsg_type >= NLMSG_MIN_TYPE &&
	    !d->each(d->arg, h->nlmsg_type, payload))
		return DONE;
	return MORE;
}

static enum next datagram(struct dump *d, const char *p, size_t n)
{
	enum next next = MORE;

	while (next == MORE && n >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr h;
		size_t step;

		memcpy(&h, p, sizeof h);
		if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > n) {
			errno = EBADMSG;
			return FAILED;
		}
		next = message(
			d, &h,
			str_mem(p + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN));
		step = NLMSG_ALIGN(h.nlmsg_len);
		step = step < n ? step : n;
		p += step;
		n -= step;
	}
	return next;
}

static int converse(struct netlink *nl, uint16_t type, uint16_t flags,
		    const void *body, size_t nbody,
		    bool (*each)(void *, uint16_t, struct str), void *arg)
{
	struct dump d = { nl, each, arg };
	enum next next = MORE;

	if (ask(nl, type, flags, body, nbody) < 0)
		return -1;
	if (!nl->in)
		nl->in = xmalloc(RECEIVE);
	while (next == MORE) {
		ssize_t n = recv(nl->fd, nl->in, RECEIVE, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {
			nl->torn = true;
			continue;
		}
		if (n < 0 && errno == EAGAIN)
			errno = ETIMEDOUT;
		next = n <= 0 ? FAILED : datagram(&d, nl->in, (size_t)n);
	}
	return next == DONE ? 0 : -1;
}

int netlink_dump(struct netlink *nl, uint16_t type, const void *body,
		 size_t nbody, bool (*each)(void *, uint16_t, struct str),
		 void *arg)
{
	return converse(nl, type, NLM_F_DUMP, body, nbody, each, arg);
}

int netlink_ask(struct netlink *nl, uint16_t type, const void *body,
		size_t nbody, bool (*each)(void *, uint16_t, struct str),
		void *arg)
{
	return converse(nl, type, 0, body, nbody, each, arg);
}

/* sk Eth Pid Groups …: the kernel's own end of each protocol is in it */
bool netlink_known(int proc, int protocol)
{
	struct buf text = { 0 };
	struct str left;
	bool known = false;

	if (live_read(proc, "self/net/netlink", LIST_MAX, &text) < 0)
		return false;
	for (left = buf_view(&text); left.p && left.n;) {
		struct scan c = scan_of(str_cut(&left, '\n'));
		uint64_t n;

		(void)scan_word(&c);
		(void)scan_blank(&c);
		known |= str_u64(scan_word(&c), &n) && n == (uint64_t)protocol;
	}
	buf_free(&text);
	return known;
}

void netlink_attrs(struct str payload, size_t n, struct str *at, size_t max)
{
	struct str s = str_skip(payload, NLMSG_ALIGN(n));
	struct nlattr a;

	memset(at, 0, max * sizeof *at);
	while (s.n >= sizeof a) {
		int type;

		memcpy(&a, s.p, sizeof a);
		if (a.nla_len < sizeof a || a.nla_len > s.n)
			return;
		type = a.nla_type & ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER);
		if ((size_t)type < max)
			at[type] =
				str_mem(s.p + sizeof a, a.nla_len - sizeof a);
		s = str_skip(s, NLMSG_ALIGN(a.nla_len));
	}
}

uint32_t attr_u32(struct str s)
{
	uint32_t v = 0;

	if (s.n >= sizeof v)
		memcpy(&v, s.p, sizeof v);
	return v;
}

uint16_t attr_u16(struct str s)
{
	uint16_t v = 0;

	if (s.n >= sizeof v)
		memcpy(&v, s.p, sizeof v);
	return v;
}

uint64_t attr_u64(struct str s)
{
	uint64_t v = 0;

	if (s.n >= sizeof v)
		memcpy(&v, s.p, sizeof v);
	return v;
}

struct str netlink_text(struct str s)
{
	return str_head(s, str_chr(s, '\0'));
}

bool netlink_next(struct str *list, unsigned *type, struct str *value)
{
	struct nlattr a;

	if (list->n < sizeof a)
		return false;
	memcpy(&a, list->p, sizeof a);
	if (a.nla_len < sizeof a || a.nla_len > list->n)
		return false;
	*type = a.nla_type & 0x3fffu; /* without NLA_F_NESTED, …NET_BYTEORDER */
	*value = str_mem(list->p + sizeof a, a.nla_len - sizeof a);
	*list = str_skip(*list, NLMSG_ALIGN(a.nla_len));
	return true;
}
