/*
 * settings.h - what was put into the flash before the first start
 * SPDX-License-Identifier: MIT
 *
 * As the factory does with a real device: flash.py makes an image with values in it, and they are
 * read through the store.
 */
#ifndef VIRT_SETTINGS_H
#define VIRT_SETTINGS_H

/* The value of a key with a NUL behind it, from the heap; NULL: there is none. */
char *settings_text(const char *key);

/* The same as a number; otherwise: what it is if there is none. */
long settings_number(const char *key, long otherwise);

#endif
