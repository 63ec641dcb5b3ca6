/*
 * nvs_store.c - see nvs_store.h
 * SPDX-License-Identifier: MIT
 *
 * NVS writes the new blob beside the old one and forgets the old one last: after a loss of power
 * there is one or the other, whole.  Both are in plain text on the flash, the private key too,
 * unless the firmware has NVS encryption.
 */
#include "nvs_store.h"

#include <string.h>

#include <esp_log.h>
#include <nvs.h>

static const char tag[] = "hatch", namespace_name[] = "hatch";

static bool key_ok(const char *key)
{
	size_t len = strlen(key);
	return len > 0 && len < NVS_KEY_NAME_MAX_SIZE;
}

/* What the caller can do nothing about is said here, since the number would not tell. */
static int error_of_nvs(esp_err_t error, const char *what, const char *key)
{
	switch (error) {
	case ESP_ERR_NVS_NOT_FOUND: return HATCH_EGONE;
	case ESP_ERR_NVS_INVALID_LENGTH:
	case ESP_ERR_NVS_VALUE_TOO_LONG: return HATCH_EBIG;
	case ESP_ERR_NVS_NOT_INITIALIZED:
		ESP_LOGE(tag, "cannot %s \"%s\": NVS is not started; call nvs_flash_init() first",
			what, key);
		return HATCH_EPORT;
	case ESP_ERR_NVS_NOT_ENOUGH_SPACE:
		ESP_LOGE(tag,
			"cannot %s \"%s\": NVS is full; make its partition larger, or erase what "
			"is not needed",
			what, key);
		return HATCH_EFULL;
	default:
		ESP_LOGE(tag, "cannot %s \"%s\": %s", what, key, esp_err_to_name(error));
		return HATCH_EPORT;
	}
}

/* There is no namespace before the first value: ESP_ERR_NVS_NOT_FOUND, as without the key. */
int hx_store_get(const char *key, void *buf, size_t *len)
{
	nvs_handle_t nvs;
	if (!key_ok(key))
		return HATCH_EINVAL;
	esp_err_t error = nvs_open(namespace_name, NVS_READONLY, &nvs);
	if (error == ESP_OK) {
		error = nvs_get_blob(nvs, key, buf, len);
		nvs_close(nvs);
	}
	return error == ESP_OK ? 0 : error_of_nvs(error, "read", key);
}

int hx_store_put(const char *key, const void *buf, size_t len)
{
	nvs_handle_t nvs;
	if (!key_ok(key))
		return HATCH_EINVAL;
	esp_err_t error = nvs_open(namespace_name, NVS_READWRITE, &nvs);
	if (error == ESP_OK) {
		error = nvs_set_blob(nvs, key, buf, len);
		if (error == ESP_OK)
			error = nvs_commit(nvs);
		nvs_close(nvs);
	}
	return error == ESP_OK ? 0 : error_of_nvs(error, "keep", key);
}
