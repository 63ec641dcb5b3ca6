/*
 * no_temperature.c - for the plain ESP32
 * SPDX-License-Identifier: MIT
 */
#include "app.h"

bool temperature_setup(void)
{
	return false;
}

bool temperature_celsius(float *out)
{
	(void)out;
	return false;
}
