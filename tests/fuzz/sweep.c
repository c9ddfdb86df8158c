/*
 * sweep.c - every sample of testdata/<parser>/<case>/ cut everywhere and with
 * flipped bits (ASan + UBSan; `make sweep').
 *
 *   sweep DIR [SUBSTRING]   only the samples whose path has it
 *   SWEEP_SECONDS=300       time for all of it; cuts come first, then flips
 *                           in rounds until the time is over
 *   SWEEP_SEED=0x…          of the random cuts and flips (printed)
 *
 * A sample of up to 16 KiB is cut at every length, a larger one at 500.  Each
 * mutation is read by the parser of the sample and by the best bidder.  A
 * run that crashes or takes RUN_SECONDS fails: its child dies, and the sweep
 * goes on behind it.  Ends with `N passed, N failed'; status 1 when one did.
 */
#include "world.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SAMPLES 4096
#define EVERY_PREFIX (16u << 10)
#define CUTS 500
#define FLIPS 200 /* a round and sample */
#define MAX_ROUNDS 50
#define RUN_SECONDS 20 /* for one mutation; the longest takes 1 s */
#define MAX_CRASHES 5  /* of one sample and phase */
#define PATH_BYTES 512
#define SEED UINT64_C(0x7377656570)

struct sample {
	char dir[PATH_BYTES];
	const struct parser *ps;
	struct buf data, args;
};

/* Shared with the child: where it is. */
struct place {
	uint64_t done; /* mutations that were read */
	uint64_t last; /* the one being read */
	char how[160];
};

struct sweep {
	struct sample *sample;
	size_t nsample;
	struct place *place;
	uint64_t seed, passed, failed;
	double end;
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The k-th number of a series: a child that died is resumed behind it. */
static uint64_t pick(uint64_t seed, uint64_t k)
{
	uint64_t x = seed + (k + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static bool slurp(const char *dir, const char *name, struct buf *b)
{
	char path[PATH_BYTES + 16];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	do {
		n = fread(buf_room(b, 65536), 1, 65536, f);
		b->n += n;
	} while (n > 0);
	(void)fclose(f);
	return true;
}

/* What the parser may ask of the file's name and kind. */
static void apply_args(struct world *w, struct str args)
{
	while (args.p && args.n) {
		struct str line = str_cut(&args, '\n');
		struct str key = str_cut(&line, ' ');

		if (str_is(key, "path"))
			w->src.path = line;
		else if (str_is(key, "member"))
			w->src.member = line;
		else if (str_is(key, "stream"))
			w->src.flags |= SRC_STREAM;
	}
}

/* A copy of the exact size: a byte too far is one that ASan sees. */
static void run(const struct sample *s, struct str data)
{
	char *copy = malloc(data.n ? data.n : 1);
	struct world w;

	if (!copy)
		abort();
	if (data.n)
		memcpy(copy, data.p, data.n);
	world_open(&w);
	apply_args(&w, buf_view(&s->args));
	(void)world_run(&w, s->ps, str_mem(copy, data.n));
	if (parser_pick(&w.src) != s->ps)
		(void)world_run(&w, NULL, str_mem(copy, data.n));
	world_close(&w);
	free(copy);
}

static uint64_t ncut(const struct sample *s)
{
	return s->data.n <= EVERY_PREFIX ? s->data.n + 1 : CUTS;
}

static void cut(const struct sweep *w, const struct sample *s, uint64_t k)
{
	uint64_t n = k;

	if (s->data.n > EVERY_PREFIX)
		n = pick(w->seed, k) % s->data.n;
	(void)snprintf(w->place->how, sizeof(w->place->how), "cut to %llu",
		       (unsigned long long)n);
	run(s, str_head(buf_view(&s->data), n));
}

/* One to eight bits: most damage is small, some is not. */
static void flip(const struct sweep *w, const struct sample *s, uint64_t k)
{
	uint64_t r = pick(w->seed, k), many = 1 + (r % 4 == 0) * (r >> 8) % 8;
	struct buf b = { 0 };
	int n = snprintf(w->place->how, sizeof(w->place->how), "bits");

	buf_str(&b, buf_view(&s->data));
	for (uint64_t i = 0; i < many && b.n; i++) {
		uint64_t at = pick(r, i) % (b.n * 8);

		b.p[at / 8] = (char)(b.p[at / 8] ^ 1 << at % 8);
		n += snprintf(w->place->how + n,
			      sizeof(w->place->how) - (size_t)n, " %llu",
			      (unsigned long long)at);
	}
	run(s, buf_view(&b));
	buf_free(&b);
}

/* In the child: mutations from..to-1 until the time is over. */
static void mutate(const struct sweep *w, const struct sample *s, bool cuts,
		   uint64_t from, uint64_t to)
{
	for (uint64_t k = from; k < to && now() < w->end; k++) {
		w->place->last = k;
		(void)alarm(RUN_SECONDS);
		if (cuts)
			cut(w, s, k);
		else
			flip(w, s, k);
		w->place->done++;
	}
}

static void report(struct sweep *w, const struct sample *s, int status)
{
	w->failed++;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		printf("FAILED %s: %s: longer than %d s\n", s->dir,
		       w->place->how, RUN_SECONDS);
	else
		printf("FAILED %s: %s: status %#x\n", s->dir, w->place->how,
		       (unsigned)status);
}

static void phase(struct sweep *w, const struct sample *s, bool cuts,
		  uint64_t from, uint64_t to)
{
	for (unsigned crash = 0; crash < MAX_CRASHES; crash++) {
		int status;
		pid_t pid;

		w->place->done = 0;
		w->place->last = from;
		(void)fflush(stdout);
		pid = fork();
		if (pid == 0) {
			mutate(w, s, cuts, from, to);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			abort();
		w->passed += w->place->done;
		if (status == 0)
			return;
		report(w, s, status);
		from = w->place->last + 1;
	}
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void add_sample(struct sweep *w, const struct parser *ps,
		       const char *dir, const char *only)
{
	struct sample *s = &w->sample[w->nsample];

	if (w->nsample == MAX_SAMPLES || !strstr(dir, only))
		return;
	(void)snprintf(s->dir, sizeof(s->dir), "%s", dir);
	s->ps = ps;
	if (!slurp(dir, "input", &s->data))
		return;
	(void)slurp(dir, "args", &s->args);
	w->nsample++;
}

static void add_samples(struct sweep *w, const struct parser *ps,
			const char *root, const char *only)
{
	char path[PATH_BYTES], dir[PATH_BYTES];
	struct dirent **d;
	int n;

	(void)snprintf(path, sizeof(path), "%s/%s", root, ps->name);
	n = scandir(path, &d, visible, alphasort);
	for (int i = 0; i < n; i++) {
		(void)snprintf(dir, sizeof(dir), "%s/%s/%s", root, ps->name,
			       d[i]->d_name);
		add_sample(w, ps, dir, only);
		free(d[i]);
	}
	if (n >= 0)
		free(d);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *v = getenv(name);

	return v && *v ? strtoull(v, NULL, 0) : otherwise;
}

/* Returns the rounds of flips that were begun. */
static unsigned sweep(struct sweep *w)
{
	unsigned round = 0;

	for (size_t i = 0; i < w->nsample; i++)
		phase(w, &w->sample[i], true, 0, ncut(&w->sample[i]));
	for (; round < MAX_ROUNDS && now() < w->end; round++)
		for (size_t i = 0; i < w->nsample; i++)
			phase(w, &w->sample[i], false, round * FLIPS,
			      (round + 1) * FLIPS);
	return round;
}

int main(int argc, char **argv)
{
	struct sweep w = { .seed = number("SWEEP_SEED", SEED) };
	double start = now();
	unsigned rounds;

	if (argc < 2) {
		fprintf(stderr, "usage: sweep DIR [SUBSTRING]\n");
		return 2;
	}
	w.end = start + (double)number("SWEEP_SECONDS", 300);
	w.sample = xmalloc(MAX_SAMPLES * sizeof(*w.sample));
	w.place = mmap(NULL, sizeof(*w.place), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w.place == MAP_FAILED)
		abort();
	for (size_t i = 0; parser_table[i]; i++)
		add_samples(&w, parser_table[i], argv[1],
			    argc > 2 ? argv[2] : "");
	printf("seed %#llx, %zu samples\n", (unsigned long long)w.seed,
	       w.nsample);
	rounds = sweep(&w);
	for (size_t i = 0; i < w.nsample; i++) {
		buf_free(&w.sample[i].data);
		buf_free(&w.sample[i].args);
	}
	free(w.sample);
	printf("%.0f s, %u rounds of flips%s\n", now() - start, rounds,
	       rounds ? "" : ": not all cuts were made");
	printf("%llu passed, %llu failed\n", (unsigned long long)w.passed,
	       (unsigned long long)w.failed);
	return w.failed || w.passed == 0;
}
