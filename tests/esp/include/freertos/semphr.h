/* semphr.h - what ESP-IDF's FreeRTOS declares of it that Hatch uses; SPDX-License-Identifier: MIT
 */
#ifndef STANDIN_SEMPHR_H
#define STANDIN_SEMPHR_H

#include "freertos/FreeRTOS.h"

typedef struct QueueDefinition *QueueHandle_t;
typedef QueueHandle_t SemaphoreHandle_t;

/* Macros over queues there; here functions that take and return the same. */
SemaphoreHandle_t xSemaphoreCreateMutex(void);
SemaphoreHandle_t xSemaphoreCreateBinary(void);
SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t max, UBaseType_t initial);
BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore);
void vSemaphoreDelete(SemaphoreHandle_t semaphore);

#endif
