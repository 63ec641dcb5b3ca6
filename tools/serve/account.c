/* SPDX-License-Identifier: MIT */
/* See account.h. */
#include "serve/account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/files.h"
#include "common/say.h"
#include "serve/login.h"

enum { ACCOUNT_FILE_MAX = 1024 };

const char *account_set(const char *path)
{
	unsigned char *bytes;
	size_t len;
	if (path == NULL) {
		const char *made = login_invent();
		if (made == NULL)
			die("there are no random numbers for a password");
		return made;
	}
	if (file_read(path, ACCOUNT_FILE_MAX, &bytes, &len) != 0)
		die("%s: %s", path, strerror(errno));
	if (file_is_open_to_others(path))
		die("others may read or change %s: chmod 600 %s", path, path);
	char *name = (char *)bytes;
	name[strcspn(name, "\r\n")] = '\0';
	char *colon = strchr(name, ':');
	if (colon != NULL)
		*colon = '\0';
	if (colon == NULL || login_set(name, colon + 1) < 0)
		die("%s: it is to have one line, NAME:PASSWORD, of at most %d and %d bytes", path,
			LOGIN_NAME, LOGIN_PASSWORD);
	file_forget(bytes, len);
	return NULL;
}
