/*
 * nvs.c - NVS of ESP-IDF, as files: $HATCH_NVS/NAMESPACE.KEY
 * SPDX-License-Identifier: MIT
 *
 * Stricter than the real one, which may write before it is told to: here a value that was not
 * committed is gone.  With $HATCH_NVS set NVS is started from the start, as firmware does it in
 * app_main() before everything else.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nvs.h>
#include <nvs_flash.h>

#include "standin.h"

enum { MOST = 8192, PATH_ROOM = 300 };

static bool started;
static _Thread_local struct {
	bool open, writable, changed;
	char name[NVS_KEY_NAME_MAX_SIZE], key[NVS_KEY_NAME_MAX_SIZE];
	unsigned char value[MOST];
	size_t len;
} handle; /* one at a time in each task is all that is needed */

static const char *folder(void)
{
	const char *path = getenv("HATCH_NVS");
	return path == NULL || path[0] == '\0' ? NULL : path;
}

__attribute__((constructor)) static void app_main_begins(void)
{
	if (folder() != NULL)
		(void)nvs_flash_init();
}

esp_err_t nvs_flash_init(void)
{
	started = folder() != NULL && (mkdir(folder(), 0700) == 0 || access(folder(), W_OK) == 0);
	return started ? ESP_OK : ESP_FAIL;
}

void standin_reboot(void)
{
	memset(&standin, 0, sizeof(standin));
	memset(&handle, 0, sizeof(handle));
	started = false;
}

static void path_of(char *path, const char *name, const char *key)
{
	(void)snprintf(path, PATH_ROOM, "%s/%s.%s", folder(), name, key);
}

/* Bytes in all files, but for one. */
static size_t used(const char *but)
{
	size_t sum = 0;
	DIR *dir = opendir(folder());
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char path[PATH_ROOM + 300];
		struct stat info;
		(void)snprintf(path, sizeof(path), "%s/%s", folder(), entry->d_name);
		if (entry->d_name[0] != '.' && strcmp(path, but) != 0 && stat(path, &info) == 0)
			sum += (size_t)info.st_size;
	}
	if (dir != NULL)
		closedir(dir);
	return sum;
}

static bool has_namespace(const char *name)
{
	size_t len = strlen(name);
	bool found = false;
	DIR *dir = opendir(folder());
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		found |= strncmp(entry->d_name, name, len) == 0 && entry->d_name[len] == '.';
	if (dir != NULL)
		closedir(dir);
	return found;
}

esp_err_t nvs_open(const char *namespace_name, nvs_open_mode_t open_mode, nvs_handle_t *out_handle)
{
	if (!started)
		return ESP_ERR_NVS_NOT_INITIALIZED;
	if (standin.nvs_open != ESP_OK)
		return standin.nvs_open;
	if (strlen(namespace_name) >= NVS_KEY_NAME_MAX_SIZE)
		return ESP_ERR_NVS_INVALID_NAME;
	if (open_mode == NVS_READONLY && !has_namespace(namespace_name))
		return ESP_ERR_NVS_NOT_FOUND;
	if (handle.open)
		abort(); /* the last one was not closed */
	memset(&handle, 0, sizeof(handle));
	handle.open = true;
	handle.writable = open_mode == NVS_READWRITE;
	(void)snprintf(handle.name, sizeof(handle.name), "%s", namespace_name);
	*out_handle = 1;
	standin.nvs_handles++;
	return ESP_OK;
}

static esp_err_t usable(nvs_handle_t of, const char *key)
{
	if (of != 1 || !handle.open)
		return ESP_ERR_NVS_INVALID_HANDLE;
	if (strlen(key) >= NVS_KEY_NAME_MAX_SIZE)
		return ESP_ERR_NVS_KEY_TOO_LONG;
	return key[0] == '\0' ? ESP_ERR_NVS_INVALID_NAME : ESP_OK;
}

esp_err_t nvs_get_blob(nvs_handle_t of, const char *key, void *out_value, size_t *length)
{
	char path[PATH_ROOM];
	struct stat info;
	esp_err_t error = usable(of, key);
	if (error == ESP_OK)
		error = standin.nvs_get;
	if (error != ESP_OK)
		return error;
	path_of(path, handle.name, key);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ESP_ERR_NVS_NOT_FOUND;
	if (fstat(fd, &info) != 0)
		error = ESP_FAIL;
	else if ((size_t)info.st_size > *length)
		error = ESP_ERR_NVS_INVALID_LENGTH;
	else if (read(fd, out_value, (size_t)info.st_size) != info.st_size)
		error = ESP_FAIL;
	*length = (size_t)info.st_size;
	close(fd);
	return error;
}

esp_err_t nvs_set_blob(nvs_handle_t of, const char *key, const void *value, size_t length)
{
	char path[PATH_ROOM];
	esp_err_t error = usable(of, key);
	if (error == ESP_OK && !handle.writable)
		error = ESP_ERR_NVS_READ_ONLY;
	if (error == ESP_OK && length > MOST)
		error = ESP_ERR_NVS_VALUE_TOO_LONG;
	if (error == ESP_OK)
		error = standin.nvs_set;
	if (error != ESP_OK)
		return error;
	path_of(path, handle.name, key);
	if (standin.nvs_room > 0 && used(path) + length > standin.nvs_room)
		return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
	(void)snprintf(handle.key, sizeof(handle.key), "%s", key);
	memcpy(handle.value, value, length);
	handle.len = length;
	handle.changed = true;
	return ESP_OK;
}

/* Written beside and renamed: there is the old value or the new one. */
esp_err_t nvs_commit(nvs_handle_t of)
{
	char path[PATH_ROOM], fresh[PATH_ROOM + 8];
	if (of != 1 || !handle.open)
		return ESP_ERR_NVS_INVALID_HANDLE;
	if (standin.nvs_commit != ESP_OK)
		return standin.nvs_commit;
	if (!handle.changed)
		return ESP_OK;
	path_of(path, handle.name, handle.key);
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return ESP_FAIL;
	bool good = write(fd, handle.value, handle.len) == (ssize_t)handle.len;
	good = close(fd) == 0 && good;
	handle.changed = false;
	return good && rename(fresh, path) == 0 ? ESP_OK : ESP_FAIL;
}

void nvs_close(nvs_handle_t of)
{
	if (of != 1 || !handle.open)
		abort();
	handle.open = false;
	standin.nvs_handles--;
}
