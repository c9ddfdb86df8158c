/*
 * sweep.c - every parser over its own samples, damaged in every way that can
 * be listed: all prefixes of samples up to 16 KiB; of larger ones the ends of
 * lines ±1 and 500 seeded cuts; then seeded bit flips until the time is over.
 *
 *   sweep DIR       DIR/<parser>/<case>/input [args]; writes TAP
 *
 * SWEEP_SECONDS   time for all (300); cuts are made whatever it is
 * SWEEP_SEED      of cuts and flips (1); what fails names sample and step
 */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "drive.h"
#include "util/buf.h"

#define SMALL (16u << 10)
#define CUTS 500
#define MAX_SAMPLES 4096
#define MAX_FLIPS 16
#define HANG_SECONDS 30

void __sanitizer_set_death_callback(void (*)(void));

struct sample {
	char name[300]; /* parser/case */
	const struct parser *parser;
	struct evidence evidence;
	struct str bytes;
};

static struct sample sample[MAX_SAMPLES];
static size_t nsample;
static uint64_t state, runs;
static struct arena names;

/* what is being tried, for whoever has to find it again */
static const char *now_name = "", *now_how = "";
static unsigned long long now_at;

static void last_words(void)
{
	char t[512];
	int n = snprintf(t, sizeof(t), "not ok 0 - sweep/%s: %s %llu\n",
			 now_name, now_how, now_at);

	if (n > 0 && write(1, t, (size_t)n) < 0)
		_exit(2);
}

static void on_signal(int sig)
{
	last_words();
	_exit(sig == SIGALRM ? 3 : 2);
}

static uint64_t below(uint64_t n) /* xorshift64 */
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? state % n : 0;
}

static void try(const struct sample *s, const char *how, uint64_t at,
		struct str bytes)
{
	now_name = s->name;
	now_how = how;
	now_at = at;
	(void)alarm(HANG_SECONDS);
	(void)drive(s->parser, &s->evidence, bytes);
	runs++;
}

static void cut(const struct sample *s)
{
	size_t n = s->bytes.n;

	if (n <= SMALL) {
		for (size_t i = 0; i <= n; i++)
			try(s, "prefix of", i, (struct str){ s->bytes.p, i });
		return;
	}
	for (size_t i = 0, lines = 0; i < n && lines < CUTS; i++) {
		if (s->bytes.p[i] != '\n')
			continue;
		lines++;
		for (size_t d = 0; d < 3; d++)
			try(s, "prefix of", i + d,
			    (struct str){ s->bytes.p, i + d > n ? n : i + d });
	}
	for (unsigned i = 0; i < CUTS; i++) {
		size_t at = (size_t)below(n);

		try(s, "prefix of", at, (struct str){ s->bytes.p, at });
	}
}

/* The same flips for the same seed, whatever was tried before. */
static void flip(const struct sample *s, uint64_t seed, struct buf *b)
{
	uint64_t keep = state;
	unsigned n;

	state = seed * 0x9e3779b97f4a7c15u | 1;
	n = (unsigned)below(MAX_FLIPS) + 1;
	b->n = 0;
	buf_str(b, s->bytes);
	for (unsigned i = 0; i < n && b->n; i++) {
		size_t at = (size_t)below(b->n);
		/* half of them where formats keep lengths and offsets */
		size_t head = b->n < 512 ? b->n : 512;

		if (below(2))
			at = (size_t)below(head);
		b->p[at] = (char)(b->p[at] ^ 1 << below(8));
	}
	try(s, "flips of seed", seed, buf_view(b));
	state = keep;
}

static bool slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	out->n = 0;
	if (!f)
		return false;
	while ((n = fread(buf_room(out, 65536), 1, 65536, f)) > 0)
		out->n += n;
	(void)fclose(f);
	return true;
}

/* The lines of `args' that matter here; see src/parse/golden_test.c. */
static void read_args(struct evidence *e, struct str text)
{
	while (text.n) {
		struct str v = str_trim(str_cut(&text, '\n'));
		struct str key = str_cut(&v, ' ');

		if (str_is(key, "path"))
			e->path = arena_dup(&names, v);
		else if (str_is(key, "member"))
			e->member = arena_dup(&names, v);
		else if (str_is(key, "stream"))
			e->flags |= SRC_STREAM;
	}
}

static void add(const char *dir, const char *parser, const char *name)
{
	struct sample *s = &sample[nsample];
	struct buf b = { 0 };
	char path[1024];

	s->parser = parser_named(str_of(parser));
	(void)snprintf(path, sizeof(path), "%s/%s/%s/input", dir, parser, name);
	if (!s->parser || nsample == MAX_SAMPLES - 1 || !slurp(path, &b))
		goto free_buf;
	nsample++;
	(void)snprintf(s->name, sizeof(s->name), "%s/%s", parser, name);
	s->bytes = arena_dup(&names, buf_view(&b));
	s->evidence.path = s->evidence.member = STR("/input");
	s->evidence.mtime_ns = INT64_MIN;
	(void)snprintf(path, sizeof(path), "%s/%s/%s/args", dir, parser, name);
	if (slurp(path, &b))
		read_args(&s->evidence, buf_view(&b));
free_buf:
	buf_free(&b);
}

static void find(const char *dir)
{
	struct dirent **parser = NULL;
	int n = scandir(dir, &parser, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct dirent **name = NULL;
		char path[512];
		int m;

		(void)snprintf(path, sizeof(path), "%s/%s", dir,
			       parser[i]->d_name);
		m = parser[i]->d_name[0] == '.'
			    ? 0
			    : scandir(path, &name, NULL, alphasort);
		for (int j = 0; j < m; j++) {
			add(dir, parser[i]->d_name, name[j]->d_name);
			free(name[j]);
		}
		free(name);
		free(parser[i]);
	}
	free(parser);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *v = getenv(name);

	return v && *v ? strtoull(v, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	double end = now() + (double)setting("SWEEP_SECONDS", 300);
	uint64_t first = setting("SWEEP_SEED", 1), seed = first;
	struct buf b = { 0 };

	if (argc != 2)
		return 2;
	__sanitizer_set_death_callback(last_words);
	(void)signal(SIGALRM, on_signal);
	(void)signal(SIGABRT, on_signal);
	find(argv[1]);
	state = first | 1;
	for (size_t i = 0; i < nsample; i++) {
		uint64_t before = runs;

		cut(&sample[i]);
		(void)printf("ok %zu - sweep/%s (%llu cuts)\n", i + 1,
			     sample[i].name,
			     (unsigned long long)(runs - before));
	}
	for (; nsample && now() < end; seed++)
		for (size_t i = 0; i < nsample; i++)
			flip(&sample[i], seed, &b);
	(void)printf("ok %zu - sweep/flips (seeds %llu to %llu, %llu runs)\n"
		     "1..%zu\n",
		     nsample + 1, (unsigned long long)first,
		     (unsigned long long)seed, (unsigned long long)runs,
		     nsample + 1);
	buf_free(&b);
	arena_free(&names);
	return nsample ? 0 : 1;
}
