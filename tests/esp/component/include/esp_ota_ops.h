/* esp_ota_ops.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT
 */
#ifndef STANDIN_MORE_ESP_OTA_OPS_H
#define STANDIN_MORE_ESP_OTA_OPS_H

#include <esp_err.h>

/* From esp_partition.h: members that the examples do not name are left out. */
typedef struct {
	uint32_t address;
	uint32_t size;
	char label[17];
} esp_partition_t;

/* From esp_flash_partitions.h. */
typedef enum {
	ESP_OTA_IMG_NEW = 0x0,
	ESP_OTA_IMG_PENDING_VERIFY = 0x1,
	ESP_OTA_IMG_VALID = 0x2,
	ESP_OTA_IMG_INVALID = 0x3,
	ESP_OTA_IMG_ABORTED = 0x4,
	ESP_OTA_IMG_UNDEFINED = 0x7fffffff /* all ones there */
} esp_ota_img_states_t;

#define OTA_SIZE_UNKNOWN                   0xffffffff
#define OTA_WITH_SEQUENTIAL_WRITES         0xfffffffe
#define ESP_ERR_OTA_BASE                   0x1500
#define ESP_ERR_OTA_VALIDATE_FAILED        (ESP_ERR_OTA_BASE + 0x03)
#define ESP_ERR_OTA_ROLLBACK_INVALID_STATE (ESP_ERR_OTA_BASE + 0x06)

typedef uint32_t esp_ota_handle_t;

esp_err_t esp_ota_begin(
	const esp_partition_t *partition, size_t image_size, esp_ota_handle_t *out_handle);
esp_err_t esp_ota_write(esp_ota_handle_t handle, const void *data, size_t size);
esp_err_t esp_ota_end(esp_ota_handle_t handle);
esp_err_t esp_ota_abort(esp_ota_handle_t handle);
esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition);
const esp_partition_t *esp_ota_get_running_partition(void);
const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *start_from);
esp_err_t esp_ota_get_state_partition(
	const esp_partition_t *partition, esp_ota_img_states_t *ota_state);
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void);

#endif
