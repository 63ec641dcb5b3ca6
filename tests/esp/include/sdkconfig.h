/* sdkconfig.h - those options that Hatch reads, as menuconfig leaves them; SPDX-License-Identifier:
 * MIT */
#ifndef STANDIN_SDKCONFIG_H
#define STANDIN_SDKCONFIG_H

#define CONFIG_LWIP_IPV4               1
#define CONFIG_LWIP_IPV6               1
#define CONFIG_LWIP_IPV6_NUM_ADDRESSES 3

/* The build's choice: ESP-IDF's default is 10, its most 253. */
#ifndef CONFIG_LWIP_MAX_SOCKETS
#define CONFIG_LWIP_MAX_SOCKETS 10
#endif

#endif
