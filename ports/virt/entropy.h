/*
 * entropy.h - random bytes from virtio-rng
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_ENTROPY_H
#define VIRT_ENTROPY_H

#include <stddef.h>

void entropy_open(void); /* ends the program if there is no such device */
void entropy_read(void *buf, size_t len);

#endif
