/*
 * flash.c - the ota example's pages, update and trial on this machine, over a flash in memory
 * SPDX-License-Identifier: MIT
 *
 * flash CERT KEY [trial] [stuck] [single]: the image that runs is a new one; it cannot be
 * confirmed; there is no second place.  An image begins with ESP-IDF's magic byte 0xe9 and, for
 * this board, ends with it.  What is asked of the board is printed.
 */
#include <esp_app_desc.h>
#include <esp_ota_ops.h>
#include <esp_system.h>
#include <esp_timer.h>
#include <hatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "served.h"

extern const struct hatch_route web_routes[];
extern const size_t web_route_count;
void update_init(void);
void trial_init(void);
void restart_init(void);

enum { PLACE = 65536, HANDLE = 7 };
static const esp_partition_t places[] = { { 0x20000, PLACE, "ota_0" },
	{ 0x200000, PLACE, "ota_1" } };
static unsigned char flash[PLACE];
static size_t written;
static bool open, pending, armed, stuck, single;

/* ---- esp_ota_ops.h: a call in the wrong state ends the program ---- */

esp_err_t esp_ota_begin(const esp_partition_t *place, size_t size, esp_ota_handle_t *out)
{
	if (open || place != &places[1] || size != OTA_WITH_SEQUENTIAL_WRITES)
		abort();
	if (pending)
		return ESP_ERR_OTA_ROLLBACK_INVALID_STATE;
	printf("begin %s\n", place->label);
	open = true;
	written = 0;
	*out = HANDLE;
	return ESP_OK;
}

esp_err_t esp_ota_write(esp_ota_handle_t handle, const void *data, size_t size)
{
	if (!open || handle != HANDLE || size > PLACE - written)
		abort();
	if (written == 0 && size > 0 && *(const unsigned char *)data != 0xe9)
		return ESP_ERR_OTA_VALIDATE_FAILED;
	memcpy(flash + written, data, size);
	written += size;
	return ESP_OK;
}

esp_err_t esp_ota_end(esp_ota_handle_t handle)
{
	if (!open || handle != HANDLE)
		abort();
	open = false;
	bool good = written > 0 && flash[written - 1] == 0xe9;
	printf("end %zu bytes: %s\n", written, good ? "good" : "bad");
	return good ? ESP_OK : ESP_ERR_OTA_VALIDATE_FAILED;
}

esp_err_t esp_ota_abort(esp_ota_handle_t handle)
{
	if (!open || handle != HANDLE)
		abort();
	open = false;
	printf("abort\n");
	return ESP_OK;
}

esp_err_t esp_ota_set_boot_partition(const esp_partition_t *place)
{
	printf("boot %s\n", place->label);
	return open;
}

const esp_partition_t *esp_ota_get_running_partition(void)
{
	return &places[0];
}

const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *from)
{
	return from == NULL && !single ? &places[1] : NULL;
}

esp_err_t esp_ota_get_state_partition(const esp_partition_t *place, esp_ota_img_states_t *out)
{
	*out = pending ? ESP_OTA_IMG_PENDING_VERIFY : ESP_OTA_IMG_VALID;
	return place != &places[0];
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void)
{
	if (stuck)
		return ESP_FAIL;
	printf("valid\n");
	pending = false;
	return ESP_OK;
}

/* ---- the rest of the board ---- */

const esp_app_desc_t *esp_app_get_description(void)
{
	static const esp_app_desc_t description = { "1.0", "ota" };
	return &description;
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *out)
{
	*out = (esp_timer_handle_t)flash;
	return args->callback == NULL;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us)
{
	printf("restart in %u ms\n", (unsigned)(us / 1000));
	armed = true;
	return timer == NULL;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer)
{
	if (timer == NULL || !armed)
		return ESP_ERR_INVALID_STATE;
	printf("no restart\n");
	armed = false;
	return ESP_OK;
}

void esp_restart(void)
{
	abort();
}

const char *esp_err_to_name(esp_err_t error)
{
	static char text[16];
	snprintf(text, sizeof(text), "0x%x", (unsigned)error);
	return text;
}

void esp_log_write(int level, const char *tag, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	printf("%d %s: ", level, tag);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 3; i < argc; i++) {
		pending |= strcmp(argv[i], "trial") == 0;
		stuck |= strcmp(argv[i], "stuck") == 0;
		single |= strcmp(argv[i], "single") == 0;
	}
	restart_init();
	trial_init();
	update_init();
	return serve_here(web_routes, web_route_count, argv[1], argv[2]);
}
