// exp, log, tanh and erf with one fixed sequence of IEEE operations, so that every engine gets the same bits.
// Coefficients: minimax fits made with Lawson's algorithm by tools/fit/fit_math.py; worst errors in docs/results.
// src/numerics/math32.ts is the same arithmetic in TypeScript; a test compares the two bit by bit.
#pragma once
#include "lanes.h"

namespace zoo {

struct Exponential {
  V mantissa;  // in [sqrt(1/2), sqrt(2)]
  I exponent;
};

/** e^x = mantissa * 2^exponent for |x| <= 104. */
ZOO_INLINE Exponential split_exp(V x) {
  const V magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const V shifted = madd(x, splat(1.44269504f), magic);
  const V whole = shifted - magic;
  V r = madd(whole, splat(-0.693359375f), x);
  r = madd(whole, splat(2.12194440e-4f), r);
  V p = splat(0.0013814137782901525f);
  p = madd(p, r, splat(0.00836893916130066f));
  p = madd(p, r, splat(0.04166841134428978f));
  p = madd(p, r, splat(0.166665181517601f));
  p = madd(p, r, splat(0.4999999403953552f));
  return {madd(p * r, r, r) + splat(1.0f), (I)shifted - (I)magic};
}

/** e^x; overflows to infinity above 88.72, underflows gradually below -87.33. */
ZOO_INLINE V exp(V x) {
  x = pick(x > splat(89.0f), splat(89.0f), x);
  x = pick(x < splat(-104.0f), splat(-104.0f), x);
  const Exponential e = split_exp(x);
  const I half = e.exponent >> 1;  // two factors, since one power of two cannot reach the subnormals
  const V first = (V)((half + splat_i(127)) << 23);
  const V second = (V)((e.exponent - half + splat_i(127)) << 23);
  return e.mantissa * first * second;
}

/** Natural logarithm; log(0) = -infinity, NaN below. */
ZOO_INLINE V log(V x) {
  const I tiny = x < splat(1.17549435e-38f);
  const V y = pick(tiny, x * splat(8388608.0f), x);
  const I bits = (I)y - splat_i(0x3f3504f3);  // sqrt(1/2): the mantissa ends up in [sqrt(1/2), sqrt(2))
  const I exponent = (bits >> 23) + pick(tiny, splat_i(-23), splat_i(0));
  const V f = (V)((bits & splat_i(0x007fffff)) + splat_i(0x3f3504f3)) - splat(1.0f);
  const V e = __builtin_convertvector(exponent, V);
  V p = splat(-0.07634509354829788f);
  p = madd(p, f, splat(0.12761594355106354f));
  p = madd(p, f, splat(-0.13160185515880585f));
  p = madd(p, f, splat(0.14201755821704865f));
  p = madd(p, f, splat(-0.16623356938362122f));
  p = madd(p, f, splat(0.20001226663589478f));
  p = madd(p, f, splat(-0.2500081956386566f));
  p = madd(p, f, splat(0.3333333134651184f));
  const V square = f * f;
  V tail = madd(e, splat(-2.12194440e-4f), p * square * f);
  tail = madd(square, splat(-0.5f), tail);
  V result = madd(e, splat(0.693359375f), f + tail);
  result = pick(x == splat(__builtin_inff()), x, result);
  result = pick(x == splat(0.0f), splat(-__builtin_inff()), result);
  return pick(x < splat(0.0f), splat(__builtin_nanf("")), result) + pick(x == x, splat(0.0f), x);
}

/** Odd polynomial below 0.55, 1 - 2 / (e^2|x| + 1) above, 1 from 9.02 on. */
ZOO_INLINE V tanh(V x) {
  const V a = abs(x);
  const V s = x * x;
  V small = splat(-0.00628247344866395f);
  small = madd(small, s, splat(0.021077757701277733f));
  small = madd(small, s, splat(-0.05385385826230049f));
  small = madd(small, s, splat(0.13332602381706238f));
  small = madd(small, s, splat(-0.33333319425582886f));
  small = madd(small * s, x, x);
  const V b = pick(a > splat(9.02f), splat(9.02f), a);
  const Exponential e = split_exp(b + b);
  const V power = e.mantissa * (V)((e.exponent + splat_i(127)) << 23);
  const V large = splat(1.0f) - splat(2.0f) / (power + splat(1.0f));
  return copysign(pick(a > splat(0.55f), large, small), x);  // for -0, small is +0
}

/** Error function: odd polynomial below 0.921875, 1 - exp(-poly) above, 1 from 4 on. */
ZOO_INLINE V erf(V x) {
  const V a = abs(x);
  const V s = x * x;
  V small = splat(8.370100113097578e-05f);
  small = madd(small, s, splat(-0.0008142704027704895f));
  small = madd(small, s, splat(0.005201032385230064f));
  small = madd(small, s, splat(-0.026859398931264877f));
  small = madd(small, s, splat(0.11283695697784424f));
  small = madd(small, s, splat(-0.37612634897232056f));
  small = madd(small, s, splat(1.128379225730896f));
  small = small * x;
  const V b = pick(a > splat(4.0f), splat(4.0f), a);
  V large = splat(-0.0001957207132363692f);
  large = madd(large, b, splat(0.003041093237698078f));
  large = madd(large, b, splat(-0.022218452766537666f));
  large = madd(large, b, splat(0.10391402989625931f));
  large = madd(large, b, splat(0.637202262878418f));
  large = madd(large, b, splat(1.1276637315750122f));
  large = madd(large, b, splat(0.0001985546841751784f));
  large = splat(1.0f) - exp(-large);
  return pick(a > splat(0.921875f), copysign(large, x), small);
}

/** 1 / (1 + e^-|x|), times e^-|x| for negative x: no overflow on either side. */
ZOO_INLINE V sigmoid(V x) {
  const V power = exp(-abs(x));
  const V upper = splat(1.0f) / (splat(1.0f) + power);
  return pick(x < splat(0.0f), power * upper, upper);
}

}  // namespace zoo
