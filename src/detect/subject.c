/* subject.c - a subject from an event: as the rule asks, else what there is. */
#include "subject.h"

#include "../event/message.h"
#include "../util/hash.h"

static bool put(struct buf *b, const char *word, const struct event *e,
		unsigned key)
{
	const struct field *f = ev_get(e, key);

	if (!f)
		return false;
	buf_puts(b, word);
	field_text(b, f);
	return true;
}

static bool process(struct buf *b, const struct event *e)
{
	if (!put(b, "process ", e, KEY_PROCESS_PID))
		return false;
	if (!put(b, " ", e, KEY_PROCESS_NAME))
		(void)put(b, " ", e, KEY_PROCESS_EXECUTABLE);
	return true;
}

/* All processes of one executable. */
static bool program(struct buf *b, const struct event *e)
{
	return put(b, "program ", e, KEY_PROCESS_EXECUTABLE);
}

static bool file(struct buf *b, const struct event *e)
{
	return put(b, "file ", e, KEY_FILE_PATH) ||
	       put(b, "file ", e, KEY_K_AUTORUN_PATH);
}

static bool user(struct buf *b, const struct event *e)
{
	return put(b, "user ", e, KEY_USER_TARGET_NAME) ||
	       put(b, "user ", e, KEY_USER_NAME) ||
	       put(b, "user ", e, KEY_USER_ID);
}

static bool address(struct buf *b, const struct event *e)
{
	return put(b, "address ", e, KEY_SOURCE_IP) ||
	       put(b, "address ", e, KEY_SOURCE_ADDRESS) ||
	       put(b, "address ", e, KEY_DESTINATION_IP);
}

static bool autorun(struct buf *b, const struct event *e)
{
	if (!put(b, "autorun ", e, KEY_K_AUTORUN_PATH))
		return false;
	(void)put(b, " ", e, KEY_K_AUTORUN_NAME);
	return true;
}

/* What the kernel holds. */
static bool object(struct buf *b, const struct event *e)
{
	if (e->kind == KIND_MODULE)
		return put(b, "module ", e, KEY_FILE_NAME);
	if (put(b, "hook ", e, KEY_K_TRACE_TARGET) ||
	    put(b, "interface ", e, KEY_K_INTERFACE_NAME) ||
	    put(b, "setting ", e, KEY_K_KERNEL_NAME))
		return true;
	if (!put(b, "eBPF ", e, KEY_K_BPF_OBJECT))
		return false;
	(void)put(b, " ", e, KEY_K_BPF_NAME);
	return put(b, " ", e, KEY_K_BPF_ID);
}

static bool container(struct buf *b, const struct event *e)
{
	return put(b, "container ", e, KEY_CONTAINER_NAME) ||
	       put(b, "container ", e, KEY_CONTAINER_ID);
}

static bool plain(unsigned subject, struct buf *b, const struct event *e)
{
	switch (subject) {
	case SUBJECT_PROCESS:
		return process(b, e);
	case SUBJECT_PROGRAM:
		return program(b, e);
	case SUBJECT_FILE:
		return file(b, e);
	case SUBJECT_USER:
		return user(b, e);
	case SUBJECT_ADDRESS:
		return address(b, e);
	case SUBJECT_AUTORUN:
		return autorun(b, e);
	case SUBJECT_OBJECT:
		return object(b, e);
	case SUBJECT_CONTAINER:
		return container(b, e);
	case SUBJECT_HOST:
		buf_puts(b, "host");
		return true;
	default:
		return false;
	}
}

/* A path, a user below another root is not that of the host. */
static bool wanted(unsigned subject, struct buf *b, const struct event *e)
{
	if (!plain(subject, b, e))
		return false;
	if (ev_get(e, KEY_K_ROOT) && subject != SUBJECT_PROCESS &&
	    subject != SUBJECT_CONTAINER && subject != SUBJECT_HOST &&
	    !put(b, " in container ", e, KEY_CONTAINER_ID))
		(void)put(b, " in mount namespace ", e, KEY_K_ROOT);
	return true;
}

/* What an event of that kind is about by nature. */
static unsigned natural(const struct event *e)
{
	switch (e->kind) {
	case KIND_PROCESS:
	case KIND_PROCESS_START:
	case KIND_SOCKET:
		return SUBJECT_PROCESS;
	case KIND_FILE:
	case KIND_FILE_STATE:
	case KIND_YARA:
		return SUBJECT_FILE;
	case KIND_AUTORUN:
		return SUBJECT_AUTORUN;
	case KIND_BPF:
	case KIND_MODULE:
	case KIND_TRACE:
		return SUBJECT_OBJECT;
	case KIND_LOGIN_FAILED:
	case KIND_CONNECTION:
		return SUBJECT_ADDRESS;
	default:
		return SUBJECT_USER;
	}
}

/* A name can be 32 KiB: it is shown cut, and told apart by its digest. */
static void bounded(struct buf *text, struct buf *key)
{
	unsigned char digest[SHA256_LEN];
	size_t n = SUBJECT_MAX;

	if (text->n <= n) {
		buf_str(key, buf_view(text));
		return;
	}
	sha256_of(text->p, text->n, digest);
	while (n > 0 && ((unsigned char)text->p[n] & 0xc0) == 0x80)
		n--; /* not inside a character */
	text->n = n;
	buf_puts(text, "\xe2\x80\xa6");
	buf_str(key, buf_view(text));
	buf_add(key, digest, sizeof(digest));
}

struct str subject_of(const struct rule *r, const struct event *e,
		      struct buf *text, struct buf *key)
{
	const struct field *id = ev_get(e, KEY_PROCESS_ENTITY_ID);

	buf_clear(text);
	buf_clear(key);
	if (!wanted(r->subject, text, e) && !wanted(natural(e), text, e) &&
	    !process(text, e) && !file(text, e) && !autorun(text, e) &&
	    !user(text, e) && !address(text, e))
		buf_puts(text, "host");
	bounded(text, key);
	if (id && str_starts(buf_view(text), STR("process "))) {
		buf_c(key, '\0');
		field_text(key, id);
	}
	return buf_view(text);
}
