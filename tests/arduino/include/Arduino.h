/*
 * Arduino.h - a stand-in: of Arduino core 3 for the ESP32 what the sketches use, with its
 * prototypes SPDX-License-Identifier: MIT
 *
 * What is behind them on a PC is in ../host.cpp.
 */
#ifndef STAND_IN_ARDUINO_H
#define STAND_IN_ARDUINO_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_arduino_version.h"

#define LOW          0x0
#define HIGH         0x1
#define INPUT        0x01
#define OUTPUT       0x03
#define INPUT_PULLUP 0x05

#ifdef __cplusplus
extern "C" {
#endif
void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t val);
int digitalRead(uint8_t pin);
uint16_t analogRead(uint8_t pin);
unsigned long millis();
void delay(uint32_t ms);
#ifdef __cplusplus
}

void setup(void);
void loop(void);

class Print;
class Printable
{
      public:
	virtual ~Printable()
	{
	}
	virtual size_t printTo(Print &p) const = 0;
};

class Print
{
      public:
	virtual ~Print()
	{
	}
	virtual size_t write(const uint8_t *buffer, size_t size) = 0;
	size_t print(const char str[]);
	size_t print(const Printable &x);
	size_t println(const char str[]);
	size_t println(const Printable &x);
};

class String
{
      public:
	String(const char *cstr = "") : text(cstr)
	{
	}
	const char *c_str() const
	{
		return text;
	}

      private:
	const char *text; /* of a literal: no sketch needs more */
};

#define SERIAL_8N1 0x800001c
class HardwareSerial : public Print
{
      public:
	void begin(unsigned long baud, uint32_t config = SERIAL_8N1, int8_t rxPin = -1,
		int8_t txPin = -1, bool invert = false, unsigned long timeout_ms = 20000UL,
		uint8_t rxfifo_full_thrhd = 120);
	size_t write(const uint8_t *buffer, size_t size) override;
};
extern HardwareSerial Serial;

class IPAddress : public Printable
{
      public:
	IPAddress(uint8_t first, uint8_t second, uint8_t third, uint8_t fourth)
	    : bytes{ first, second, third, fourth }
	{
	}
	size_t printTo(Print &p) const override;

      private:
	uint8_t bytes[4];
};

class EspClass
{
      public:
	uint32_t getFreeHeap();
};
extern EspClass ESP;
#endif

#endif
