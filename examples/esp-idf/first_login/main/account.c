/*
 * account.c - one account in NVS: a name, and what PBKDF2 makes of its password
 * SPDX-License-Identifier: MIT
 *
 * How many rounds: as many as this chip makes in a quarter of a second, and the number is stored
 * with the hash.  More would be better against somebody who has read the flash, but the server has
 * one task, and everybody waits while a password is looked at.  So what counts is that it is long,
 * and that the flash is encrypted where others can get at it.
 */
#include <esp_log.h>
#include <esp_random.h>
#include <esp_timer.h>
#include <mbedtls/platform_util.h>
#include <nvs.h>
#include <string.h>

#include "app.h"

enum { FORMAT = 1, PROBE = 200, WISHED_US = 250000 };
enum { ROUNDS_MIN = 1000, ROUNDS_MAX = 1000000 }; /* the least: NIST SP 800-132 section 5.2 */

static const char tag[] = "first_login", space[] = "first_login", key[] = "account";

static struct kept {
	uint32_t format, rounds;
	uint8_t salt[SALT_LEN], hash[HASH_LEN];
	char name[HATCH_SESSION_NAME + 1];
} kept;
static enum account_state state;

static bool is_good(const struct kept *account, size_t len)
{
	return len == sizeof(*account) && account->format == FORMAT &&
	       account->rounds >= ROUNDS_MIN && account->rounds <= ROUNDS_MAX &&
	       account->name[0] != '\0' && account->name[sizeof(account->name) - 1] == '\0';
}

/* Only where NVS says that there is none may one be set: doubt leaves the door shut. */
void account_init(void)
{
	nvs_handle_t nvs;
	size_t len = sizeof(kept);
	esp_err_t error = nvs_open(space, NVS_READONLY, &nvs);
	if (error == ESP_OK) {
		error = nvs_get_blob(nvs, key, &kept, &len);
		nvs_close(nvs);
	}
	if (error == ESP_ERR_NVS_NOT_FOUND)
		state = ACCOUNT_NONE;
	else if (error == ESP_OK && is_good(&kept, len))
		state = ACCOUNT_SET;
	else
		state = ACCOUNT_BROKEN;
	if (state == ACCOUNT_BROKEN)
		ESP_LOGE(tag, "the account cannot be read (%s): idf.py erase-flash forgets it",
			error == ESP_OK ? "damaged" : esp_err_to_name(error));
}

enum account_state account_state(void)
{
	return state;
}

/* 0: it cannot compute. */
static uint32_t rounds_of_this_chip(void)
{
	static const uint8_t salt[SALT_LEN];
	uint8_t hash[HASH_LEN];
	int64_t begun = esp_timer_get_time();
	if (!pbkdf2(hash, hatch_str("a password"), salt, PROBE))
		return 0;
	int64_t took = esp_timer_get_time() - begun;
	int64_t rounds = (int64_t)PROBE * WISHED_US / (took > 0 ? took : 1);
	if (rounds > ROUNDS_MAX)
		return ROUNDS_MAX;
	return rounds < ROUNDS_MIN ? ROUNDS_MIN : (uint32_t)rounds;
}

static esp_err_t store(const struct kept *account)
{
	nvs_handle_t nvs;
	esp_err_t error = nvs_open(space, NVS_READWRITE, &nvs);
	if (error != ESP_OK)
		return error;
	error = nvs_set_blob(nvs, key, account, sizeof(*account));
	if (error == ESP_OK)
		error = nvs_commit(nvs);
	nvs_close(nvs);
	return error;
}

bool account_set(struct hatch_span name, struct hatch_span password)
{
	struct kept made = { .format = FORMAT };
	if (state != ACCOUNT_NONE || name.len == 0 || name.len > HATCH_SESSION_NAME ||
		password.len < PASSWORD_MIN || password.len > PASSWORD_MAX)
		return false;
	memcpy(made.name, name.ptr, name.len);
	esp_fill_random(made.salt, sizeof(made.salt));
	made.rounds = rounds_of_this_chip();
	if (!pbkdf2(made.hash, password, made.salt, made.rounds)) {
		ESP_LOGE(tag, "the password's hash could not be computed");
		return false;
	}
	esp_err_t error = store(&made);
	if (error != ESP_OK) {
		ESP_LOGE(tag, "the account could not be stored: %s", esp_err_to_name(error));
		return false;
	}
	kept = made;
	state = ACCOUNT_SET;
	ESP_LOGI(tag, "the account is set, with %lu rounds", (unsigned long)made.rounds);
	return true;
}

static bool same(const uint8_t a[HASH_LEN], const uint8_t b[HASH_LEN])
{
	uint8_t differs = 0;
	for (size_t i = 0; i < HASH_LEN; i++)
		differs |= a[i] ^ b[i];
	return differs == 0;
}

/* For hatch_accounts.  Computed whatever the name: the time does not tell which of them is wrong.
 */
bool account_check(void *arg, struct hatch_span name, struct hatch_span password)
{
	uint8_t hash[HASH_LEN];
	(void)arg;
	if (state != ACCOUNT_SET || password.len > PASSWORD_MAX)
		return false;
	bool good = pbkdf2(hash, password, kept.salt, kept.rounds) && same(hash, kept.hash);
	mbedtls_platform_zeroize(hash, sizeof(hash));
	return good && hatch_eq(name, kept.name);
}
