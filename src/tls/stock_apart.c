/*
 * stock_apart.c - mbedTLS as it comes cannot be told to wait for a signature in TLS 1.3
 * SPDX-License-Identifier: MIT
 */
#include "sign.h"

#ifndef HATCH_WRAPPED

bool hx_sign_possible(void)
{
	return false;
}

void hx_sign_enter(struct hx_tls *tls)
{
	(void)tls;
}

void hx_sign_leave(void)
{
}

void hx_sign_conf(struct hx_tls_server *shared)
{
	(void)shared;
}

#endif
