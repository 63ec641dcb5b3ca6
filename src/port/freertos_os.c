/*
 * freertos_os.c - the port for ESP-IDF: clock, memory, tasks, log, and the table
 * SPDX-License-Identifier: MIT
 *
 * Also for Arduino-ESP32, which is ESP-IDF below.  Sockets are lwIP's, through bsd_sockets.c and
 * lwip_wake.c; the store is NVS.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <esp_heap_caps.h>
/* Arduino's core is built to log errors only: what is compiled in is said here, per file. */
#define LOG_LOCAL_LEVEL ESP_LOG_VERBOSE
#include <esp_log.h>
#include <esp_netif.h>
#include <esp_random.h>
#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>
#include <sdkconfig.h>

#include "bsd_sockets.h"
#include "nvs_store.h"

#if !defined(CONFIG_LWIP_IPV4) || !defined(CONFIG_LWIP_IPV6)
#error "Hatch needs CONFIG_LWIP_IPV4 and CONFIG_LWIP_IPV6: see Component config > LWIP in menuconfig"
#endif

#ifdef CONFIG_FREERTOS_UNICORE
enum { CORES = 1 };
#else
enum { CORES = 2 };
#endif

static const char tag[] = "hatch";

/* All of them, other components' sockets too: whoever opens one later can still be in want. */
size_t hx_sockets_max(void)
{
	return CONFIG_LWIP_MAX_SOCKETS;
}

/* ---- time ---- */

static uint32_t now_ms(void)
{
	return (uint32_t)(esp_timer_get_time() / 1000);
}

/* The clock begins in 1970, until SNTP or whoever else has set it. */
static int64_t unix_time(void)
{
	const time_t plausible = 1704067200; /* 2024 */
	time_t now = time(NULL);
	return now < plausible ? 0 : (int64_t)now;
}

/* ---- memory ---- */

/*
 * What malloc() can give, external memory included where it is part of that.  The largest block
 * takes a walk over all of them, once for each newcomer.
 */
static void heap(struct hatch_heap *out)
{
	out->free = (uint32_t)heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
	out->largest = (uint32_t)heap_caps_get_largest_free_block(MALLOC_CAP_DEFAULT);
}

size_t hatch_block_size(void *block)
{
	return heap_caps_get_allocated_size(block);
}

/* ---- secrets ---- */

/*
 * The generator gives numbers at any time, and cannot be asked how good they are: they are truly
 * random while Wi-Fi or Bluetooth is on, or after bootloader_random_enable().  Before that they
 * are what the bootloader's seed leads to.  What can be seen is a generator that stands still.
 */
static bool stands_still(void)
{
	uint32_t word[4];
	esp_fill_random(word, sizeof(word));
	return word[0] == word[1] && word[1] == word[2] && word[2] == word[3];
}

static int random_bytes(void *buf, size_t len)
{
	if (stands_still()) {
		ESP_LOGE(tag, "no random numbers yet: start Wi-Fi or Bluetooth first, or call "
			      "bootloader_random_enable()");
		return HATCH_EPORT;
	}
	esp_fill_random(buf, len);
	return 0;
}

/* ---- tasks ---- */

/* More are never given: a server has fewer jobs than connections. */
enum { SIGNAL_MAX = 0xffff };

struct task {
	TaskHandle_t handle;
	SemaphoreHandle_t done;
	void (*run)(void *arg);
	void *arg;
};

/* A task may not return.  It is deleted by who joins it, so that its stack is free by then. */
static void task_main(void *self)
{
	struct task *task = self;
	task->run(task->arg);
	(void)xSemaphoreGive(task->done);
	for (;;)
		vTaskSuspend(NULL);
}

static void task_free(struct task *task)
{
	if (task->done != NULL)
		vSemaphoreDelete(task->done);
	free(task);
}

/* FreeRTOS itself stops the firmware at a priority or core that there is not. */
static bool task_ok(const struct hatch_task *how)
{
	if (how->priority >= 0 && how->priority < configMAX_PRIORITIES && how->core >= 0 &&
		how->core <= CORES)
		return true;
	ESP_LOGE(tag, "a task has a priority from 0 to %d, and core is 0 or 1 to %d, not %d and %d",
		configMAX_PRIORITIES - 1, CORES, how->priority, how->core);
	return false;
}

static int spawn(void **out, void (*run)(void *arg), void *arg, const struct hatch_task *how)
{
	BaseType_t core = how->core == 0 ? tskNO_AFFINITY : how->core - 1;
	*out = NULL;
	if (!task_ok(how))
		return HATCH_EINVAL;
	struct task *task = calloc(1, sizeof(*task));
	if (task == NULL)
		return HATCH_ENOMEM;
	task->run = run;
	task->arg = arg;
	task->done = xSemaphoreCreateBinary();
	*out = task; /* before the task can look */
	if (task->done == NULL ||
		xTaskCreatePinnedToCore(task_main, "hatch", how->stack, task,
			(UBaseType_t)how->priority, &task->handle, core) != pdPASS) {
		*out = NULL;
		task_free(task);
		return HATCH_ENOMEM;
	}
	return 0;
}

static void join(void *self)
{
	struct task *task = self;
	(void)xSemaphoreTake(task->done, portMAX_DELAY);
	/* On another core it may still be on its way: deleted there, its stack would stay for a
	 * while. */
	while (eTaskGetState(task->handle) != eSuspended)
		vTaskDelay(1);
	vTaskDelete(task->handle);
	task_free(task);
}

static int lock_open(void **out)
{
	*out = xSemaphoreCreateMutex();
	return *out == NULL ? HATCH_ENOMEM : 0;
}

static void lock(void *mutex)
{
	(void)xSemaphoreTake(mutex, portMAX_DELAY);
}

static void unlock(void *mutex)
{
	(void)xSemaphoreGive(mutex);
}

static void lock_close(void *mutex)
{
	vSemaphoreDelete(mutex);
}

/* ---- signals ---- */

static int signal_open(void **out)
{
	*out = xSemaphoreCreateCounting(SIGNAL_MAX, 0);
	return *out == NULL ? HATCH_ENOMEM : 0;
}

static void signal_give(void *signal)
{
	(void)xSemaphoreGive(signal);
}

static void signal_wait(void *signal)
{
	(void)xSemaphoreTake(signal, portMAX_DELAY);
}

static void signal_close(void *signal)
{
	vSemaphoreDelete(signal);
}

/* ---- addresses ---- */

struct found {
	struct hatch_address *at;
	size_t count, max;
};

static void add(struct found *found, int family, const void *bytes)
{
	struct sockaddr_storage sa;
	memset(&sa, 0, sizeof(sa));
	sa.ss_family = (sa_family_t)family;
	if (found->count == found->max)
		return;
	if (family == AF_INET)
		memcpy((char *)&sa + offsetof(struct sockaddr_in, sin_addr), bytes, 4);
	else
		memcpy((char *)&sa + offsetof(struct sockaddr_in6, sin6_addr), bytes, 16);
	hx_bsd_address(&found->at[found->count++], &sa);
}

static void add_interface(struct found *found, esp_netif_t *netif)
{
	esp_netif_ip_info_t ip4;
	esp_ip6_addr_t ip6[CONFIG_LWIP_IPV6_NUM_ADDRESSES];
	if (esp_netif_get_ip_info(netif, &ip4) == ESP_OK && ip4.ip.addr != 0)
		add(found, AF_INET, &ip4.ip.addr);
	int count = esp_netif_get_all_ip6(netif, ip6);
	for (int i = 0; i < count; i++)
		add(found, AF_INET6, ip6[i].addr);
}

/* In the network's own task, where no interface comes or goes meanwhile. */
static esp_err_t find_addresses(void *arg)
{
	for (esp_netif_t *at = esp_netif_next_unsafe(NULL); at != NULL;
		at = esp_netif_next_unsafe(at))
		if (esp_netif_is_netif_up(at))
			add_interface(arg, at);
	return ESP_OK;
}

static int addresses(struct hatch_address *out, size_t max)
{
	struct found found = { out, 0, max };
	return esp_netif_tcpip_exec(find_addresses, &found) == ESP_OK ? (int)found.count
								      : HATCH_EPORT;
}

/* ---- AES ---- */

#ifdef CONFIG_MBEDTLS_HARDWARE_AES
static bool fast_aes(void)
{
	return true;
}
#else
static bool fast_aes(void)
{
	return false;
}
#endif

/* ---- log ---- */

/* config.log_level has decided; later settings of the program's own stand. */
static void log_all(void)
{
	static bool set;
	if (!set)
		esp_log_level_set(tag, ESP_LOG_VERBOSE);
	set = true;
}

static void log_line(enum hatch_level level, const char *line)
{
	log_all();
	switch (level) {
	case HATCH_ERROR: ESP_LOGE(tag, "%s", line); break;
	case HATCH_WARN: ESP_LOGW(tag, "%s", line); break;
	case HATCH_INFO: ESP_LOGI(tag, "%s", line); break;
	default: ESP_LOGD(tag, "%s", line); break;
	}
}

/*
 * No cpu_ns: FreeRTOS counts the time of a task only with run time statistics, which are off by
 * default and wrap after 71 minutes, and esp_timer counts what other tasks did meanwhile too.
 * No process: there is but one.
 */
const struct hatch_port hatch_default_port = {
	HX_BSD_NET,
	.wait = hx_bsd_wait,
	.now_ms = now_ms,
	.unix_time = unix_time,
	.alloc = malloc,
	.free = free,
	.heap = heap,
	.random = random_bytes,
	.store_get = hx_store_get,
	.store_put = hx_store_put,
	.spawn = spawn,
	.join = join,
	.lock_open = lock_open,
	.lock = lock,
	.unlock = unlock,
	.lock_close = lock_close,
	.signal_open = signal_open,
	.signal_give = signal_give,
	.signal_wait = signal_wait,
	.signal_close = signal_close,
	.addresses = addresses,
	.log = log_line,
	.fast_aes = fast_aes,
};
