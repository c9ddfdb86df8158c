/* finding.c - names of tiers, levels and notes. */
#include "finding.h"
#include "note.h"

#define NAME(table, i)                                                         \
	((i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : "?")

const char *tier_name(unsigned tier)
{
	static const char *const t[] = { "note", "watch", "respond" };

	return NAME(t, tier);
}

const char *rule_kind_name(unsigned kind)
{
	static const char *const t[] = { "sigma", "yara", "correlation",
					 "ioc" };

	return NAME(t, kind);
}

const char *rule_level_name(unsigned level)
{
	static const char *const t[] = { "informational", "low", "medium",
					 "high", "critical" };

	return NAME(t, level);
}

const char *active_name(unsigned active)
{
	static const char *const t[] = { "",        "recent", "persistence",
					 "account", "socket", "process",
					 "kernel" };

	return NAME(t, active);
}

const char *note_kind_name(unsigned kind)
{
	static const char *const t[] = { "damaged", "crashed", "limit",
					 "refused", "timeout", "short" };

	return NAME(t, kind);
}
