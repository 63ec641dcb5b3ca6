/*
 * date.c - dates in fields, RFC 9110 section 5.6.7
 * SPDX-License-Identifier: MIT
 *
 * Days are counted on the proleptic Gregorian calendar in years that begin on
 * the first of March, so that the leap day is the last of its year and the
 * months before it follow one line: day 0 of month m is (153 * m + 2) / 5.
 *
 * Reading: the name of the day must be one, but is not compared with the date.
 */
#include "date.h"

#include <stddef.h>
#include <string.h>

#define DAY_S      86400
#define ERA_YEARS  400
#define ERA_DAYS   146097       /* in 400 years */
#define EPOCH_DAYS 719468       /* from 0000-03-01 to 1970-01-01 */
#define TIME_END   253402300800 /* 10000-01-01 00:00:00 */

static const char short_days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const long_days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
	"Friday", "Saturday" };
static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

struct civil {
	int year, month, day, hour, minute, second; /* month and day from 1 */
};

/* For years from 0 on. */
static int64_t days_of(const struct civil *c)
{
	int year = c->month <= 2 ? c->year - 1 : c->year;
	int era = (year + ERA_YEARS) / ERA_YEARS - 1; /* of year -1 too */
	int of_era = year - era * ERA_YEARS;
	int month = (c->month + 9) % 12;
	int of_year = (153 * month + 2) / 5 + c->day - 1;

	return (int64_t)era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
	       EPOCH_DAYS;
}

/* For days from the epoch on. */
static void civil_of(struct civil *c, int64_t days)
{
	int64_t since = days + EPOCH_DAYS;
	int era = (int)(since / ERA_DAYS);
	int of_era = (int)(since % ERA_DAYS);
	/* Leap days before: one in 1461 days, none in 36524, one in 146096. */
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int month = (5 * of_year + 2) / 153;

	c->day = of_year - (153 * month + 2) / 5 + 1;
	c->month = month < 10 ? month + 3 : month - 9;
	c->year = era * ERA_YEARS + year + (c->month <= 2);
}

static char *put_number(char *at, int value, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return at + digits;
}

static char *put_text(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

bool hx_date_format(int64_t unix_time, char out[HX_DATE_LEN + 1])
{
	if (unix_time < 0 || unix_time >= TIME_END)
		return false;

	int64_t days = unix_time / DAY_S;
	int second = (int)(unix_time % DAY_S);
	struct civil c;
	char *at = out;

	civil_of(&c, days);
	at = put_text(at, short_days[(days + 4) % 7]); /* the epoch was a Thursday */
	at = put_text(at, ", ");
	at = put_number(at, c.day, 2);
	*at++ = ' ';
	at = put_text(at, months[c.month - 1]);
	*at++ = ' ';
	at = put_number(at, c.year, 4);
	*at++ = ' ';
	at = put_number(at, second / 3600, 2);
	*at++ = ':';
	at = put_number(at, second / 60 % 60, 2);
	*at++ = ':';
	at = put_number(at, second % 60, 2);
	at = put_text(at, " GMT");
	*at = '\0';
	return true;
}

/* ---- reading ---- */

struct reader {
	const char *at, *end;
};

static bool take_number(struct reader *in, int digits, int *value)
{
	if (in->end - in->at < digits)
		return false;
	*value = 0;
	for (int i = 0; i < digits; i++) {
		char c = *in->at++;

		if (c < '0' || c > '9')
			return false;
		*value = *value * 10 + (c - '0');
	}
	return true;
}

static bool take_text(struct reader *in, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(in->end - in->at) < len || memcmp(in->at, text, len) != 0)
		return false;
	in->at += len;
	return true;
}

static bool take_day_name(struct reader *in, bool full)
{
	for (size_t i = 0; i < 7; i++)
		if (take_text(in, full ? long_days[i] : short_days[i]))
			return true;
	return false;
}

static bool take_month(struct reader *in, int *month)
{
	for (*month = 1; *month <= 12; ++*month)
		if (take_text(in, months[*month - 1]))
			return true;
	return false;
}

/*
 * RFC 9110 lets a two-digit year that seems more than 50 years ahead be of the
 * past.  Without a clock that needs a fixed line: 70 to 99 are of the 20th
 * century, 00 to 69 of the 21st.
 */
static bool take_short_year(struct reader *in, int *year)
{
	if (!take_number(in, 2, year))
		return false;
	*year += *year >= 70 ? 1900 : 2000;
	return true;
}

/* One part of a pattern: a small letter or A, Y reads a part of the date, others are themselves. */
static bool take_part(struct reader *in, char part, struct civil *c)
{
	switch (part) {
	case 'A': return take_day_name(in, true);
	case 'a': return take_day_name(in, false);
	case 'd': return take_number(in, 2, &c->day);
	case 'e':
		return take_text(in, " ") ? take_number(in, 1, &c->day)
					  : take_number(in, 2, &c->day);
	case 'b': return take_month(in, &c->month);
	case 'Y': return take_number(in, 4, &c->year);
	case 'y': return take_short_year(in, &c->year);
	case 'h': return take_number(in, 2, &c->hour);
	case 'm': return take_number(in, 2, &c->minute);
	case 's': return take_number(in, 2, &c->second);
	default: break;
	}
	if (in->at == in->end || *in->at != part)
		return false;
	in->at++;
	return true;
}

static int days_in(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* A leap second is allowed and counts as the first of the next minute. */
static bool civil_ok(const struct civil *c)
{
	return c->day >= 1 && c->day <= days_in(c->year, c->month) && c->hour <= 23 &&
	       c->minute <= 59 && c->second <= 60;
}

static bool parse_as(const char *pattern, struct reader in, struct civil *c)
{
	for (; *pattern != '\0'; pattern++)
		if (!take_part(&in, *pattern, c))
			return false;
	return in.at == in.end;
}

bool hx_date_parse(const char *text, unsigned len, int64_t *unix_time)
{
	/* IMF-fixdate, the one of RFC 850, and that of asctime() in C. */
	static const char *const patterns[] = { "a, d b Y h:m:s GMT", "A, d-b-y h:m:s GMT",
		"a b e h:m:s Y" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct reader in = { text, text + len };
		struct civil c = { 0 };

		if (!parse_as(patterns[i], in, &c) || !civil_ok(&c))
			continue;
		*unix_time = days_of(&c) * DAY_S + c.hour * 3600 + c.minute * 60 + c.second;
		return true;
	}
	return false;
}
