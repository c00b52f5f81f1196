// WebAssembly SIMD, 4 lanes. Built twice: with ZOO_RELAXED the multiply-add is the relaxed instruction, which
// most hardware fuses (the loader probes it); without, the fused result is computed in float64.
#pragma once
#include <wasm_simd128.h>

#if ZOO_LANES != 4
#error "WebAssembly has 4 lanes"
#endif

namespace zoo {

ZOO_INLINE V splat(float f) { return V{f, f, f, f}; }
ZOO_INLINE I splat_i(int32_t v) { return I{v, v, v, v}; }
ZOO_INLINE Doubles splat64(double d) { return Doubles{d, d}; }
ZOO_INLINE Doubles madd_exact(Doubles a, Doubles b, Doubles c) { return a * b + c; }
ZOO_INLINE V sqrt(V x) { return (V)wasm_f32x4_sqrt((v128_t)x); }
ZOO_INLINE V minimum(V a, V b) { return (V)wasm_f32x4_pmin((v128_t)a, (v128_t)b); }
ZOO_INLINE V maximum(V a, V b) { return (V)wasm_f32x4_pmax((v128_t)a, (v128_t)b); }
ZOO_INLINE int sum_bytes(ByteVector x) {
  const v128_t quarters = wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16((v128_t)x));
  return wasm_i32x4_extract_lane(quarters, 0) + wasm_i32x4_extract_lane(quarters, 1) +
         wasm_i32x4_extract_lane(quarters, 2) + wasm_i32x4_extract_lane(quarters, 3);
}
ZOO_INLINE V from_bytes(const uint8_t* p) {
  return (V)wasm_f32x4_convert_i32x4(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p))));
}

#if defined(ZOO_RELAXED)
ZOO_INLINE V madd(V a, V b, V c) { return __builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#else
/**
 * a * b + c rounded once. The product of two float32 is exact in float64; the sum is rounded to odd (Boldo and
 * Melquiond 2008), so that rounding it again to float32 gives the correctly rounded result.
 */
ZOO_INLINE v128_t madd_pair(v128_t a, v128_t b, v128_t c) {
  const v128_t product = wasm_f64x2_mul(a, b);
  const v128_t sum = wasm_f64x2_add(product, c);
  const v128_t c_part = wasm_f64x2_sub(sum, product);
  const v128_t error =
      wasm_f64x2_add(wasm_f64x2_sub(product, wasm_f64x2_sub(sum, c_part)), wasm_f64x2_sub(c, c_part));
  const v128_t zero = wasm_f64x2_splat(0);
  const v128_t inexact = wasm_v128_or(wasm_f64x2_lt(error, zero), wasm_f64x2_gt(error, zero));
  const v128_t even = wasm_i64x2_eq(wasm_v128_and(sum, wasm_i64x2_splat(1)), wasm_i64x2_splat(0));
  const v128_t away = wasm_i64x2_shr(wasm_v128_xor(sum, error), 63);
  const v128_t step = wasm_v128_or(away, wasm_i64x2_splat(1));
  return wasm_i64x2_add(sum, wasm_v128_and(wasm_v128_and(inexact, even), step));
}
ZOO_INLINE V madd(V a, V b, V c) {
  const v128_t low = madd_pair(wasm_f64x2_promote_low_f32x4((v128_t)a), wasm_f64x2_promote_low_f32x4((v128_t)b),
                               wasm_f64x2_promote_low_f32x4((v128_t)c));
  const v128_t ah = wasm_i32x4_shuffle((v128_t)a, (v128_t)a, 2, 3, 2, 3);
  const v128_t bh = wasm_i32x4_shuffle((v128_t)b, (v128_t)b, 2, 3, 2, 3);
  const v128_t ch = wasm_i32x4_shuffle((v128_t)c, (v128_t)c, 2, 3, 2, 3);
  const v128_t high = madd_pair(wasm_f64x2_promote_low_f32x4(ah), wasm_f64x2_promote_low_f32x4(bh),
                                wasm_f64x2_promote_low_f32x4(ch));
  return (V)wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(low), wasm_f32x4_demote_f64x2_zero(high), 0, 1, 4, 5);
}
#endif

/** 32x32 -> 64 bit products, split into high and low words, lane by lane. */
ZOO_INLINE void mul_wide(U a, U b, U& high, U& low) {
  const v128_t first = wasm_u64x2_extmul_low_u32x4((v128_t)a, (v128_t)b);
  const v128_t second = wasm_u64x2_extmul_high_u32x4((v128_t)a, (v128_t)b);
  low = (U)wasm_i32x4_shuffle(first, second, 0, 2, 4, 6);
  high = (U)wasm_i32x4_shuffle(first, second, 1, 3, 5, 7);
}

/**
 * The masks are all ones or all zeros in a lane, for which the relaxed instruction has one result. An intrinsic, because
 * LLVM turns "a < b ? a : b" into relaxed_min, whose result for NaN depends on the hardware.
 */
ZOO_INLINE I select(I mask, I yes, I no) {
#if defined(ZOO_RELAXED)
  return (I)wasm_i32x4_relaxed_laneselect((v128_t)yes, (v128_t)no, (v128_t)mask);
#else
  return (I)wasm_v128_bitselect((v128_t)yes, (v128_t)no, (v128_t)mask);
#endif
}

ZOO_INLINE void in_register(V&) {}
ZOO_INLINE void in_register(Doubles&) {}

// V8 loads all operands of a step before it multiplies, and keeps one of x86-64's 16 registers for itself; a tile that
// spills trains 25 % more slowly.
constexpr int REGISTERS = 15;
constexpr int operand_registers(int shorter, int longer) { return shorter + longer; }

}  // namespace zoo
