/*
 * banned.h - calls that have no place here; forced into every file, with
 * _GNU_SOURCE (memmem, O_TMPFILE, statx are used everywhere).
 */
#ifndef UTIL_BANNED_H
#define UTIL_BANNED_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets
#pragma GCC poison gmtime localtime mktime ctime asctime alloca

#endif
