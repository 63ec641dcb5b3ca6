/*
 * esp_arduino_version.h - a stand-in: the core's version
 * SPDX-License-Identifier: MIT
 */
#ifndef STAND_IN_ESP_ARDUINO_VERSION_H
#define STAND_IN_ESP_ARDUINO_VERSION_H

#ifndef ESP_ARDUINO_VERSION_MAJOR
#define ESP_ARDUINO_VERSION_MAJOR 3
#endif

#endif
