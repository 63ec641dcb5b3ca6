/* SPDX-License-Identifier: MIT */
/* E-mail addresses and URIs; see email_uri.h. */
#include "cert/email_uri.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cert/names.h"

enum {
	LOCAL_MAX = 64, /* RFC 5321 section 4.5.3.1.1 */
};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* RFC 5322 section 3.2.3: a dot-atom. */
static bool is_dot_atom(const char *text, size_t len)
{
	static const char fits[] = LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~.";
	bool after_dot = true;

	for (size_t i = 0; i < len; i++) {
		if (!strchr(fits, text[i]) || (text[i] == '.' && after_dot))
			return false;
		after_dot = text[i] == '.';
	}
	return !after_dot;
}

const char *email_wrong(const char *email)
{
	const char *at = strrchr(email, '@');
	size_t local = at ? (size_t)(at - email) : 0;

	if (!at)
		return "is no e-mail address: it has no @";
	if (local > LOCAL_MAX)
		return "has more than 64 characters before the @";
	if (!is_dot_atom(email, local))
		return "is no e-mail address: before the @ stand letters, digits, signs and single "
		       "dots, in ASCII";
	if (at[1] == '*' || dns_name_wrong(at + 1))
		return "has no host name after the @";
	return strlen(email) > NAME_TEXT_MAX ? "is longer than 255 characters" : NULL;
}

const char *uri_wrong(const char *uri)
{
	static const char fits[] = LETTERS DIGITS "-._~:/?#[]@!$&'()*+,;=%";
	size_t scheme = strcspn(uri, ":");

	if (!uri[scheme] || scheme == 0 || !strchr(LETTERS, uri[0]) ||
		strspn(uri, LETTERS DIGITS "+-.") != scheme)
		return "is no URI: it begins with a scheme, as in urn:device:7";
	if (!uri[scheme + 1])
		return "is a URI's scheme alone";
	if (uri[strspn(uri, fits)])
		return "has a character that a URI writes as %HH";
	for (const char *at = strchr(uri, '%'); at; at = strchr(at + 1, '%')) {
		if (strspn(at + 1, "0123456789abcdefABCDEF") < 2)
			return "has a % without two hexadecimal digits";
	}
	return strlen(uri) > NAME_TEXT_MAX ? "is longer than 255 characters" : NULL;
}
