import type { Activation } from "@zoo/format";
import { erf32, exp32, fma32, sigmoid32, tanh32 } from "../numerics/math32.ts";

const f = Math.fround;

/** Sizes of a convolution; a linear layer is a 1x1 convolution of a 1x1 image. */
export interface Geometry {
  Ci: number;
  H: number;
  W: number;
  Co: number;
  Ho: number;
  Wo: number;
  K: number;
  stride: number;
  padding: number;
}

/** x: [Ci, H, W], weight: [Co, Ci, K, K], bias: [Co] -> [Co, Ho, Wo]. */
export function convolution(x: Float32Array, weight: Float32Array, bias: Float32Array, g: Geometry): Float32Array {
  const plane = g.Ho * g.Wo;
  const start = new Float32Array(g.Co * plane).map((_, i) => bias[Math.floor(i / plane)]);
  return addConvolution(start, x, weight, g);
}

/** Adds the convolution to out [Co, Ho, Wo] and returns it. */
export function addConvolution(out: Float32Array, x: Float32Array, weight: Float32Array, g: Geometry): Float32Array {
  const padded = pad(x, g);
  const width = g.W + 2 * g.padding;
  for (let o = 0; o < g.Co; o++) {
    for (let y = 0; y < g.Ho; y++) {
      for (let x0 = 0; x0 < g.Wo; x0++) {
        let sum = out[(o * g.Ho + y) * g.Wo + x0];
        forEachTap(g, (c, ky, kx, tap) => {
          const row = c * (g.H + 2 * g.padding) + y * g.stride + ky;
          sum = fma32(padded[row * width + x0 * g.stride + kx], weight[o * g.Ci * g.K * g.K + tap], sum);
        });
        out[(o * g.Ho + y) * g.Wo + x0] = sum;
      }
    }
  }
  return out;
}

/** Adds the gradient of one sample to gradWeight and, if given, gradBias: positions in row-major order, one after the other. */
export function convolutionWeightGradient(
  x: Float32Array,
  gradOut: Float32Array,
  gradWeight: Float32Array,
  gradBias: Float32Array | null,
  g: Geometry,
): void {
  const padded = pad(x, g);
  const width = g.W + 2 * g.padding;
  for (let o = 0; o < g.Co; o++) {
    const plane = gradOut.subarray(o * g.Ho * g.Wo, (o + 1) * g.Ho * g.Wo);
    if (gradBias !== null) for (const value of plane) gradBias[o] += value;
    forEachTap(g, (c, ky, kx, tap) => {
      let sum = gradWeight[o * g.Ci * g.K * g.K + tap];
      for (let y = 0; y < g.Ho; y++) {
        const row = (c * (g.H + 2 * g.padding) + y * g.stride + ky) * width + kx;
        for (let x0 = 0; x0 < g.Wo; x0++) sum = fma32(padded[row + x0 * g.stride], plane[y * g.Wo + x0], sum);
      }
      gradWeight[o * g.Ci * g.K * g.K + tap] = sum;
    });
  }
}

/** gradOut: [Co, Ho, Wo], weight: [Co, Ci, K, K] -> [Ci, H, W]. Taps that fall outside gradOut are left out. */
export function convolutionInputGradient(gradOut: Float32Array, weight: Float32Array, g: Geometry): Float32Array {
  return addConvolutionInputGradient(new Float32Array(g.Ci * g.H * g.W), gradOut, weight, g);
}

/** Adds that to gradIn [Ci, H, W] and returns it. */
export function addConvolutionInputGradient(
  gradIn: Float32Array,
  gradOut: Float32Array,
  weight: Float32Array,
  g: Geometry,
): Float32Array {
  for (let c = 0; c < g.Ci; c++) {
    for (let y = 0; y < g.H; y++) {
      for (let x = 0; x < g.W; x++) {
        let sum = gradIn[(c * g.H + y) * g.W + x];
        for (let o = 0; o < g.Co; o++) {
          for (let ky = 0; ky < g.K; ky++) {
            const yo = (y + g.padding - ky) / g.stride;
            if (!Number.isInteger(yo) || yo < 0 || yo >= g.Ho) continue;
            for (let kx = 0; kx < g.K; kx++) {
              const xo = (x + g.padding - kx) / g.stride;
              if (!Number.isInteger(xo) || xo < 0 || xo >= g.Wo) continue;
              const tap = weight[((o * g.Ci + c) * g.K + ky) * g.K + kx];
              sum = fma32(gradOut[(o * g.Ho + yo) * g.Wo + xo], tap, sum);
            }
          }
        }
        gradIn[(c * g.H + y) * g.W + x] = sum;
      }
    }
  }
  return gradIn;
}

function forEachTap(g: Geometry, visit: (c: number, ky: number, kx: number, tap: number) => void): void {
  let tap = 0;
  for (let c = 0; c < g.Ci; c++) {
    for (let ky = 0; ky < g.K; ky++) {
      for (let kx = 0; kx < g.K; kx++) visit(c, ky, kx, tap++);
    }
  }
}

function pad(x: Float32Array, { Ci, H, W, padding }: Geometry): Float32Array {
  if (padding === 0) return x;
  const [height, width] = [H + 2 * padding, W + 2 * padding];
  const out = new Float32Array(Ci * height * width);
  for (let row = 0; row < Ci * H; row++) {
    const [c, y] = [Math.floor(row / H), row % H];
    out.set(x.subarray(row * W, (row + 1) * W), (c * height + y + padding) * width + padding);
  }
  return out;
}

/** Sizes of a pooling layer over [C, H, W] without padding. */
export interface Pooling {
  C: number;
  H: number;
  W: number;
  Ho: number;
  Wo: number;
  K: number;
  stride: number;
}

function forEachWindow(p: Pooling, visit: (out: number, inputs: number[]) => void): void {
  let out = 0;
  for (let c = 0; c < p.C; c++) {
    for (let y = 0; y < p.Ho; y++) {
      for (let x = 0; x < p.Wo; x++) {
        const inputs: number[] = [];
        for (let ky = 0; ky < p.K; ky++) {
          for (let kx = 0; kx < p.K; kx++) inputs.push((c * p.H + y * p.stride + ky) * p.W + x * p.stride + kx);
        }
        visit(out++, inputs);
      }
    }
  }
}

/** The first of the largest values wins, a NaN wins over numbers. winners: index into x per output. */
export function maxPool(x: Float32Array, p: Pooling): { out: Float32Array; winners: Int32Array } {
  const out = new Float32Array(p.C * p.Ho * p.Wo);
  const winners = new Int32Array(out.length);
  forEachWindow(p, (o, inputs) => {
    let winner = inputs[0];
    for (const i of inputs.slice(1)) if (x[i] > x[winner] || Number.isNaN(x[i])) winner = i;
    out[o] = x[winner];
    winners[o] = winner;
  });
  return { out, winners };
}

/** The tangent of each window's winner. */
export function maxPoolTangent(tangents: Float32Array, winners: Int32Array): Float32Array {
  return Float32Array.from(winners, (i) => tangents[i]);
}

export function maxPoolGradient(gradOut: Float32Array, winners: Int32Array, p: Pooling): Float32Array {
  const gradIn = new Float32Array(p.C * p.H * p.W);
  const overlapping = p.stride < p.K;
  for (const [o, i] of winners.entries()) gradIn[i] = overlapping ? gradIn[i] + gradOut[o] : gradOut[o];
  return gradIn;
}

export function averagePool(x: Float32Array, p: Pooling): Float32Array {
  const out = new Float32Array(p.C * p.Ho * p.Wo);
  forEachWindow(p, (o, inputs) => {
    out[o] = inputs.reduce((sum, i) => f(sum + x[i]), 0) / (p.K * p.K);
  });
  return out;
}

export function averagePoolGradient(gradOut: Float32Array, p: Pooling): Float32Array {
  const gradIn = new Float32Array(p.C * p.H * p.W);
  forEachWindow(p, (o, inputs) => {
    const share = f(gradOut[o] / (p.K * p.K));
    for (const i of inputs) gradIn[i] += share;
  });
  return gradIn;
}

const SQRT_HALF = f(0.70710678);
const normalDensity = (x: number): number => f(exp32(f(f(x * x) * -0.5)) * f(0.39894228));
const normalCdf = (x: number): number => fma32(erf32(f(x * SQRT_HALF)), 0.5, 0.5);

/** Element-wise; leaky_relu has slope .01, gelu is x * Phi(x). */
export function activate(kind: Activation, x: number): number {
  switch (kind) {
    case "tanh":
      return tanh32(x);
    case "relu":
      return x < 0 ? 0 : x;
    case "leaky_relu":
      return x < 0 ? f(x * f(0.01)) : x;
    case "sigmoid":
      return sigmoid32(x);
    case "silu":
      return f(x * sigmoid32(x));
    case "gelu":
      return f(x * normalCdf(x));
    case "elu":
      return x > 0 ? x : f(exp32(x) - 1);
    case "none":
      return x;
    default:
      return kind satisfies never;
  }
}

/** Derivative of the activation at x, where y = activate(kind, x). */
export function slope(kind: Activation, x: number, y: number): number {
  switch (kind) {
    case "tanh":
      return fma32(-y, y, 1);
    case "relu":
      return x <= 0 ? 0 : 1;
    case "leaky_relu":
      return x <= 0 ? f(0.01) : 1;
    case "sigmoid":
      return f(y * f(1 - y));
    case "silu": {
      const s = sigmoid32(x);
      return f(s * fma32(x, f(1 - s), 1));
    }
    case "gelu":
      return fma32(x, normalDensity(x), normalCdf(x));
    case "elu":
      return x > 0 ? 1 : f(y + 1);
    case "none":
      return 1;
    default:
      return kind satisfies never;
  }
}

/** Second derivative of the activation at x, where y = activate(kind, x); null for kinds that are straight but for a corner. */
export function curvature(kind: Activation, x: number, y: number): number | null {
  switch (kind) {
    case "tanh":
      return f(f(-2 * y) * slope(kind, x, y));
    case "relu":
    case "leaky_relu":
    case "none":
      return null;
    case "sigmoid":
      return f(slope(kind, x, y) * fma32(-2, y, 1));
    case "silu": {
      const s = sigmoid32(x);
      return f(f(s * f(1 - s)) * fma32(x, fma32(-2, s, 1), 2));
    }
    case "gelu":
      return f(normalDensity(x) * fma32(-x, x, 2));
    case "elu":
      return x > 0 ? 0 : f(y + 1);
    default:
      return kind satisfies never;
  }
}
