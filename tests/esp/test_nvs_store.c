/*
 * test_nvs_store.c - the store in NVS: what it keeps, and what each error becomes
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nvs.h>
#include <nvs_flash.h>

#include "hatch_port.h"
#include "standin.h"

static const struct hatch_port *port = &hatch_default_port;

static void reboot(void)
{
	standin_reboot();
	assert_int_equal(nvs_flash_init(), ESP_OK);
}

/* A flash with nothing on it. */
static int fresh(void **state)
{
	static char folder[32];
	(void)state;
	strcpy(folder, "/tmp/hatch-nvs-XXXXXX");
	if (mkdtemp(folder) == NULL || setenv("HATCH_NVS", folder, 1) != 0)
		return -1;
	reboot();
	return 0;
}

static int gone(void **state)
{
	char command[64];
	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", getenv("HATCH_NVS"));
	return system(command);
}

static void expect(const char *key, const char *value)
{
	char buf[16];
	size_t len = sizeof(buf);
	assert_int_equal(port->store_get(key, buf, &len), 0);
	assert_int_equal(len, strlen(value));
	assert_memory_equal(buf, value, len);
}

/* ---- what it keeps ---- */

static void values_survive_a_reboot(void **state)
{
	static unsigned char large[1200], back[1200];
	size_t len = sizeof(back);
	(void)state;
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (unsigned char)(i * 7);
	assert_int_equal(port->store_put("hatch-identity", large, sizeof(large)), 0);
	assert_int_equal(port->store_put("hatch-tickets", "first", 5), 0);
	reboot();
	expect("hatch-tickets", "first");
	assert_int_equal(port->store_put("hatch-tickets", "second", 6), 0);
	reboot();
	expect("hatch-tickets", "second");
	assert_int_equal(port->store_get("hatch-identity", back, &len), 0);
	assert_int_equal(len, sizeof(large));
	assert_memory_equal(back, large, len);
	assert_int_equal(standin.nvs_handles, 0);
	assert_string_equal(standin.log, "");
}

static void no_such_key(void **state)
{
	char buf[4];
	size_t len = sizeof(buf);
	(void)state;
	assert_int_equal(port->store_get("none", buf, &len), HATCH_EGONE); /* no namespace */
	assert_int_equal(port->store_put("one", "1", 1), 0);
	assert_int_equal(port->store_get("none", buf, &len), HATCH_EGONE);
	assert_string_equal(standin.log, ""); /* a first start is no error */
	assert_int_equal(standin.nvs_handles, 0);
}

static void keys(void **state)
{
	char buf[4];
	size_t len = sizeof(buf);
	(void)state;
	assert_int_equal(port->store_put("fifteen-letters", "x", 1), 0);
	expect("fifteen-letters", "x");
	assert_int_equal(port->store_put("sixteen--letters", "x", 1), HATCH_EINVAL);
	assert_int_equal(port->store_get("sixteen--letters", buf, &len), HATCH_EINVAL);
	assert_int_equal(port->store_put("", "x", 1), HATCH_EINVAL);
	assert_int_equal(port->store_get("", buf, &len), HATCH_EINVAL);
}

static void too_little_room(void **state)
{
	char buf[8];
	size_t len = 4;
	(void)state;
	assert_int_equal(port->store_put("key", "value", 5), 0);
	assert_int_equal(port->store_get("key", buf, &len), HATCH_EBIG);
	len = 5;
	assert_int_equal(port->store_get("key", buf, &len), 0);
	assert_int_equal(standin.nvs_handles, 0);
}

/* ---- what fails ---- */

static void nvs_was_not_started(void **state)
{
	char buf[4];
	size_t len = sizeof(buf);
	(void)state;
	standin_reboot();
	assert_int_equal(port->store_get("key", buf, &len), HATCH_EPORT);
	assert_non_null(
		strstr(standin.log, "E hatch: cannot read \"key\": NVS is not started; call "
				    "nvs_flash_init() first\n"));
	assert_int_equal(port->store_put("key", "x", 1), HATCH_EPORT);
	assert_non_null(strstr(standin.log, "cannot keep \"key\": NVS is not started"));
}

static void nvs_is_full(void **state)
{
	char value[60] = { 0 };
	(void)state;
	standin.nvs_room = 100;
	assert_int_equal(port->store_put("a", value, sizeof(value)), 0);
	assert_int_equal(port->store_put("b", value, sizeof(value)), HATCH_EFULL);
	assert_non_null(strstr(standin.log, "E hatch: cannot keep \"b\": NVS is full; make its "));
	assert_int_equal(port->store_put("b", "fits", 4), 0);
	expect("b", "fits");
	assert_int_equal(standin.nvs_handles, 0);
}

struct failure {
	esp_err_t nvs;
	int hatch;
	bool said;
};

static const struct failure failures[] = {
	{ ESP_ERR_NVS_NOT_ENOUGH_SPACE, HATCH_EFULL, true },
	{ ESP_ERR_NVS_VALUE_TOO_LONG, HATCH_EBIG, false },
	{ ESP_ERR_NVS_INVALID_LENGTH, HATCH_EBIG, false },
	{ ESP_ERR_NVS_READ_ONLY, HATCH_EPORT, true },
	{ ESP_ERR_NVS_REMOVE_FAILED, HATCH_EPORT, true },
	{ ESP_ERR_NVS_INVALID_STATE, HATCH_EPORT, true },
	{ ESP_ERR_NVS_TYPE_MISMATCH, HATCH_EPORT, true },
	{ ESP_ERR_NVS_NO_FREE_PAGES, HATCH_EPORT, true },
	{ ESP_ERR_NO_MEM, HATCH_EPORT, true },
	{ ESP_FAIL, HATCH_EPORT, true },
};

static void every_call_fails_once(void **state)
{
	esp_err_t *const puts[] = { &standin.nvs_open, &standin.nvs_set, &standin.nvs_commit };
	esp_err_t *const gets[] = { &standin.nvs_open, &standin.nvs_get };
	(void)state;
	assert_int_equal(port->store_put("key", "old", 3), 0);
	for (size_t i = 0; i < HATCH_COUNT(failures); i++) {
		const struct failure *f = &failures[i];
		char buf[4];
		size_t len = sizeof(buf);
		for (size_t call = 0; call < HATCH_COUNT(puts); call++) {
			standin.log[0] = '\0';
			*puts[call] = f->nvs;
			assert_int_equal(port->store_put("key", "new", 3), f->hatch);
			*puts[call] = ESP_OK;
			assert_int_equal(
				strstr(standin.log, "cannot keep \"key\"") != NULL, f->said);
			expect("key", "old");
		}
		for (size_t call = 0; call < HATCH_COUNT(gets); call++) {
			standin.log[0] = '\0';
			*gets[call] = f->nvs;
			assert_int_equal(port->store_get("key", buf, &len), f->hatch);
			*gets[call] = ESP_OK;
			assert_int_equal(
				strstr(standin.log, "cannot read \"key\"") != NULL, f->said);
		}
		assert_int_equal(standin.nvs_handles, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_survive_a_reboot, fresh, gone),
		cmocka_unit_test_setup_teardown(no_such_key, fresh, gone),
		cmocka_unit_test_setup_teardown(keys, fresh, gone),
		cmocka_unit_test_setup_teardown(too_little_room, fresh, gone),
		cmocka_unit_test_setup_teardown(nvs_was_not_started, fresh, gone),
		cmocka_unit_test_setup_teardown(nvs_is_full, fresh, gone),
		cmocka_unit_test_setup_teardown(every_call_fails_once, fresh, gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
