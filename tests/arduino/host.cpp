/*
 * host.cpp - runs a sketch on a PC: main(), and what is behind the stand-ins
 * SPDX-License-Identifier: MIT
 *
 * The sketch's ports are taken for free ones of the loopback address (the linker's --wrap leads its
 * hatch_open() and hatch_start() here) and printed: "ports: HTTPS HTTP".  Pins that are written are
 * printed, those named in $PINS_LOW ("0 4") read as low.  Ends at SIGTERM.
 */
#include <Arduino.h>
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

HardwareSerial Serial;
EspClass ESP;
WiFiClass WiFi;
MDNSResponder MDNS;

static volatile sig_atomic_t ended;
static hatch *started; /* with hatch_start(): has a task to end */

static void fail(const char *why)
{
	fprintf(stderr, "stand-in: %s\n", why);
	exit(3);
}

/* ---- the server's ports ---- */

extern "C" {
int __real_hatch_open(hatch **out, const hatch_config *config);
int __real_hatch_start(hatch **out, const hatch_config *config, const hatch_task *task);
int __wrap_hatch_open(hatch **out, const hatch_config *config);
int __wrap_hatch_start(hatch **out, const hatch_config *config, const hatch_task *task);
}

static hatch_config here(const hatch_config *config)
{
	hatch_config mine = *config;
	if (mine.port == HATCH_PORT_ANY)
		return mine; /* hatch_start() may come here twice */
	if (mine.port != 0 || (mine.plain_port != 0 && mine.plain_port != 80))
		fail("a sketch uses the usual ports");
	mine.port = HATCH_PORT_ANY;
	if (mine.plain_port == 80)
		mine.plain_port = HATCH_PORT_ANY;
	mine.address = "127.0.0.1";
	return mine;
}

static void say_ports(int error, const hatch *srv)
{
	if (error == 0)
		printf("ports: %d %d\n", hatch_bound_port(srv, true), hatch_bound_port(srv, false));
}

int __wrap_hatch_open(hatch **out, const hatch_config *config)
{
	hatch_config mine = here(config);
	int error = __real_hatch_open(out, &mine);
	say_ports(error, *out);
	return error;
}

int __wrap_hatch_start(hatch **out, const hatch_config *config, const hatch_task *task)
{
	hatch_config mine = here(config);
	int error = __real_hatch_start(out, &mine, task);
	say_ports(error, *out);
	started = *out;
	return error;
}

/* ---- the core ---- */

static uint8_t modes[40];

extern "C" void pinMode(uint8_t pin, uint8_t mode)
{
	if (pin >= sizeof(modes))
		fail("there is no such pin");
	modes[pin] = mode;
}

extern "C" void digitalWrite(uint8_t pin, uint8_t val)
{
	if (pin >= sizeof(modes) || modes[pin] != OUTPUT)
		fail("that pin is no output");
	printf("pin %d: %d\n", pin, val);
}

extern "C" int digitalRead(uint8_t pin)
{
	const char *low = getenv("PINS_LOW");
	char *next;
	for (long number; low != NULL; low = next) {
		number = strtol(low, &next, 10);
		if (next == low)
			break;
		if (number == pin)
			return LOW;
	}
	return HIGH;
}

extern "C" uint16_t analogRead(uint8_t pin)
{
	return (uint16_t)(1000 + pin);
}

extern "C" unsigned long millis()
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

extern "C" void delay(uint32_t ms)
{
	usleep(ms * 1000);
}

size_t Print::print(const char str[])
{
	return write(reinterpret_cast<const uint8_t *>(str), strlen(str));
}

size_t Print::print(const Printable &x)
{
	return x.printTo(*this);
}

size_t Print::println(const char str[])
{
	return print(str) + print("\r\n");
}

size_t Print::println(const Printable &x)
{
	return print(x) + print("\r\n");
}

void HardwareSerial::begin(unsigned long, uint32_t, int8_t, int8_t, bool, unsigned long, uint8_t)
{
}

size_t HardwareSerial::write(const uint8_t *buffer, size_t size)
{
	return fwrite(buffer, 1, size, stdout);
}

size_t IPAddress::printTo(Print &p) const
{
	char text[16];
	snprintf(text, sizeof(text), "%d.%d.%d.%d", bytes[0], bytes[1], bytes[2], bytes[3]);
	return p.print(text);
}

uint32_t EspClass::getFreeHeap()
{
	return 200000;
}

/* ---- the network is always there ---- */

static bool awake;

bool WiFiGenericClass::setSleep(bool enabled)
{
	if (enabled)
		fail("a server's radio does not sleep");
	awake = true;
	return true;
}

wl_status_t WiFiSTAClass::begin(const char *, const char *, int32_t, const uint8_t *, bool)
{
	return WL_DISCONNECTED;
}

wl_status_t WiFiSTAClass::status()
{
	static int asked;
	if (!awake)
		fail("the radio sleeps: WiFi.setSleep(false)");
	return asked++ < 2 ? WL_DISCONNECTED : WL_CONNECTED;
}

IPAddress WiFiSTAClass::localIP() const
{
	return IPAddress(127, 0, 0, 1);
}

bool MDNSResponder::begin(const String &hostName)
{
	return hostName.c_str()[0] != '\0';
}

int main()
{
	signal(SIGTERM, [](int) { ended = 1; });
	setvbuf(stdout, NULL, _IOLBF, 0);
	setup();
	while (!ended)
		loop();
	hatch_close(started);
	return 0;
}
