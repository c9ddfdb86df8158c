/*
 * accounts.h - what is said of an account wherever one is met.
 */
#ifndef PARSE_ACCOUNTS_H
#define PARSE_ACCOUNTS_H

#include "parser.h"

/* user.name, and uid, home, shell and service when passwd knows it. */
void account_fields(struct parse *, struct str name);
/* 1..999 (and nobody's): made by packages, nobody's login by themselves */
bool account_is_service(uint32_t uid);

#endif
