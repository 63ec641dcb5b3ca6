/*
 * temperature.c - the sensor in the chip: how warm the chip is, not the room
 * SPDX-License-Identifier: MIT
 */
#include <driver/temperature_sensor.h>

#include "app.h"

static temperature_sensor_handle_t sensor;

bool temperature_setup(void)
{
	const temperature_sensor_config_t range = TEMPERATURE_SENSOR_CONFIG_DEFAULT(-10, 80);
	return temperature_sensor_install(&range, &sensor) == ESP_OK &&
	       temperature_sensor_enable(sensor) == ESP_OK;
}

bool temperature_celsius(float *out)
{
	return sensor != NULL && temperature_sensor_get_celsius(sensor, out) == ESP_OK;
}
