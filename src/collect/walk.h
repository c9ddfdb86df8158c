/*
 * collect/walk.h - the one walk over every local file system: a row of
 * state/files for each object, and the list of programs to be collected.
 *
 * Where the walk stands lives in shared memory, so that a replacement reader
 * goes on behind the entry that got the last one stuck.
 */
#ifndef COLLECT_WALK_H
#define COLLECT_WALK_H

#include "digester.h"
#include "reader.h"

#define WALK_PATH 32768u /* bytes of a path; deeper is stated, not walked */
#define WALK_ROOTS 5u    /* starting points */
#define WALK_DEPTH 4096u /* open directories of the chain */
#define WALK_DIRBUF 65536u
#define WALK_NAMES (16u << 20) /* names of directories still to be entered */

enum walk_phase {
	WALK_START,   /* between things */
	WALK_OWNED,   /* reading the package database */
	WALK_ROOT,    /* opening a starting point */
	WALK_OPEN,    /* opening the directory names + nnames */
	WALK_LIST,    /* getdents of the top */
	WALK_ENTRY,   /* the entry at `at' */
	WALK_EXAMINE, /* its content */
};

enum walk_odd {
	WALK_ODD_NOT,
	WALK_ODD_PUBLIC, /* anybody may write here */
	WALK_ODD_HOME,   /* hidden directories of a home; tools of developers */
};

enum walk_git {
	WALK_GIT_NONE,
	WALK_GIT_REPOSITORY, /* its `config' can name commands */
	WALK_GIT_HOOKS,      /* git runs what lies here */
};

struct walk_dir {
	int64_t pos; /* getdents position behind the last buffer */
	uint64_t dev;
	uint32_t npath;   /* of its path in state->path */
	uint32_t nnames;  /* names below this belong to ancestors */
	uint8_t ended;    /* listed to the end */
	uint8_t mounts;   /* a mount point lies directly in it */
	uint8_t readable; /* files on it may be opened */
	uint8_t web;      /* a web server may serve it */
	uint8_t odd;      /* WALK_ODD_… where intruders drop things */
	uint8_t git;      /* WALK_GIT_… */
	uint8_t run;      /* on a PATH, or loaded at every login */
};

struct walk_state {                   /* shared */
	uint32_t phase, root, walked; /* walked: bit per root */
	uint32_t depth, npath, nnames, at, nbuf;
	uint32_t skip_examine; /* at + 1 of an entry whose content is stuck */
	int64_t began_ns;      /* 0: still reading package databases */
	struct forecast_work work; /* so far */
	int64_t bytes_ns;          /* what reading and hashing took of it */
	int64_t open_ns; /* what opening a file took when it was last tried */
	uint64_t ncounted, nopen;
	uint64_t ncopy, nlog; /* bytes, of the walk ahead */
	int64_t ahead_ns;
	struct forecast_marks marks;
	char path[WALK_PATH];
	struct walk_dir dir[WALK_DEPTH];
	_Alignas(8) char dirbuf[WALK_DIRBUF];
	char names[WALK_NAMES]; /* NUL-ended, a stack */
};

struct walk { /* of one reader */
	struct probe_run *run;
	struct walk_state *st;
	int fd[WALK_DEPTH];
	int at;        /* AT_FDCWD while the top is the working directory */
	bool no_xattr; /* on this directory's file system */
	struct buf row, prefix, link, xattr, full;
	bool prefix_ok; /* UTF-8 */
	struct packages packages;
	struct arena arena;
	struct examiner *ex;
	bool ahead; /* only counts, for the forecast */
};

extern const struct job job_walk;
extern const struct job job_forecast; /* the same, ahead */

/* walk_stack.c */
struct walk_dir *walk_top(struct walk *);
struct str walk_full(struct walk *, const char *name); /* top + name */
/* A status line about a path of the walk; incomplete ones count as core. */
void walk_say(struct walk *, struct str path, enum probe_state, int errnum);
/* Puts an open directory on top; its path is in state->path already. */
void walk_push(struct walk *, int fd, const struct meta *);
void walk_pop(struct walk *);
/* Takes the last name off the stack; it stays readable behind nnames. */
const char *walk_take(struct walk_state *);
void walk_name(struct walk *, const char *name);

/* walk_resume.c */
void walk_reopen(struct walk *);
void walk_name_lost(struct walk *);
void walk_pass_over(struct walk *);
struct str walk_where(const struct lane *, struct buf *scratch);
bool walk_resume(const struct lane *from, struct lane *to);

/* walk_row.c: one object as a row, sent. */
struct walk_facts {
	const char *kind, *mime; /* NULL: not looked at, or none */
	struct digest_text digest;
	const char *skip;     /* why it was not entered or examined; NULL */
	const char *unhashed; /* why there is no digest; NULL */
};
void walk_row(struct walk *, const char *name, const struct meta *,
	      const struct walk_facts *);
/* Only a name is known: what lies there must not be, or was not, touched. */
void walk_row_bare(struct walk *, const char *name, char type,
		   const char *skip);
/* The row of the directory on top itself (roots). */
void walk_prefix(struct walk *); /* after the top directory has changed */

void walk_look_free(struct walk *);
/* walk_look.c: content of a regular file by --hash, candidates. */
void walk_look(struct walk *, const char *name, const struct meta *,
	       struct walk_facts *);
#endif
