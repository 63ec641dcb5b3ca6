/*
 * hatch_arduino.h - where Hatch cannot be built, the sketch stops with one sentence
 * SPDX-License-Identifier: MIT
 *
 * For hatch.h, which a sketch includes before anything of Hatch is compiled.  Outside Arduino this
 * is empty.  The library's own files say what they need of mbedTLS: src/tls/mbedtls_version.h.
 */
#ifndef HATCH_ARDUINO_H
#define HATCH_ARDUINO_H

#include <stddef.h> /* C forbids a file with nothing in it */

#ifdef ARDUINO

#if defined(ARDUINO_ARCH_ESP32) && defined(__has_include)
#if __has_include(<esp_arduino_version.h>)
#include <esp_arduino_version.h>
#endif
#endif

#ifndef ARDUINO_ARCH_ESP32
#error "Hatch for Arduino is for the ESP32 family: choose such a board (package esp32 by Espressif)"
#elif !defined(ESP_ARDUINO_VERSION_MAJOR) || ESP_ARDUINO_VERSION_MAJOR < 3
#error "Hatch needs Arduino core 3: update esp32 in the Boards Manager; PlatformIO: platform pioarduino"
#elif defined(__cplusplus) && __cplusplus < 201703L
#error "Hatch's header needs C++17: remove the older -std= from your build flags, or set -std=gnu++17"
#endif

#endif
#endif /* HATCH_ARDUINO_H */
