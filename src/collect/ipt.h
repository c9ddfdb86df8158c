/*
 * collect/ipt.h - the tables of iptables-legacy.
 */
#ifndef COLLECT_IPT_H
#define COLLECT_IPT_H

#include "net.h"

/* Rows of every table that this network namespace has, IPv4 and IPv6: 0, or
 * -1 with errno. */
int ipt_rows(struct net_probe *);
/*
 * One entry of a table: its text, and where the next one is (0: damaged).
 * Pure.
 */
size_t ipt_entry_text(struct str entries, bool v6, struct buf *out,
		      struct str *chain);

#endif
