/* bootloader_random.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier:
 * MIT */
#ifndef STANDIN_MORE_BOOTLOADER_RANDOM_H
#define STANDIN_MORE_BOOTLOADER_RANDOM_H

void bootloader_random_enable(void);
void bootloader_random_disable(void);

#endif
