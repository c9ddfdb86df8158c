/*
 * host/apk.h - what apk knows of packages and files
 * (/lib/apk/db/installed): a letter, a colon and a value a line, packages
 * apart by an empty line.
 *
 *   P name  V version  A architecture  t build time  m maintainer
 *   F directory  M its owner and mode  R file in it  a its owner and mode
 *   (uid:gid:mode)  Z its digest (Q1 SHA-1, Q2 SHA-256, base64)
 */
#ifndef HOST_APK_H
#define HOST_APK_H

#include "packages.h"

void apk_installed(struct packages *, struct str text);

#endif
