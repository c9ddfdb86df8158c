/*
 * message.h - one sentence per event, from its kind's template and its
 * fields.  Rendered at output, never stored, never matched by rules.
 */
#ifndef EVENT_MESSAGE_H
#define EVENT_MESSAGE_H

#include "event.h"

#include "../util/buf.h"
#include "../util/lang.h"

#define MESSAGE_MAX 4096 /* bytes; longer ones end in an ellipsis */

struct messages;
struct messages *messages_new(enum lang);
/* The view lives until the next call with the same messages. */
struct str message_of(struct messages *, const struct event *);
void messages_free(struct messages *);

/* A value as people write it: numbers, dotted addresses, true/false. */
void field_text(struct buf *, const struct field *);
/* 192.0.2.1, 2001:db8::1 */
void ip_text(struct buf *, const unsigned char ip[16]);

#endif
