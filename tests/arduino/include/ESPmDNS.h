/*
 * ESPmDNS.h - a stand-in: see Arduino.h
 * SPDX-License-Identifier: MIT
 */
#ifndef STAND_IN_ESPMDNS_H
#define STAND_IN_ESPMDNS_H

#include <Arduino.h>

class MDNSResponder
{
      public:
	bool begin(const String &hostName);
};
extern MDNSResponder MDNS;

#endif
