/* task.h - what ESP-IDF's FreeRTOS declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_TASK_H
#define STANDIN_TASK_H

#include "freertos/FreeRTOS.h"

typedef struct tskTaskControlBlock *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);

#define tskNO_AFFINITY ((BaseType_t)0x7FFFFFFF)

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pxTaskCode, const char *const pcName,
	const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters, UBaseType_t uxPriority,
	TaskHandle_t *const pxCreatedTask, const BaseType_t xCoreID);
typedef enum { eRunning, eReady, eBlocked, eSuspended, eDeleted, eInvalid } eTaskState;

eTaskState eTaskGetState(TaskHandle_t xTask);
void vTaskDelay(const TickType_t xTicksToDelay);
void vTaskSuspend(TaskHandle_t xTaskToSuspend);
void vTaskDelete(TaskHandle_t xTaskToDelete);

#endif
