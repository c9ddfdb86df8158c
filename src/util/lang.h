/*
 * lang.h - the two languages of what people read.  Texts stand side by side
 * where they are used: a missing one does not compile.
 */
#ifndef UTIL_LANG_H
#define UTIL_LANG_H

enum lang { LANG_EN, LANG_JA };

/* The text in that language. */
__attribute__((format_arg(2), format_arg(3))) static inline const char *tr(
	enum lang lang, const char *en, const char *ja)
{
	return lang == LANG_JA ? ja : en;
}

#endif
