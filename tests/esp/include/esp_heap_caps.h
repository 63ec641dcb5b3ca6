/* esp_heap_caps.h - what ESP-IDF declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_ESP_HEAP_CAPS_H
#define STANDIN_ESP_HEAP_CAPS_H

#include <stddef.h>
#include <stdint.h>

#define MALLOC_CAP_8BIT     (1 << 2)
#define MALLOC_CAP_SPIRAM   (1 << 10)
#define MALLOC_CAP_INTERNAL (1 << 11)
#define MALLOC_CAP_DEFAULT  (1 << 12)

size_t heap_caps_get_free_size(uint32_t caps);
size_t heap_caps_get_largest_free_block(uint32_t caps);
size_t heap_caps_get_allocated_size(void *ptr);

#endif
