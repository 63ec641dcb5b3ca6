/*
 * job.h - work for another task than the server's
 * SPDX-License-Identifier: MIT
 *
 * A job is a part of what it works for, which must not go away meanwhile.  run() is called on a
 * worker, then done() on the server's task.
 */
#ifndef HX_BASE_JOB_H
#define HX_BASE_JOB_H

#include <stdbool.h>

struct hx_job {
	struct hx_job *next;
	void (*run)(struct hx_job *job);
	void (*done)(struct hx_job *job);
};

/* Who takes jobs; submit NULL: nobody, there are no workers. */
struct hx_jobs {
	void (*submit)(void *self, struct hx_job *job);
	void (*wake)(void *self); /* on the server's task: who waits for a job's end may go on */
	void *self;
	const struct hx_sign_ops *sign; /* so are signatures with slow keys; tls/sign.h */
};

#endif
