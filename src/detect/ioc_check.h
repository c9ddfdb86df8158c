/*
 * ioc_check.h - is a value an indicator at all?  The functions give the
 * reason why not, or NULL.
 */
#ifndef DETECT_IOC_CHECK_H
#define DETECT_IOC_CHECK_H

#include "ioc.h"

/* `hxxp://evil[.]example' as it would be used; in the arena. */
struct str ioc_refang(struct arena *, struct str);
/* What a feed calls it; IOC_TYPES when that is no type we know. */
enum ioc_type ioc_by_word(struct str word);
enum ioc_type ioc_by_form(struct str value);
bool ioc_is_hex(struct str); /* of the length of a digest */
bool ioc_v4(const unsigned char ip[16]);
const char *ioc_bad_hash(struct str hex);
const char *ioc_bad_ip(const unsigned char ip[16], unsigned bits);
const char *ioc_bad_domain(struct str);
const char *ioc_bad_path(struct str);

#endif
