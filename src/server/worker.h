/*
 * worker.h - what worker.c has of other files
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_SERVER_WORKER_H
#define HX_SERVER_WORKER_H

#include "server.h"

/* worker_handler.c */
void hx_worker_handler(struct hatch_req *req);
void hx_worker_wait_for(struct hatch_conn *c);

/* tls/sign.h */
extern const struct hx_sign_ops hx_sign_apart;

#endif
