/* FreeRTOS.h - what ESP-IDF's FreeRTOS declares of it that Hatch uses; SPDX-License-Identifier: MIT
 */
#ifndef STANDIN_FREERTOS_H
#define STANDIN_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;

#define configSTACK_DEPTH_TYPE uint32_t
#define configMAX_PRIORITIES   (25)

#define pdFALSE       ((BaseType_t)0)
#define pdTRUE        ((BaseType_t)1)
#define pdPASS        (pdTRUE)
#define pdFAIL        (pdFALSE)
#define portMAX_DELAY ((TickType_t)0xffffffffUL)

#endif
