/*
 * mbedtls_choice.c - the server's own say in the suite and the group of TLS 1.3
 * SPDX-License-Identifier: MIT
 *
 * mbedTLS 3.6 takes what the client names first.  So once the ClientHello is there and has what we
 * would rather take, the lists that the library may take from are narrowed to it: the suites for
 * the steps of this handshake (after a HelloRetryRequest there is a second ClientHello), the groups
 * only while this one is parsed, since peers' certificates are checked against the same list.  One
 * task owns a server, and between two steps the lists are whole.
 *
 * A ticket is for the suite of its session, and the library aborts where that is not in the list.
 * By then it has chosen what holds without a ticket, so that the list is made whole again.  TLS 1.2
 * needs nothing of this: there the library goes by our order.
 */
#include "mbedtls_names.h"
#include "mbedtls_shared.h"

static void narrow_suites(struct hx_tls *tls)
{
	if (tls->wants_chacha)
		mbedtls_ssl_conf_ciphersuites(
			&tls->shared->conf, tls->shared->suites + tls->shared->aes_of_tls13);
}

void hx_choice_begin(struct hx_tls *tls)
{
	narrow_suites(tls);
}

void hx_choice_got(struct hx_tls *tls, const unsigned char *buf, size_t len)
{
	if (!hx_greeting_got(&tls->greeting, buf, len))
		return;
	tls->wants_chacha = tls->greeting.chacha && !tls->shared->fast_aes;
	narrow_suites(tls);
	if (tls->greeting.x25519)
		tls->shared->groups[1] = 0;
}

void hx_choice_widen(struct hx_tls_server *shared)
{
	mbedtls_ssl_conf_ciphersuites(&shared->conf, shared->suites);
}

void hx_choice_end(struct hx_tls *tls)
{
	hx_choice_widen(tls->shared);
	tls->shared->groups[1] = hx_groups()[1];
}
