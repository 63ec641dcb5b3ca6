/* esp_err.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_ESP_ERR_H
#define STANDIN_MORE_ESP_ERR_H

#include_next <esp_err.h>

#include <stdlib.h>

#define ESP_ERROR_CHECK(x)                                                                         \
	do {                                                                                       \
		esp_err_t error_here = (x);                                                        \
		if (error_here != ESP_OK)                                                          \
			abort();                                                                   \
	} while (0)

#endif
