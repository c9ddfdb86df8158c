/*
 * parse/syslog.h - what the programs of a Unix system say in their messages,
 * whatever carried them: text logs and the journal share these decoders.
 */
#ifndef PARSE_SYSLOG_H
#define PARSE_SYSLOG_H

#include "parser.h"

/* One message without its framing; views into the record. */
struct sysmsg {
	struct str host;
	struct str app; /* identifier: sshd, CRON, systemd-logind */
	struct str pid; /* digits, or empty */
	struct str msg; /* after `app[pid]: ', without leading blanks */
	bool pam;       /* old style: `app(pam_unix)[pid]: ' */
	unsigned depth; /* of `message repeated … times: [ … ]' */
};

/*
 * Sets p->ev->kind and adds the fields that the message states to p->ev
 * (which is begun).  Returns the dataset of the program (sshd, sudo, su, cron,
 * useradd, logind), or NULL when it has none of its own.  Adds neither
 * log.syslog.*, process.* of the logger nor konseki.message.
 */
const char *syslog_decode(struct parse *p, const struct sysmsg *m);

/*
 * The decoders, one per program family: true when the message was
 * understood.  Strings they make go to p->scratch.
 */
bool decode_cron(struct parse *p, const struct sysmsg *m);
bool decode_login(struct parse *p, const struct sysmsg *m);
bool decode_logind(struct parse *p, const struct sysmsg *m);
bool decode_pam(struct parse *p, const struct sysmsg *m);
bool decode_sshd(struct parse *p, const struct sysmsg *m);
bool decode_su(struct parse *p, const struct sysmsg *m);
bool decode_sudo(struct parse *p, const struct sysmsg *m);
bool decode_systemd(struct parse *p, const struct sysmsg *m);
bool decode_useradd(struct parse *p, const struct sysmsg *m);

#endif
