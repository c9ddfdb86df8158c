/*
 * parse/phrase.h - fixed sentences with places to fill, as programs log them.
 *
 * A pattern is literal text and %x places; the whole message must match.  A
 * place ends where the literal behind it begins: at its first occurrence, for
 * %u at its last (a user name is the attacker's choice: `x from 1.2.3.4').
 * %v is the name of an account that exists: ended by the first occurrence.
 */
#ifndef PARSE_PHRASE_H
#define PARSE_PHRASE_H

#include "parser.h"

/*
 * %u %v user.name       %U user.target.name    %e user.effective.name
 * %i user.id            %n user.target.id      %a source.ip or .address
 * %p source.port        %d destination.ip      %q destination.port
 * %m auth.method        %k " TYPE FINGERPRINT" %t process.tty.name
 * %s konseki.session.id %r event.reason        %g group.name
 * %G group.id           %h account.home        %l account.shell
 * %y service.name       %z "PORT[ ssh2][: TYPE FINGERPRINT]"
 * %* nothing is kept
 */
struct phrase {
	const char *pattern;
	uint16_t kind;
	const char *action;  /* NULL: the kind's own */
	const char *outcome; /* NULL: none */
	const char *reason;  /* NULL: none, or %r */
};
#define PHRASE_END                                                             \
	{                                                                      \
		NULL, 0, NULL, NULL, NULL                                      \
	}

/*
 * Finds the first row that matches msg, sets p->ev's kind and fields; NULL
 * when none does.  Rows end with a NULL pattern.
 */
const struct phrase *phrase_match(struct parse *p, const struct phrase *row,
				  struct str msg);
/* Key for `name=value' words (rhost=, user=, tty= …) of PAM and shadow. */
struct phrase_key {
	struct str name;
	uint16_t key;
};
/*
 * Adds the values of `name=value' pairs that stand between blanks, commas or
 * semicolons; rows end with an
 * empty name.
 */
void phrase_pairs(struct parse *p, const struct phrase_key *row,
		  struct str text);
/* source.ip when it is an address, else source.address. */
void phrase_address(struct parse *p, struct str s);

#endif
