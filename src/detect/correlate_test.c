/* correlate_test.c - windows at their edges, order, groups, chains. */
#include "rule_test.h"

#define S INT64_C(1000000000)

static const char rules[] =
	"title: fail\nname: fail\nlogsource: {product: linux, category: "
	"login}\n"
	"detection: {s: {event.action: login-failed}, condition: s}\n"
	"---\n"
	"title: ok\nname: ok\nlogsource: {product: linux, category: login}\n"
	"detection: {s: {event.action: logged-in}, condition: s}\n"
	"---\n"
	"title: three\nname: three\ncorrelation:\n  type: event_count\n"
	"  rules: [fail]\n  group-by: [source.ip]\n  timespan: 60s\n"
	"  condition: {gte: 3}\n  generate: true\n"
	"---\n"
	"title: users\nname: users\ncorrelation:\n  type: value_count\n"
	"  rules: [fail]\n  group-by: [source.ip]\n  timespan: 60s\n"
	"  condition: {gte: 3, field: user.name}\n"
	"---\n"
	"title: both\nname: both\ncorrelation:\n  type: temporal\n"
	"  rules: [fail, ok]\n  group-by: [source.ip]\n  timespan: 60s\n"
	"---\n"
	"title: broken in\nname: broken\ncorrelation:\n"
	"  type: temporal_ordered\n  rules: [three, ok]\n"
	"  group-by: [source.ip]\n  timespan: 60s\n"
	"---\n"
	"title: exactly\nname: exactly\ncorrelation:\n  type: event_count\n"
	"  rules: [ok]\n  timespan: 60s\n  condition: {eq: 2}\n"
	"---\n"
	"title: lost\ncorrelation:\n  type: event_count\n  rules: [nobody]\n"
	"  timespan: 60s\n  condition: {gte: 1}\n";

enum { FAIL, OK, THREE, USERS, BOTH, BROKEN, EXACTLY, LOST };

struct bed {
	struct ruleset *rs;
	struct matcher *m;
	struct correlator *c;
	unsigned fired[8];
	size_t evidence; /* of the last that fired */
};

static struct bed bed;

static int open_bed(void **state)
{
	struct rule_file f = { .path = STR("t.yml") };

	(void)state;
	f.text = str_of(rules);
	bed = (struct bed){ .rs = ruleset_compile(&f, 1) };
	bed.m = matcher_new(bed.rs);
	bed.c = correlator_new(bed.rs);
	return 0;
}

static int close_bed(void **state)
{
	(void)state;
	correlator_free(bed.c);
	matcher_free(bed.m);
	ruleset_free(bed.rs);
	return 0;
}

static void fire(void *ctx, const struct corr_hit *h)
{
	(void)ctx;
	bed.fired[h->rule]++;
	bed.evidence = h->nevent;
}

static void feed(struct event *e, uint32_t host)
{
	size_t n;
	uint32_t hit[8];

	matcher_event(bed.m, e);
	n = 0;
	for (size_t i = 0; i < e->nfield; i++)
		if (e->field[i].key == KEY_K_HITS)
			hit[n++] = (uint32_t)e->field[i].v.u64;
	match_begin(bed.m, e);
	for (size_t i = 0; i < n; i++)
		correlator_hit(bed.c, bed.m, hit[i], host, fire, NULL);
}

static void login(bool ok, int64_t ts, const char *ip, const char *user)
{
	struct event *e =
		event_of(ok ? KIND_LOGIN : KIND_LOGIN_FAILED, "sshd", ts);

	if (ip)
		assert_true(ev_ip_str(e, KEY_SOURCE_IP, str_of(ip)));
	ev_cstr(e, KEY_USER_NAME, user);
	feed(e, 0);
}

static void both_edges_are_inside(void **state)
{
	(void)state;
	login(false, 0, "192.0.2.1", "a");
	login(false, 30 * S, "192.0.2.1", "a");
	login(false, 60 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[THREE], 1);
	assert_int_equal(bed.evidence, 3);
}

static void what_breaks_the_span_is_outside(void **state)
{
	(void)state;
	login(false, 0, "192.0.2.1", "a");
	login(false, 30 * S, "192.0.2.1", "a");
	login(false, 60 * S + 1, "192.0.2.1", "a");
	assert_int_equal(bed.fired[THREE], 0);
	/* the window slides: the next one makes three */
	login(false, 90 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[THREE], 1);
}

static void groups_stay_apart(void **state)
{
	(void)state;
	login(false, 0, "192.0.2.1", "a");
	login(false, 1 * S, "192.0.2.2", "a");
	login(false, 2 * S, "192.0.2.1", "a");
	login(false, 3 * S, "192.0.2.2", "a");
	/* without the field it joins no group */
	login(false, 4 * S, NULL, "a");
	assert_int_equal(bed.fired[THREE], 0);
	login(false, 5 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[THREE], 1);
}

static void hosts_stay_apart(void **state)
{
	(void)state;
	for (uint32_t host = 0; host < 3; host++) {
		struct event *e = event_of(KIND_LOGIN_FAILED, "sshd", host * S);

		assert_true(ev_ip_str(e, KEY_SOURCE_IP, STR("192.0.2.1")));
		feed(e, host);
	}
	assert_int_equal(bed.fired[THREE], 0);
}

static void values_are_counted_once(void **state)
{
	(void)state;
	login(false, 0, "192.0.2.1", "a");
	login(false, 1 * S, "192.0.2.1", "b");
	login(false, 2 * S, "192.0.2.1", "a");
	login(false, 3 * S, "192.0.2.1", "b");
	assert_int_equal(bed.fired[USERS], 0);
	/* `a' was seen again at 2 s: it is still in the window at 62 s */
	login(false, 62 * S, "192.0.2.1", "c");
	assert_int_equal(bed.fired[USERS], 1);
}

static void a_value_leaves_with_its_window(void **state)
{
	(void)state;
	login(false, 0, "192.0.2.1", "a");
	login(false, 1 * S, "192.0.2.1", "b");
	login(false, 60 * S + 1, "192.0.2.1", "c");
	assert_int_equal(bed.fired[USERS], 0);
}

static void temporal_takes_any_order(void **state)
{
	(void)state;
	login(true, 0, "192.0.2.1", "a");
	login(false, 60 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[BOTH], 1);
	login(false, 60 * S + 1, "192.0.2.1", "a");
	assert_int_equal(bed.fired[BOTH], 1);
}

static void a_correlation_of_a_correlation(void **state)
{
	(void)state;
	login(false, 0, "192.0.2.1", "a");
	login(false, 1 * S, "192.0.2.1", "a");
	login(true, 2 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[BROKEN], 0);
	login(false, 3 * S, "192.0.2.1", "a");
	login(true, 4 * S, "192.0.2.2", "a");
	assert_int_equal(bed.fired[BROKEN], 0);
	login(true, 63 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[BROKEN], 1);
	/* the three failures are too long ago now */
	login(true, 63 * S + 1, "192.0.2.1", "a");
	assert_int_equal(bed.fired[BROKEN], 1);
}

static void order_matters(void **state)
{
	(void)state;
	login(true, 0, "192.0.2.1", "a");
	for (int i = 1; i < 4; i++)
		login(false, i * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[THREE], 1);
	assert_int_equal(bed.fired[BROKEN], 0);
}

static void exactly_two(void **state)
{
	(void)state;
	login(true, 0, "192.0.2.1", "a");
	assert_int_equal(bed.fired[EXACTLY], 0);
	login(true, 1 * S, "192.0.2.9", "b");
	assert_int_equal(bed.fired[EXACTLY], 1);
	login(true, 2 * S, "192.0.2.1", "a");
	assert_int_equal(bed.fired[EXACTLY], 1);
}

static void undated_events_join_only_when_they_fit(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct event *e = event_of(KIND_LOGIN_FAILED, "sshd", i * S);

		e->when.from = FROM_BOUNDED;
		e->when.flags = WHEN_NOT_AFTER;
		assert_true(ev_ip_str(e, KEY_SOURCE_IP, STR("192.0.2.1")));
		feed(e, 0);
	}
	assert_int_equal(bed.fired[THREE], 0);
	for (int i = 0; i < 3; i++) {
		struct event *e = event_of(KIND_LOGIN_FAILED, "sshd", i * S);

		e->when.from = FROM_BOUNDED;
		e->when.flags = WHEN_NOT_AFTER | WHEN_NOT_BEFORE;
		e->when.not_after = i * S;
		e->when.not_before = i * S - 60 * S;
		assert_true(ev_ip_str(e, KEY_SOURCE_IP, STR("192.0.2.1")));
		feed(e, 0);
	}
	assert_int_equal(bed.fired[THREE], 1);
}

static void states(void **state)
{
	(void)state;
	assert_int_equal(ruleset_info(bed.rs, BROKEN)->state, RULE_ACTIVE);
	assert_int_equal(ruleset_info(bed.rs, LOST)->state, RULE_INVALID);
	assert_true(str_has(ruleset_info(bed.rs, LOST)->why, STR("nobody")));
	/* what others count makes no finding of its own */
	assert_true(bed.rs->rule[FAIL].base);
	assert_true(bed.rs->rule[THREE].base);
	assert_false(bed.rs->rule[BROKEN].base);
}

static void groups_have_an_end(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < CORR_MAX_GROUPS + 10; i++) {
		char ip[32];

		(void)snprintf(ip, sizeof(ip), "10.%u.%u.%u", i >> 16,
			       i >> 8 & 255, i & 255);
		/* at one moment: none of them is over */
		login(false, S, ip, "a");
	}
	assert_true(correlator_dropped(bed.c) > 0);
	login(false, S, "10.200.0.1", "a");
	login(false, S, "10.200.0.1", "a");
	login(false, S, "10.200.0.1", "a");
	assert_int_equal(bed.fired[THREE], 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bed, close_bed)

int main(void)
{
	const struct CMUnitTest test[] = {
		TEST(both_edges_are_inside),
		TEST(what_breaks_the_span_is_outside),
		TEST(groups_stay_apart),
		TEST(hosts_stay_apart),
		TEST(values_are_counted_once),
		TEST(a_value_leaves_with_its_window),
		TEST(temporal_takes_any_order),
		TEST(a_correlation_of_a_correlation),
		TEST(order_matters),
		TEST(exactly_two),
		TEST(undated_events_join_only_when_they_fit),
		TEST(states),
		TEST(groups_have_an_end),
	};

	return cmocka_run_group_tests(test, NULL, NULL);
}
