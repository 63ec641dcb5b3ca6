/*
 * freertos.c - tasks and semaphores of FreeRTOS, on pthreads
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>

#include "standin.h"

struct tskTaskControlBlock {
	pthread_t thread;
	TaskFunction_t run;
	void *arg;
	pthread_cond_t change;
	bool deleted;
	bool suspended;
};

struct QueueDefinition {
	pthread_cond_t given;
	unsigned max, count;
};

/* One lock for all of it: what is guarded is short, and who waits waits on a condition. */
static pthread_mutex_t kernel = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local TaskHandle_t current;

static _Noreturn void halt(const char *why)
{
	fprintf(stderr, "FreeRTOS would stop the firmware: %s\n", why);
	abort();
}

static void *task_main(void *arg)
{
	current = arg;
	current->run(current->arg);
	halt("a task has returned");
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pxTaskCode, const char *const pcName,
	const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters, UBaseType_t uxPriority,
	TaskHandle_t *const pxCreatedTask, const BaseType_t xCoreID)
{
	if (uxPriority >= configMAX_PRIORITIES)
		halt("a priority that there is not");
	if (xCoreID != tskNO_AFFINITY && (xCoreID < 0 || xCoreID > 1))
		halt("a core that there is not");
	TaskHandle_t task = standin.no_tasks ? NULL : calloc(1, sizeof(*task));
	if (task == NULL)
		return pdFAIL;
	task->run = pxTaskCode;
	task->arg = pvParameters;
	pthread_cond_init(&task->change, NULL);
	pthread_mutex_lock(&kernel);
	snprintf(standin.task.name, sizeof(standin.task.name), "%s", pcName);
	standin.task.stack = usStackDepth;
	standin.task.priority = uxPriority;
	standin.task.core = xCoreID;
	standin.tasks++;
	*pxCreatedTask = task; /* before the task runs, as there */
	/* A PC's frames are larger than the board's: the stack is the system's. */
	if (pthread_create(&task->thread, NULL, task_main, task) != 0)
		halt("no thread for a task");
	pthread_mutex_unlock(&kernel);
	return pdPASS;
}

void vTaskSuspend(TaskHandle_t xTaskToSuspend)
{
	if (xTaskToSuspend != NULL || current == NULL)
		halt("these tasks only suspend themselves");
	(void)usleep(2000); /* whoever waits for it is faster */
	pthread_mutex_lock(&kernel);
	current->suspended = true;
	while (!current->deleted)
		pthread_cond_wait(&current->change, &kernel);
	pthread_mutex_unlock(&kernel);
	pthread_exit(NULL);
}

eTaskState eTaskGetState(TaskHandle_t xTask)
{
	pthread_mutex_lock(&kernel);
	bool suspended = xTask->suspended;
	pthread_mutex_unlock(&kernel);
	return suspended ? eSuspended : eRunning;
}

void vTaskDelay(const TickType_t xTicksToDelay)
{
	(void)usleep(1000 * xTicksToDelay);
}

void vTaskDelete(TaskHandle_t xTaskToDelete)
{
	if (xTaskToDelete == NULL || xTaskToDelete == current)
		halt("these tasks do not delete themselves");
	pthread_mutex_lock(&kernel);
	if (!xTaskToDelete->suspended)
		halt("a task was deleted while it ran: its stack would stay");
	xTaskToDelete->deleted = true;
	pthread_cond_signal(&xTaskToDelete->change);
	pthread_mutex_unlock(&kernel);
	pthread_join(xTaskToDelete->thread, NULL);
	pthread_cond_destroy(&xTaskToDelete->change);
	free(xTaskToDelete);
	pthread_mutex_lock(&kernel);
	standin.tasks--;
	pthread_mutex_unlock(&kernel);
}

static SemaphoreHandle_t semaphore_create(unsigned max, unsigned count)
{
	SemaphoreHandle_t made = standin.no_semaphores ? NULL : calloc(1, sizeof(*made));
	if (made == NULL)
		return NULL;
	pthread_cond_init(&made->given, NULL);
	made->count = count;
	made->max = max;
	pthread_mutex_lock(&kernel);
	standin.semaphores++;
	pthread_mutex_unlock(&kernel);
	return made;
}

SemaphoreHandle_t xSemaphoreCreateMutex(void)
{
	return semaphore_create(1, 1);
}

SemaphoreHandle_t xSemaphoreCreateBinary(void)
{
	return semaphore_create(1, 0);
}

SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t max, UBaseType_t initial)
{
	return semaphore_create((unsigned)max, (unsigned)initial);
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks)
{
	if (ticks != portMAX_DELAY)
		halt("these semaphores are waited for as long as it takes");
	pthread_mutex_lock(&kernel);
	while (semaphore->count == 0)
		pthread_cond_wait(&semaphore->given, &kernel);
	semaphore->count--;
	pthread_mutex_unlock(&kernel);
	return pdTRUE;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore)
{
	pthread_mutex_lock(&kernel);
	BaseType_t given = semaphore->count < semaphore->max ? pdTRUE : pdFALSE;
	semaphore->count += given == pdTRUE ? 1 : 0;
	pthread_cond_signal(&semaphore->given);
	pthread_mutex_unlock(&kernel);
	return given;
}

void vSemaphoreDelete(SemaphoreHandle_t semaphore)
{
	pthread_mutex_lock(&kernel);
	standin.semaphores--;
	pthread_mutex_unlock(&kernel);
	pthread_cond_destroy(&semaphore->given);
	free(semaphore);
}
