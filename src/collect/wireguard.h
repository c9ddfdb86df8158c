/*
 * collect/wireguard.h - a device of WireGuard as the kernel tells of it.
 */
#ifndef COLLECT_WIREGUARD_H
#define COLLECT_WIREGUARD_H

#include "net.h"

/*
 * Rows of one answer (behind its generic header): the device and its peers.
 * Private and preshared keys are never written; false past the cap.
 */
bool wireguard_rows(struct net_probe *, struct str attributes);

#endif
