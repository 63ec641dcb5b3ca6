/*
 * heap.h - whose memory the TLS library allocates
 * SPDX-License-Identifier: MIT
 *
 * mbedTLS allocates through two functions for the whole process.  Ours add up
 * what is taken and given back between enter and leave on this thread.  Blocks
 * carry no header of ours, so that those from before, and other users of the
 * library in the same program, are untouched.
 */
#ifndef HX_TLS_HEAP_H
#define HX_TLS_HEAP_H

#include "engine.h"

/* Once, before the first call of the library; again is harmless.  False: this build cannot count.
 */
bool hx_heap_install(void);

/* NULL: nobody's.  Returns who had it before, for hx_heap_leave(). */
struct hx_heap_account *hx_heap_enter(struct hx_heap_account *account);
void hx_heap_leave(struct hx_heap_account *before);

/*
 * The first two blocks that are asked for while this watches: their sizes; and where place is not
 * NULL, that is what is given instead of a block, uncounted, and is not freed.  NULL: watch no
 * more.
 */
struct hx_heap_watch {
	void *place[2];
	void *block[2];
	size_t size[2];
	unsigned count;
};
void hx_heap_watch(struct hx_heap_watch *watch);

/*
 * What has been refused so far to whoever's turn it is: the library often passes a lack of memory
 * on as something else.  0 where this build cannot count.
 */
uint32_t hx_heap_refused(void);

#endif
