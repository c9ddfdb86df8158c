/*
 * collect/secrets.h - what is said of a secret when its value stays behind
 * (`--secrets facts'): rows of state/secrets.
 *   {path, kind: shadow, user, state: locked|empty|set, algorithm,
 *    last_change_day}
 *   {path, kind: private_key, key_type, encrypted, fingerprint, format}
 */
#ifndef COLLECT_SECRETS_H
#define COLLECT_SECRETS_H

#include "../util/buf.h"
#include "probe.h"

#define SECRET_ENV_MAX                                                         \
	65536u /* longest environment entry that is looked at                  \
		*/

/* Does this variable's name say that its value is a secret? */
bool secret_env_name(struct str name);
/*
 * Appends one environment entry `NAME=value' as it may be shown: unchanged,
 * or, for secret-looking names and not secrets_full,
 * `NAME=<secret length=N sha256=HEX16>' where HEX16 is the first 8 bytes of
 * SHA-256(salt, value).  A value that carries credentials inside a URL
 * (scheme://user:pass@) loses the password the same way.
 */
void secret_env(struct buf *out, struct str name_eq_value,
		const struct collect_env *);
/* The same for every NUL-ended entry of a whole /proc/PID/environ. */
void secret_environ(struct buf *out, struct str environ_bytes,
		    const struct collect_env *);

/*
 * Masks the private keys in p, wherever they stand: the letters of their
 * bodies become `*', everything else stays.  found is told of each, with its
 * text as it was.  Returns the number of bytes masked; *only: beside keys
 * there is nothing.
 */
size_t secret_mask(char *p, size_t n, void (*found)(void *, struct str key),
		   void *arg, bool *only);
/*
 * Masks passwords and tokens in a text, as its path and its words tell of
 * them.  Returns the number of bytes masked; *count: of how many values.
 */
size_t secret_values(char *p, size_t n, struct str path, unsigned *count);
/* Those of them that their shape tells of; adds to *count. */
size_t secret_shapes(char *p, size_t n, unsigned *count);
/* Does an option's name, without its dashes, say so?  --http-password */
bool secret_option_name(struct str name);
/* The same of one line, behind options of programs. */
size_t secret_flags(char *p, size_t n, unsigned *count);
/* One row of facts about a private key file, newline included. */
void secret_key_row(struct buf *out, struct str path, struct str content);
/* Is every line one of shadow or gshadow, and a hash among them? */
bool secret_is_shadow(struct str text);
/* Rows for shadow and gshadow; malformed lines give state `damaged'. */
void secret_shadow_rows(struct buf *out, struct str path, struct str content);

#endif
