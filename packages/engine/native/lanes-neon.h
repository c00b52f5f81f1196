// 64-bit Arm: 4 lanes in a Neon register; fmla is fused.
#pragma once
#include <arm_neon.h>

#if ZOO_LANES != 4
#error "Neon has 4 lanes"
#endif

namespace zoo {

ZOO_INLINE V splat(float f) { return (V)vdupq_n_f32(f); }
ZOO_INLINE I splat_i(int32_t v) { return (I)vdupq_n_s32(v); }
ZOO_INLINE Doubles splat64(double d) { return (Doubles)vdupq_n_f64(d); }
ZOO_INLINE Doubles madd_exact(Doubles a, Doubles b, Doubles c) {
  return (Doubles)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
ZOO_INLINE V madd(V a, V b, V c) { return (V)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
ZOO_INLINE V sqrt(V x) { return (V)vsqrtq_f32((float32x4_t)x); }
ZOO_INLINE V minimum(V a, V b) { return (V)vminq_f32((float32x4_t)a, (float32x4_t)b); }
ZOO_INLINE V maximum(V a, V b) { return (V)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
ZOO_INLINE int sum_bytes(ByteVector x) { return vaddlvq_u8((uint8x16_t)x); }
ZOO_INLINE V from_bytes(const uint8_t* p) { return V{(float)p[0], (float)p[1], (float)p[2], (float)p[3]}; }

/** 32x32 -> 64 bit products, split into high and low words, lane by lane. */
ZOO_INLINE void mul_wide(U a, U b, U& high, U& low) {
  const uint32x4_t first = vreinterpretq_u32_u64(vmull_u32(vget_low_u32((uint32x4_t)a), vget_low_u32((uint32x4_t)b)));
  const uint32x4_t second = vreinterpretq_u32_u64(vmull_high_u32((uint32x4_t)a, (uint32x4_t)b));
  low = (U)vuzp1q_u32(first, second);
  high = (U)vuzp2q_u32(first, second);
}

ZOO_INLINE void in_register(V&) {}
ZOO_INLINE void in_register(Doubles&) {}

ZOO_INLINE I select(I mask, I yes, I no) { return mask ? yes : no; }

/** Registers that the operands of a tile's step take: the shorter ones are held, the longer ones pass through one. */
constexpr int operand_registers(int shorter, int) { return shorter + 1; }

constexpr int REGISTERS = 32;

}  // namespace zoo
