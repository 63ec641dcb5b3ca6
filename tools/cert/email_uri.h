/* SPDX-License-Identifier: MIT */
/* E-mail addresses and URIs, as the subjectAltName of a client's certificate holds them. */
#ifndef TOOLS_CERT_EMAIL_URI_H
#define TOOLS_CERT_EMAIL_URI_H

/*
 * NULL if it fits, else what is wrong with it, as the end of a sentence.
 *
 * email: user@host.name, RFC 5321 without quotation marks, in ASCII.
 * uri: absolute, RFC 3986; what follows the scheme is not looked into but for its characters.
 */
const char *email_wrong(const char *email);
const char *uri_wrong(const char *uri);

#endif
