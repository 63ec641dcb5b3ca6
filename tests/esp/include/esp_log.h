/* esp_log.h - what ESP-IDF declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_ESP_LOG_H
#define STANDIN_ESP_LOG_H

typedef enum {
	ESP_LOG_NONE,
	ESP_LOG_ERROR,
	ESP_LOG_WARN,
	ESP_LOG_INFO,
	ESP_LOG_DEBUG,
	ESP_LOG_VERBOSE
} esp_log_level_t;

/* The real ones print through more macros; a format and its arguments they take alike. */
void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void esp_log_level_set(const char *tag, esp_log_level_t level);

/* Built as Arduino's core is: errors only, unless a file says more. */
#ifndef LOG_LOCAL_LEVEL
#define LOG_LOCAL_LEVEL ESP_LOG_ERROR
#endif
#define STANDIN_LOG(level, tag, ...)                                                               \
	do {                                                                                       \
		if (LOG_LOCAL_LEVEL >= (level))                                                    \
			esp_log_write(level, tag, __VA_ARGS__);                                    \
	} while (0)
#define ESP_LOGE(tag, ...) STANDIN_LOG(ESP_LOG_ERROR, tag, __VA_ARGS__)
#define ESP_LOGW(tag, ...) STANDIN_LOG(ESP_LOG_WARN, tag, __VA_ARGS__)
#define ESP_LOGI(tag, ...) STANDIN_LOG(ESP_LOG_INFO, tag, __VA_ARGS__)
#define ESP_LOGD(tag, ...) STANDIN_LOG(ESP_LOG_DEBUG, tag, __VA_ARGS__)

#endif
