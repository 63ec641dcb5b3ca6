/*
 * boot.c - first_boot from app_main() on, on this machine, in a time of its own
 * SPDX-License-Identifier: MIT
 *
 * boot [known] [refuses|silent|good] [MS]: whether a Wi-Fi is in flash; what becomes of joining it
 * (it never associates, it never gives an address, it does both); when the button goes down for
 * good.  Prints what the program does with the time in ms.  Time passes where it waits; it ends at
 * a restart, or after 15 minutes.
 */
#include <bootloader_random.h>
#include <driver/gpio.h>
#include <esp_event.h>
#include <esp_log.h>
#include <esp_netif.h>
#include <esp_random.h>
#include <esp_system.h>
#include <esp_timer.h>
#include <esp_wifi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <hatch.h>
#include <mdns.h>
#include <nvs_flash.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void app_main(void);

static unsigned now_ms, press_ms = ~0u;
static const char *network = "good";
static bool known;

static void say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	printf("%u ", now_ms);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

/* ---- time, timers, events ---- */

struct esp_timer {
	esp_timer_cb_t callback;
	void *arg;
	unsigned at, every;
};
static struct esp_timer timers[4];
static size_t timer_count;

static struct {
	esp_event_base_t base;
	int32_t id;
	unsigned at;
} events[1024]; /* each once, in the order in which they come */
static size_t event_first, event_count;

static struct {
	esp_event_base_t base;
	int32_t id;
	esp_event_handler_t call;
	void *arg;
} handlers[8];
static size_t handler_count;

static void happens(esp_event_base_t base, int32_t id, unsigned in_ms)
{
	if (event_count == HATCH_COUNT(events))
		abort();
	events[event_count].base = base;
	events[event_count].id = id;
	events[event_count++].at = now_ms + in_ms;
}

static void deliver(esp_event_base_t base, int32_t id)
{
	ip_event_got_ip_t got;
	memset(&got, 0, sizeof(got));
	for (size_t i = 0; i < handler_count; i++)
		if (handlers[i].base == base &&
			(handlers[i].id == id || handlers[i].id == ESP_EVENT_ANY_ID))
			handlers[i].call(handlers[i].arg, base, id, &got);
}

static void pass(void)
{
	now_ms += 10;
	for (size_t i = 0; i < timer_count; i++)
		if (timers[i].at != 0 && now_ms >= timers[i].at) {
			timers[i].at = timers[i].every != 0 ? now_ms + timers[i].every : 0;
			timers[i].callback(timers[i].arg);
		}
	for (; event_first < event_count && now_ms >= events[event_first].at; event_first++)
		deliver(events[event_first].base, events[event_first].id);
	if (now_ms < 15 * 60000)
		return;
	say("nothing more");
	exit(0);
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *out)
{
	*out = &timers[timer_count++];
	(*out)->callback = args->callback;
	(*out)->arg = args->arg;
	return ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us)
{
	timer->at = now_ms + (unsigned)(us / 1000);
	return ESP_OK;
}

esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t us)
{
	timer->every = (unsigned)(us / 1000);
	return esp_timer_start_once(timer, us);
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer)
{
	bool runs = timer->at != 0;
	timer->at = 0;
	return runs ? ESP_OK : ESP_ERR_INVALID_STATE;
}

static int given;

SemaphoreHandle_t xSemaphoreCreateBinary(void)
{
	return (SemaphoreHandle_t)&given;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore)
{
	(void)semaphore;
	given = 1;
	return pdTRUE;
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks)
{
	(void)semaphore;
	for (TickType_t tick = 0; !given && tick < ticks; tick++)
		pass();
	if (!given)
		return pdFALSE;
	given = 0;
	return pdTRUE;
}

/* ---- Wi-Fi ---- */

esp_event_base_t const WIFI_EVENT = "wifi", IP_EVENT = "ip";
static wifi_mode_t mode;
static wifi_storage_t storage;

esp_err_t esp_event_handler_instance_register(esp_event_base_t base, int32_t id,
	esp_event_handler_t call, void *arg, esp_event_handler_instance_t *instance)
{
	(void)instance;
	handlers[handler_count].base = base;
	handlers[handler_count].id = id;
	handlers[handler_count].call = call;
	handlers[handler_count++].arg = arg;
	return ESP_OK;
}

esp_err_t esp_wifi_set_mode(wifi_mode_t wanted)
{
	mode = wanted;
	return ESP_OK;
}

esp_err_t esp_wifi_set_storage(wifi_storage_t wanted)
{
	storage = wanted;
	return ESP_OK;
}

esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config)
{
	(void)config;
	say("%s to %s", interface == WIFI_IF_AP ? "access point" : "station",
		storage == WIFI_STORAGE_RAM ? "memory" : "flash");
	return ESP_OK;
}

esp_err_t esp_wifi_get_config(wifi_interface_t interface, wifi_config_t *config)
{
	memset(config, 0, sizeof(*config));
	config->sta.ssid[0] = known && interface == WIFI_IF_STA ? 'x' : '\0';
	return ESP_OK;
}

esp_err_t esp_wifi_start(void)
{
	if (mode == WIFI_MODE_STA || mode == WIFI_MODE_APSTA)
		happens(WIFI_EVENT, WIFI_EVENT_STA_START, 100);
	if (mode == WIFI_MODE_AP || mode == WIFI_MODE_APSTA)
		happens(WIFI_EVENT, WIFI_EVENT_AP_START, 100);
	return ESP_OK;
}

esp_err_t esp_wifi_stop(void)
{
	say("stop");
	happens(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, 10);
	return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
	say("connect");
	if (strcmp(network, "refuses") == 0) {
		happens(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, 3000);
		return ESP_OK;
	}
	happens(WIFI_EVENT, WIFI_EVENT_STA_CONNECTED, 1000);
	if (strcmp(network, "good") == 0) {
		happens(IP_EVENT, IP_EVENT_STA_GOT_IP, 2000);
		happens(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED,
			100000); /* the router starts anew */
		network = "refuses";
	}
	return ESP_OK;
}

/* ---- the rest of the board ---- */

int gpio_get_level(gpio_num_t pin)
{
	(void)pin;
	return now_ms < press_ms;
}

uint32_t esp_random(void)
{
	return 0x12345678;
}

void bootloader_random_enable(void)
{
}

void bootloader_random_disable(void)
{
}

void esp_restart(void)
{
	say("restart");
	exit(0);
}

esp_err_t nvs_flash_erase(void)
{
	say("erase");
	return ESP_OK;
}

const char *esp_err_to_name(esp_err_t error)
{
	(void)error;
	return "error";
}

void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
	va_list args;
	(void)level;
	va_start(args, format);
	printf("%u %s: ", now_ms, tag);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

/* What has nothing to do here. */
#define FINE(name, ...)                                                                            \
	esp_err_t name(__VA_ARGS__)                                                                \
	{                                                                                          \
		return ESP_OK;                                                                     \
	}
FINE(nvs_flash_init, void)
FINE(nvs_flash_deinit, void)
FINE(esp_netif_init, void)
FINE(esp_event_loop_create_default, void)
FINE(esp_wifi_init, const wifi_init_config_t *config __attribute__((unused)))
FINE(esp_wifi_set_ps, wifi_ps_type_t type __attribute__((unused)))
FINE(gpio_reset_pin, gpio_num_t pin __attribute__((unused)))
FINE(gpio_set_direction, gpio_num_t pin __attribute__((unused)),
	gpio_mode_t way __attribute__((unused)))
FINE(gpio_set_pull_mode, gpio_num_t pin __attribute__((unused)),
	gpio_pull_mode_t pull __attribute__((unused)))
FINE(mdns_init, void)
FINE(mdns_hostname_set, const char *hostname __attribute__((unused)))
FINE(mdns_service_add, const char *instance __attribute__((unused)),
	const char *type __attribute__((unused)), const char *proto __attribute__((unused)),
	uint16_t port __attribute__((unused)), mdns_txt_item_t txt[] __attribute__((unused)),
	size_t count __attribute__((unused)))
FINE(esp_netif_set_hostname, esp_netif_t *netif __attribute__((unused)),
	const char *name __attribute__((unused)))

esp_netif_t *esp_netif_create_default_wifi_sta(void)
{
	return (esp_netif_t *)&network;
}

esp_netif_t *esp_netif_create_default_wifi_ap(void)
{
	return (esp_netif_t *)&mode;
}

/* ---- the server: none ---- */

static int nothing(struct hatch_req *req)
{
	(void)req;
	return 0;
}
const struct hatch_route setup_routes[] = { HATCH_ROUTE(HATCH_GET, "/", nothing) };
const struct hatch_route device_routes[] = { HATCH_ROUTE(HATCH_GET, "/", nothing) };
const size_t setup_route_count = 1, device_route_count = 1;

int hatch_start(
	struct hatch **out, const struct hatch_config *config, const struct hatch_task *task)
{
	(void)task;
	*out = NULL;
	say("serve the %s", config->routes == setup_routes ? "setup" : "device");
	return HATCH_ENOMEM; /* the worst: nothing may depend on it */
}

const char *hatch_strerror(int error)
{
	return error == HATCH_ENOMEM ? "out of memory" : "another error";
}

int hatch_to_https(struct hatch_req *req)
{
	return nothing(req);
}

int hatch_identity_self_signed(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	(void)into;
	(void)from;
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "known") == 0)
			known = true;
		else if (argv[i][0] >= '0' && argv[i][0] <= '9')
			press_ms = (unsigned)strtoul(argv[i], NULL, 10);
		else
			network = argv[i];
	app_main();
	for (;;)
		pass();
}
