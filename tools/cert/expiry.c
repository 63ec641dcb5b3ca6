/* SPDX-License-Identifier: MIT */
/* How long a certificate is still good for; see expiry.h. */
#include "cert/expiry.h"

#include <time.h>

#include "cert/make.h"

bool expires_within(const mbedtls_x509_crt *cert, long days)
{
	return mbed_time(&cert->valid_to) < time(NULL) + (time_t)days * DAY_S;
}
