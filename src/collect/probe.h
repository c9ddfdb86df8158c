/*
 * collect/probe.h - a live source.  A probe runs inside a reader process,
 * which may get stuck in the kernel for ever: it says what it is about to
 * touch, and everything it reads goes to the collector in pieces.  When the
 * collector sees no progress for the deadline it leaves that reader behind,
 * states `timeout' for the item, and runs the probe again in a new reader
 * with resume_after = the item it was stuck on.
 *
 * Probes copy and measure; they decide nothing.
 */
#ifndef COLLECT_PROBE_H
#define COLLECT_PROBE_H

#include "../archive/writer.h"
#include "../util/json_out.h"

enum probe_state {
	PROBE_COLLECTED,
	PROBE_ABSENT,
	PROBE_DENIED,
	PROBE_TIMEOUT,
	PROBE_TRUNCATED,
	PROBE_SKIPPED,
	PROBE_VANISHED,
	PROBE_FAILED,
	PROBE_STATES
};

struct collect_options;

struct collect_env {   /* read-only for probes; set before the first fork */
	int root;      /* fd of the private clone of / (or of --root DIR) */
	int proc;      /* fd of /proc; -1 with --root */
	bool own_proc; /* it is our own, with nothing mounted over it */
	int shown;     /* fd of /proc as it is mounted; 0 or less: none */
	bool live;     /* false with --root */
	uint64_t max_file;
	uint32_t self_pid;
	/* the output, never collected; out_dev is major << 32 | minor */
	uint64_t out_dev, out_ino;
	uint64_t boot_ns; /* realtime of boot, for start times */
	uint64_t clk_tck;
	bool secrets_full;
	unsigned char salt[16]; /* of this run, for hashed secrets */
	const struct collect_options *options; /* as given, collect.h */
	int64_t start_ns; /* realtime at the start of the run */
};

struct probe_run;

/*
 * Items come in ascending `key' (a pid, a counter): names what is touched
 * next and restarts the deadline.  False when an earlier reader has been here
 * already: pass it over.
 */
bool probe_item(struct probe_run *, uint64_t key, struct str what);
const struct collect_env *probe_env(const struct probe_run *);
/* One line (JSON object and newline) of live/NAME.jsonl or state/NAME. */
void probe_row(struct probe_run *, const char *stream, struct str line);
/*
 * A member of its own.  fd is read from offset 0 to m->size (its extents when
 * it has holes); what it lacks is padded by the writer.  fd -1: `data'.
 */
void probe_member(struct probe_run *, const struct member *m, int fd,
		  struct str data);
/*
 * One line of status: what (a path or item; empty: the probe as a whole).
 * count and bytes are what was collected.
 */
void probe_status(struct probe_run *, struct str what, enum probe_state,
		  int errnum, uint64_t count, uint64_t bytes);

struct probe {
	const char *name; /* for `konseki probes', status, --help */
	const char *title, *title_ja;
	const char *stream; /* live/NAME, or NULL */
	const char *reads;  /* what it reads, for the manual */
	bool live_only;     /* not with --root */
	bool late;          /* after the logs were copied: it fills them */
	const char *core;   /* group of core sources it belongs to, or NULL */
	void (*run)(struct probe_run *);
};

#define PROBE(name) extern const struct probe probe_##name;
#include "probes.def"
#undef PROBE

/* In the order of volatility, NULL-ended. */
extern const struct probe *const probe_table[];

#endif
