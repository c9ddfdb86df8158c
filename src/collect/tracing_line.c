/*
 * tracing_line.c - lines of tracefs (Documentation/trace/ftrace.rst):
 *   __x64_sys_kill (1) R I     tramp: 0xffffffffc0a02000 (…) ->thunk+0x0 [mod]
 *   p:kprobes/p_vfs_read_0 vfs_read arg=%di
 */
#include "tracing.h"
#include "../util/scan.h"

static struct str word(struct scan *s)
{
	(void)scan_blank(s);
	return scan_word(s);
}

/* "[nf_tables]" -> nf_tables */
static struct str bracketed(struct str w)
{
	if (w.n < 3 || w.p[0] != '[' || w.p[w.n - 1] != ']')
		return STR_NONE;
	return str_mem(w.p + 1, w.n - 2);
}

bool trace_function(struct str line, struct trace_hook *h)
{
	struct scan c = scan_of(line);
	size_t nflag = 0, arrow;
	struct str w;

	*h = (struct trace_hook){ .target = scan_word(&c) };
	w = word(&c);
	h->module = bracketed(w);
	if (h->module.n)
		w = word(&c);
	if (h->target.n == 0 || !str_starts(w, STR("(")))
		return false;
	while ((w = word(&c)).n == 1)
		if (nflag + 1 < sizeof h->flag)
			h->flag[nflag++] = w.p[0];
	arrow = str_find(line, STR("->"));
	if (arrow != (size_t)-1)
		h->callback = str_trim(str_skip(line, arrow + 2));
	return true;
}

bool trace_event(struct str line, struct trace_hook *h)
{
	struct scan c = scan_of(line);
	struct str what = scan_word(&c), module;
	size_t colon;

	*h = (struct trace_hook){ .target = word(&c) };
	if (what.n == 0 || h->target.n == 0)
		return false;
	h->flag[0] = what.p[0]; /* p, r, e, f … */
	colon = str_chr(h->target, ':');
	module = str_head(h->target, colon);
	/* module:function, but a path keeps its offset */
	if (colon != (size_t)-1 && module.n && module.p[0] != '/') {
		h->module = module;
		h->target = str_skip(h->target, colon + 1);
	}
	return true;
}

bool trace_kprobe(struct str line, struct trace_hook *h)
{
	struct scan c = scan_of(line);
	struct str w;

	*h = (struct trace_hook){ .flag = "" };
	(void)scan_word(&c);
	w = word(&c);
	if (w.n == 1)
		h->flag[0] = w.p[0];
	h->target = word(&c);
	h->module = bracketed(word(&c));
	return w.n == 1 && h->target.n;
}
