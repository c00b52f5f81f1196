import { type Architecture, deriveLayout } from "../../src/index.ts";

/** The logits of one image, in plain float64 loops; activation is tanh. weights: [D], image: [C * H * W]. */
export function forward(architecture: Architecture, weights: Float32Array, image: Float64Array): number[] {
  const { tensors, shapes } = deriveLayout(architecture);
  const slice = (layer: number, part: number): Float32Array => {
    const { offset, size } = tensors.filter((tensor) => tensor.layer === layer)[part];
    return weights.subarray(offset, offset + size);
  };
  let x = [...image];
  for (const [i, layer] of architecture.layers.entries()) {
    const { in: input, out } = shapes[i];
    if (layer.type === "activation") x = x.map(Math.tanh);
    else if (layer.type === "linear") x = linear(x, slice(i, 0), slice(i, 1));
    else if (layer.type === "conv2d") {
      x = conv(x, input, out, layer.kernel, layer.stride ?? 1, layer.padding ?? 0, slice(i, 0), slice(i, 1));
    } else if (layer.type === "maxpool2d" || layer.type === "avgpool2d") {
      const { kernel, stride = kernel } = layer;
      x = pool(x, input, out, kernel, stride, layer.type === "maxpool2d");
    }
  }
  return x;
}

function linear(x: number[], weight: Float32Array, bias: Float32Array): number[] {
  return [...bias].map((b, o) => x.reduce((sum, value, p) => sum + value * weight[o * x.length + p], b));
}

type Shape = number[];

function conv(
  x: number[],
  [Ci, H, W]: Shape,
  [Co, Ho, Wo]: Shape,
  K: number,
  stride: number,
  padding: number,
  weight: Float32Array,
  bias: Float32Array,
): number[] {
  const out: number[] = [];
  for (let o = 0; o < Co; o++)
    for (let i = 0; i < Ho; i++)
      for (let j = 0; j < Wo; j++) {
        let sum = bias[o];
        for (let c = 0; c < Ci; c++)
          for (let u = 0; u < K; u++)
            for (let v = 0; v < K; v++) {
              const [y, z] = [i * stride + u - padding, j * stride + v - padding];
              if (y >= 0 && y < H && z >= 0 && z < W)
                sum += x[(c * H + y) * W + z] * weight[((o * Ci + c) * K + u) * K + v];
            }
        out.push(sum);
      }
  return out;
}

function pool(x: number[], [, H, W]: Shape, [C, Ho, Wo]: Shape, K: number, stride: number, max: boolean): number[] {
  const out: number[] = [];
  for (let c = 0; c < C; c++)
    for (let i = 0; i < Ho; i++)
      for (let j = 0; j < Wo; j++) {
        const values: number[] = [];
        for (let u = 0; u < K; u++)
          for (let v = 0; v < K; v++) values.push(x[(c * H + i * stride + u) * W + j * stride + v]);
        out.push(max ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length);
      }
  return out;
}
