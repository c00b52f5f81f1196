// Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), one generator per lane.
#pragma once
#include "lanes.h"

namespace zoo {

struct Random4 {
  U word[4];
};

/** counter: the four words, shared by all lanes; key: each lane's own seed. */
ZOO_INLINE Random4 philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, U key0, U key1) {
  Random4 c = {{splat_u(c0), splat_u(c1), splat_u(c2), splat_u(c3)}};
  for (int round = 0; round < 10; round++) {
    U high0, low0, high1, low1;
    mul_wide(splat_u(0xD2511F53u), c.word[0], high0, low0);
    mul_wide(splat_u(0xCD9E8D57u), c.word[2], high1, low1);
    c = {{high1 ^ c.word[1] ^ key0, low1, high0 ^ c.word[3] ^ key1, low0}};
    key0 += splat_u(0x9E3779B9u);
    key1 += splat_u(0xBB67AE85u);
  }
  return c;
}

}  // namespace zoo
