/*
 * sshd - OpenSSH's server (sshd, and sshd-session since 9.8), and what it
 * says of logins, keys and clients.  Spec: auth.c, auth2.c, packet.c, sshd.c.
 *
 * LOGIN and LOGIN_FAILED are what happened; PAM's lines on the same attempt,
 * `Invalid user' before it and the like are AUTH: facts beside it, so that
 * attempts count once.
 */
#include "phrase.h"
#include "syslog.h"

static const struct phrase on_a[] = {
	{ "Accepted %m for %v from %a port %z", KIND_LOGIN, NULL, "success",
	  NULL },
	{ "Authentication refused: %r", KIND_AUTH, "key-refused", "failure",
	  NULL },
	{ "Address %a maps to %*, but this does not map back to the address%*",
	  KIND_AUTH, "reverse-mapping-failed", NULL, "reverse mapping failed" },
	PHRASE_END,
};

static const struct phrase on_b[] = {
	{ "Bad protocol version identification %* from %a port %p",
	  KIND_CONNECTION, "bad-protocol", NULL, NULL },
	{ "Bad protocol version identification %* from %a", KIND_CONNECTION,
	  "bad-protocol", NULL, NULL },
	PHRASE_END,
};

static const struct phrase on_c[] = {
	{ "Connection from %a port %p on %d port %q rdomain %*",
	  KIND_CONNECTION, "connection-opened", NULL, NULL },
	{ "Connection from %a port %p on %d port %q", KIND_CONNECTION,
	  "connection-opened", NULL, NULL },
	{ "Connection from %a port %p", KIND_CONNECTION, "connection-opened",
	  NULL, NULL },
	{ "Connection closed by authenticating user %u %a port %p",
	  KIND_CONNECTION, "connection-closed", NULL, NULL },
	{ "Connection closed by invalid user %u %a port %p", KIND_CONNECTION,
	  "connection-closed", NULL, "invalid user" },
	{ "Connection closed by %a port %p", KIND_CONNECTION,
	  "connection-closed", NULL, NULL },
	{ "Connection closed by %a", KIND_CONNECTION, "connection-closed", NULL,
	  NULL },
	{ "Connection reset by authenticating user %u %a port %p",
	  KIND_CONNECTION, "connection-reset", NULL, NULL },
	{ "Connection reset by invalid user %u %a port %p", KIND_CONNECTION,
	  "connection-reset", NULL, "invalid user" },
	{ "Connection reset by %a port %p", KIND_CONNECTION, "connection-reset",
	  NULL, NULL },
	{ "Connection reset by %a", KIND_CONNECTION, "connection-reset", NULL,
	  NULL },
	PHRASE_END,
};

static const struct phrase on_d[] = {
	{ "Disconnected from authenticating user %u %a port %p",
	  KIND_CONNECTION, "disconnected", NULL, NULL },
	{ "Disconnected from invalid user %u %a port %p", KIND_CONNECTION,
	  "disconnected", NULL, "invalid user" },
	{ "Disconnected from user %u %a port %p", KIND_LOGOUT, NULL, NULL,
	  NULL },
	{ "Disconnected from %a port %p", KIND_CONNECTION, "disconnected", NULL,
	  NULL },
	{ "Disconnected from %a", KIND_CONNECTION, "disconnected", NULL, NULL },
	{ "Disconnecting authenticating user %u %a port %p: %r",
	  KIND_CONNECTION, "disconnected", NULL, NULL },
	{ "Disconnecting invalid user %u %a port %p: %r", KIND_CONNECTION,
	  "disconnected", NULL, NULL },
	{ "Disconnecting %a port %p: %r", KIND_CONNECTION, "disconnected", NULL,
	  NULL },
	{ "Did not receive identification string from %a port %p",
	  KIND_CONNECTION, "no-identification", NULL, NULL },
	{ "Did not receive identification string from %a", KIND_CONNECTION,
	  "no-identification", NULL, NULL },
	PHRASE_END,
};

static const struct phrase on_f[] = {
	{ "Failed %m for invalid user %u from %a port %z", KIND_LOGIN_FAILED,
	  NULL, "failure", "invalid user" },
	{ "Failed %m for illegal user %u from %a port %z", KIND_LOGIN_FAILED,
	  NULL, "failure", "invalid user" },
	{ "Failed %m for %u from %a port %z", KIND_LOGIN_FAILED, NULL,
	  "failure", NULL },
	PHRASE_END,
};

static const struct phrase on_i[] = {
	{ "Invalid user %u from %a port %p", KIND_AUTH, "invalid-user",
	  "failure", "invalid user" },
	{ "Invalid user %u from %a", KIND_AUTH, "invalid-user", "failure",
	  "invalid user" },
	{ "Illegal user %u from %a", KIND_AUTH, "invalid-user", "failure",
	  "invalid user" },
	PHRASE_END,
};

static const struct phrase on_p[] = {
	{ "Postponed %m for invalid user %u from %a port %z", KIND_AUTH,
	  "authentication-postponed", NULL, "invalid user" },
	{ "Postponed %m for %u from %a port %z", KIND_AUTH,
	  "authentication-postponed", NULL, NULL },
	{ "Partial %m for %u from %a port %z", KIND_AUTH,
	  "authentication-partial", NULL, NULL },
	{ "PAM: %r for illegal user %u from %a", KIND_AUTH,
	  "authentication-failed", "failure", NULL },
	{ "PAM: %r for %u from %a", KIND_AUTH, "authentication-failed",
	  "failure", NULL },
	PHRASE_END,
};

static const struct phrase on_r[] = {
	{ "ROOT LOGIN REFUSED FROM %a port %p", KIND_AUTH, "login-refused",
	  "failure", "root login refused" },
	{ "ROOT LOGIN REFUSED FROM %a", KIND_AUTH, "login-refused", "failure",
	  "root login refused" },
	{ "Received disconnect from %a port %p:%r", KIND_CONNECTION,
	  "disconnect-received", NULL, NULL },
	{ "Received disconnect from %a: %r", KIND_CONNECTION,
	  "disconnect-received", NULL, NULL },
	{ "Received signal %*; terminating.", KIND_SERVICE, "service-stopped",
	  NULL, NULL },
	PHRASE_END,
};

static const struct phrase on_s[] = {
	{ "Starting session: %r on %t for %u from %a port %p id %*",
	  KIND_SESSION_OPEN, NULL, NULL, NULL },
	{ "Starting session: %r for %u from %a port %p id %*",
	  KIND_SESSION_OPEN, NULL, NULL, NULL },
	{ "Server listening on %* port %q.", KIND_SERVICE, "service-listening",
	  NULL, NULL },
	PHRASE_END,
};

static const struct phrase on_t[] = {
	{ "Timeout before authentication for connection from %a to %*",
	  KIND_CONNECTION, "timed-out", NULL, NULL },
	{ "Timeout before authentication for %a port %p", KIND_CONNECTION,
	  "timed-out", NULL, NULL },
	{ "Timeout before authentication for %a", KIND_CONNECTION, "timed-out",
	  NULL, NULL },
	PHRASE_END,
};

static const struct phrase on_u[] = {
	{ "User %u from %a not allowed because %r", KIND_AUTH, "login-refused",
	  "failure", NULL },
	{ "Unable to negotiate with %a port %p: %r", KIND_CONNECTION,
	  "negotiation-failed", NULL, NULL },
	PHRASE_END,
};

static const struct phrase lower_b[] = {
	{ "banner exchange: Connection from %a port %p: %r", KIND_CONNECTION,
	  "bad-protocol", NULL, NULL },
	PHRASE_END,
};

static const struct phrase lower_d[] = {
	{ "drop connection %* from [%a]:%p on [%d]:%q %r", KIND_CONNECTION,
	  "connection-dropped", NULL, NULL },
	PHRASE_END,
};

static const struct phrase lower_i[] = {
	{ "input_userauth_request: invalid user %u", KIND_AUTH, "invalid-user",
	  "failure", "invalid user" },
	{ "input_userauth_request: illegal user %u", KIND_AUTH, "invalid-user",
	  "failure", "invalid user" },
	PHRASE_END,
};

static const struct phrase lower_m[] = {
	{ "maximum authentication attempts exceeded for invalid user %u from "
	  "%a port %z",
	  KIND_AUTH, "too-many-attempts", "failure",
	  "maximum authentication attempts exceeded" },
	{ "maximum authentication attempts exceeded for %u from %a port %z",
	  KIND_AUTH, "too-many-attempts", "failure",
	  "maximum authentication attempts exceeded" },
	PHRASE_END,
};

static const struct phrase lower_r[] = {
	{ "reverse mapping checking getaddrinfo for %* [%a] failed%*",
	  KIND_AUTH, "reverse-mapping-failed", NULL, "reverse mapping failed" },
	{ "reverse mapping checking getaddrinfo for %* failed%*", KIND_AUTH,
	  "reverse-mapping-failed", NULL, "reverse mapping failed" },
	PHRASE_END,
};

static const struct phrase lower_s[] = {
	{ "ssh_dispatch_run_fatal: Connection from %a port %p: %r",
	  KIND_CONNECTION, "connection-failed", NULL, NULL },
	PHRASE_END,
};

/* by the first byte of the message */
static const struct phrase *const sentence[128] = {
	['A'] = on_a,    ['B'] = on_b,    ['C'] = on_c,    ['D'] = on_d,
	['F'] = on_f,    ['I'] = on_i,    ['P'] = on_p,    ['R'] = on_r,
	['S'] = on_s,    ['T'] = on_t,    ['U'] = on_u,    ['b'] = lower_b,
	['d'] = lower_d, ['i'] = lower_i, ['m'] = lower_m, ['r'] = lower_r,
	['s'] = lower_s,
};

static const struct phrase_key pam_key[] = {
	{ { "rhost", 5 }, KEY_SOURCE_IP },
	{ { "user", 4 }, KEY_USER_NAME },
	{ { "tty", 3 }, KEY_PROCESS_TTY },
	{ { NULL, 0 }, 0 },
};

/* "PAM 2 more authentication failures; logname= … rhost=1.2.3.4  user=root":
 * each of them has its own line already. */
static bool pam_summary(struct parse *p, struct str msg)
{
	struct scan s = scan_of(msg);
	uint64_t n;

	if (!scan_lit(&s, STR("PAM ")) || !scan_u64(&s, &n) ||
	    !scan_lit(&s, STR(" more authentication failure")))
		return false;
	p->ev->kind = KIND_AUTH;
	ev_cstr(p->ev, KEY_EVENT_ACTION, "authentication-failures-summed-up");
	ev_cstr(p->ev, KEY_EVENT_OUTCOME, "failure");
	phrase_pairs(p, pam_key, s.s);
	return true;
}

bool decode_sshd(struct parse *p, const struct sysmsg *m)
{
	static const struct str level[] = { { "error: ", 7 },
					    { "fatal: ", 7 } };
	const struct phrase *row;
	struct str msg = m->msg;

	for (unsigned i = 0; i < 2; i++)
		if (str_starts(msg, level[i])) {
			ev_str(p->ev, KEY_LOG_LEVEL,
			       str_head(msg, level[i].n - 2));
			msg = str_skip(msg, level[i].n);
		}
	if (str_ends(msg, STR(" [preauth]")))
		msg = str_head(msg, msg.n - 10);
	if (pam_summary(p, msg))
		return true;
	if (msg.n == 0 || (unsigned char)msg.p[0] > 127 ||
	    !sentence[(unsigned char)msg.p[0]])
		return false;
	row = phrase_match(p, sentence[(unsigned char)msg.p[0]], msg);
	if (!row)
		return false;
	if (row->kind == KIND_SERVICE) {
		ev_cstr(p->ev, KEY_SERVICE_NAME, "sshd");
		ev_str(p->ev, KEY_SERVICE_STATE,
		       str_skip(str_of(row->action), 8));
	}
	return true;
}
