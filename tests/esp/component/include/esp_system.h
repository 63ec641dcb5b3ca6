/* esp_system.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_ESP_SYSTEM_H
#define STANDIN_MORE_ESP_SYSTEM_H

void esp_restart(void) __attribute__((__noreturn__));

#endif
