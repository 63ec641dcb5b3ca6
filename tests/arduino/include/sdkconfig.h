/*
 * sdkconfig.h - a stand-in: how the core's libraries were built
 * SPDX-License-Identifier: MIT
 */
#ifndef STAND_IN_SDKCONFIG_H
#define STAND_IN_SDKCONFIG_H

#ifndef STAND_IN_NO_TLS13
#define CONFIG_MBEDTLS_SSL_PROTO_TLS1_3 1
#endif

#endif
