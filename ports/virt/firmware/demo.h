/*
 * demo.h - what the demo serves: pages.c or small.c
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_FIRMWARE_DEMO_H
#define VIRT_FIRMWARE_DEMO_H

#include <hatch.h>

/* *password is what the console is to show, or stays as it is. */
int demo_configure(struct hatch_config *config, const char **password);
int demo_start(struct hatch *srv); /* after hatch_open() */

#endif
