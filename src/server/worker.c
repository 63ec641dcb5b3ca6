/*
 * worker.c - tasks for what would keep the server's own from everybody else
 * SPDX-License-Identifier: MIT
 *
 *	submit --> todo --(a worker: run)--> over --(the server's task: done)-->
 *
 * Both queues are under the server's lock; a worker sleeps on the signal.
 */
#include "server.h"

#include "../base/check.h"
#include "worker.h"

static void append(struct hx_queue *queue, struct hx_job *job)
{
	job->next = NULL;
	if (queue->last == NULL)
		queue->first = job;
	else
		queue->last->next = job;
	queue->last = job;
}

static struct hx_job *take(struct hatch *srv, struct hx_queue *queue)
{
	srv->port->lock(srv->lock);
	struct hx_job *job = queue->first;
	if (job != NULL)
		queue->first = job->next;
	if (queue->first == NULL)
		queue->last = NULL;
	srv->port->unlock(srv->lock);
	return job;
}

static void put(struct hatch *srv, struct hx_queue *queue, struct hx_job *job)
{
	srv->port->lock(srv->lock);
	append(queue, job);
	srv->port->unlock(srv->lock);
}

static void work(void *arg)
{
	struct hatch *srv = arg;
	for (;;) {
		srv->port->signal_wait(srv->work_signal);
		if (atomic_load(&srv->workers_end))
			return;
		struct hx_job *job = take(srv, &srv->todo);
		if (job == NULL)
			continue;
		job->run(job);
		put(srv, &srv->over, job);
		srv->port->wake(srv->net);
	}
}

static void submit(void *self, struct hx_job *job)
{
	struct hatch *srv = self;
	HX_ASSERT(srv->worker_count > 0);
	put(srv, &srv->todo, job);
	srv->port->signal_give(srv->work_signal);
}

static void settle(struct hatch *srv)
{
	struct hx_job *job;
	while (srv->worker_count > 0 && (job = take(srv, &srv->over)) != NULL)
		job->done(job);
}

static int spawn_all(struct hatch *srv, const struct hatch_workers *workers)
{
	struct hatch_task how = workers->task;
	if (how.stack == 0)
		how.stack = HATCH_WORKER_STACK;
	if (how.priority == 0)
		how.priority = HATCH_WORKER_PRIORITY;
	for (; srv->worker_count < workers->count; srv->worker_count++) {
		int error = srv->port->spawn(&srv->workers[srv->worker_count], work, srv, &how);
		if (error < 0)
			return error;
	}
	return 0;
}

/* What has not begun is not done any more; what has, is waited for. */
static void close_all(struct hatch *srv)
{
	atomic_store(&srv->workers_end, true);
	for (unsigned i = 0; i < srv->worker_count; i++)
		srv->port->signal_give(srv->work_signal);
	for (unsigned i = 0; i < srv->worker_count; i++)
		srv->port->join(srv->workers[i]);
	srv->worker_count = 0;
	if (srv->work_signal != NULL)
		srv->port->signal_close(srv->work_signal);
	srv->work_signal = NULL;
}

static const struct hx_work_ops ops = {
	.close = close_all,
	.submit = submit,
	.settle = settle,
	.handler = hx_worker_handler,
	.wait_for = hx_worker_wait_for,
	.sign = &hx_sign_apart,
};

int hatch_worker_tasks(struct hatch *srv, const struct hatch_workers *how)
{
	srv->work = &ops;
	if (srv->port->signal_open == NULL) {
		hx_log(srv, HATCH_ERROR,
			"config.workers: this platform has no tasks that could "
			"work while the server goes on");
		return HATCH_ENOSYS;
	}
	int error = srv->port->signal_open(&srv->work_signal);
	if (error == 0)
		error = spawn_all(srv, how);
	if (error < 0)
		hx_log(srv, HATCH_ERROR, "config.workers: the platform could not start them: %s",
			hatch_strerror(error));
	return error;
}
