/* FreeRTOS.h - what ESP-IDF's FreeRTOS declares of it that the examples use;
 * SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_FREERTOS_H
#define STANDIN_MORE_FREERTOS_H

#include_next <freertos/FreeRTOS.h>

/* At 100 Hz, as by default. */
#define pdMS_TO_TICKS(ms) ((TickType_t)((ms) / 10))

#endif
