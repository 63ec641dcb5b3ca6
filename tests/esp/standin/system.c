/*
 * system.c - timer, random numbers, heap and log of ESP-IDF, on Linux
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <esp_heap_caps.h>
#include <esp_log.h>
#include <esp_random.h>
#include <esp_timer.h>

#include "standin.h"

struct standin standin;

/* ---- microseconds since the start ---- */

int64_t esp_timer_get_time(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- random numbers ---- */

void esp_fill_random(void *buf, size_t len)
{
	unsigned char *at = buf;
	memset(buf, 0x5a, len);
	while (!standin.random_stuck && len > 0) {
		ssize_t got = getrandom(at, len, 0);
		if (got <= 0)
			continue;
		at += got;
		len -= (size_t)got;
	}
}

uint32_t esp_random(void)
{
	uint32_t word;
	esp_fill_random(&word, sizeof(word));
	return word;
}

/* ---- heap ---- */

enum { PLENTY = 64 << 20 };

size_t heap_caps_get_free_size(uint32_t caps)
{
	standin.heap_caps = caps;
	return standin.heap_free == 0 ? PLENTY : standin.heap_free;
}

size_t heap_caps_get_largest_free_block(uint32_t caps)
{
	standin.heap_caps = caps;
	return standin.heap_largest == 0 ? PLENTY : standin.heap_largest;
}

size_t heap_caps_get_allocated_size(void *ptr)
{
	return malloc_usable_size(ptr);
}

/* ---- log ---- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static esp_log_level_t log_level = ESP_LOG_ERROR; /* of every tag, until it is set */

void esp_log_level_set(const char *tag, esp_log_level_t level)
{
	(void)tag;
	log_level = level;
}

void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
	static const char marks[] = "-EWIDV";
	char line[512];
	va_list args;
	if (level > log_level)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	pthread_mutex_lock(&log_lock);
	fprintf(stderr, "%c (%lld) %s: %s\n", marks[level], (long long)esp_timer_get_time() / 1000,
		tag, line);
	size_t len = strlen(standin.log);
	(void)snprintf(standin.log + len, sizeof(standin.log) - len, "%c %s: %s\n", marks[level],
		tag, line);
	pthread_mutex_unlock(&log_lock);
}

const char *esp_err_to_name(esp_err_t code)
{
	static _Thread_local char name[32];
	(void)snprintf(name, sizeof(name), "ESP_ERR 0x%x", (unsigned)code);
	return name;
}
