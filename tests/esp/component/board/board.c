/*
 * board.c - the examples' handlers on this machine: what they ask of the board is printed
 * SPDX-License-Identifier: MIT
 *
 * board [device]: serves first_boot's page (or what comes after it) and rest_server's interface on
 * a free plain port.
 */
#include <driver/gpio.h>
#include <driver/temperature_sensor.h>
#include <hatch.h>
#include <stdio.h>
#include <string.h>

extern const struct hatch_route setup_routes[], device_routes[];
extern const size_t setup_route_count, device_route_count;
extern const struct hatch_group api;
void leds_setup(void);
bool temperature_setup(void);
bool wifi_keep(struct hatch_span ssid, struct hatch_span password);
void restart_in(uint32_t ms);

/* ---- the board ---- */

bool wifi_keep(struct hatch_span ssid, struct hatch_span password)
{
	printf("keep <%.*s> <%.*s>\n", (int)ssid.len, ssid.ptr, (int)password.len, password.ptr);
	return !hatch_eq(password, "the flash is full");
}

void restart_in(uint32_t ms)
{
	printf("restart in %u ms\n", (unsigned)ms);
}

esp_err_t gpio_reset_pin(gpio_num_t pin)
{
	return pin < 0;
}

esp_err_t gpio_set_direction(gpio_num_t pin, gpio_mode_t mode)
{
	printf("pin %d is %s\n", pin, mode == GPIO_MODE_OUTPUT ? "an output" : "something else");
	return ESP_OK;
}

esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level)
{
	printf("pin %d: %d\n", pin, (int)level);
	return ESP_OK;
}

esp_err_t temperature_sensor_install(
	const temperature_sensor_config_t *config, temperature_sensor_handle_t *out)
{
	*out = config->range_max > config->range_min ? (temperature_sensor_handle_t)out : NULL;
	return ESP_OK;
}

esp_err_t temperature_sensor_enable(temperature_sensor_handle_t sensor)
{
	return sensor == NULL;
}

esp_err_t temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out)
{
	*out = 31.25f;
	return sensor == NULL;
}

/* ---- the program ---- */

int main(int argc, char **argv)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch *server;

	setvbuf(stdout, NULL, _IOLBF, 0);
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.routes = argc > 1 && strcmp(argv[1], "device") == 0 ? device_routes : setup_routes;
	config.route_count = config.routes == device_routes ? device_route_count
							    : setup_route_count;
	config.groups = &api;
	config.group_count = 1;
	leds_setup();
	if (!temperature_setup() || hatch_open(&server, &config) < 0)
		return 1;
	printf("port %u\n", hatch_bound_port(server, false));
	hatch_run(server);
	hatch_close(server);
	return 0;
}
