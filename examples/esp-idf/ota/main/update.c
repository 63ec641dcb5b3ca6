/*
 * update.c - a new image, into the place that does not run
 * SPDX-License-Identifier: MIT
 *
 * All of it is called on the server's task.
 */
#include <esp_log.h>
#include <esp_ota_ops.h>

#include "app.h"

enum { ANSWER_MS = 2000 }; /* for the answer to reach its client, before the restart */

static const char tag[] = "ota";
static const esp_partition_t *place;
static esp_ota_handle_t handle;
static bool open, chosen;

static int result(esp_err_t error, const char *what)
{
	if (error == ESP_OK)
		return 0;
	ESP_LOGE(tag, "%s: %s", what, esp_err_to_name(error));
	return HATCH_EPORT;
}

/* Erased sector by sector as it is written: all of it at once would keep everybody for seconds. */
static int begin(void *arg, uint64_t len)
{
	(void)arg;
	(void)len;
	if (place == NULL || chosen)
		return HATCH_ESTATE; /* there is none, or it is the one to start with next */
	esp_err_t error = esp_ota_begin(place, OTA_WITH_SEQUENTIAL_WRITES, &handle);
	open = error == ESP_OK;
	return result(error, "begin");
}

static int take(void *arg, struct hatch_span piece)
{
	(void)arg;
	return result(esp_ota_write(handle, piece.ptr, piece.len), "write");
}

/* esp_ota_end() checks the image, its signature too where there is secure boot, and gives the
 * handle back whatever it finds. */
static int finish(void *arg)
{
	(void)arg;
	open = false;
	int error = result(esp_ota_end(handle), "end");
	if (error == 0)
		error = result(esp_ota_set_boot_partition(place), "choose");
	if (error < 0)
		return error;
	chosen = true;
	ESP_LOGI(tag, "updated: starting %s", place->label);
	restart_in(ANSWER_MS);
	return 0;
}

static void forget(void *arg)
{
	(void)arg;
	if (open)
		esp_ota_abort(handle);
	open = false;
}

struct hatch_updater update = {
	.begin = begin,
	.write = take,
	.finish = finish,
	.abort = forget,
	.max = UINT32_MAX, /* until it is known how large the place is */
	.needs_digest = true,
};

void update_init(void)
{
	place = esp_ota_get_next_update_partition(NULL);
	if (place == NULL)
		ESP_LOGE(tag, "the partition table has no second place for an application");
	else
		update.max = place->size;
}
