/*
 * collect/nft.h - expressions of nftables rules as text.
 */
#ifndef COLLECT_NFT_H
#define COLLECT_NFT_H

#include "../util/buf.h"

/*
 * The list in NFTA_RULE_EXPRESSIONS, nearly as nft(8) writes it; what has no
 * words of its own stands as [name].  Pure; damaged ends are left out.
 */
void nft_rule_text(struct str expressions, struct buf *out);

#endif
