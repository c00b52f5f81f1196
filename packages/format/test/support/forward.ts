import { type Activation, type Architecture, deriveLayout, type LayerShape, type LayerSpec } from "../../src/index.ts";

type Shape = readonly number[];
type Numbers = ArrayLike<number>;

export interface ForwardOptions {
  /** Of the layers that name none; tanh unless given. */
  activation?: Activation;
  /** Running means and variances [B], which batch normalisation uses. */
  buffers?: Numbers & { subarray(begin: number, end: number): Numbers };
}

/**
 * The logits of one image, in plain float64 loops; dropout is off and batch normalisation evaluates.
 * weights: [D], image: [C * H * W].
 */
export function forward(
  architecture: Architecture,
  weights: Float32Array,
  image: Float64Array,
  { activation = "tanh", buffers = new Float32Array(0) }: ForwardOptions = {},
): number[] {
  const layout = deriveLayout(architecture);
  const shapes = new Map(layout.shapes.map((shape) => [shape.path, shape]));
  const slices = new Map<string, Numbers>([
    ...layout.tensors.map(({ name, offset, size }) => [name, weights.subarray(offset, offset + size)] as const),
    ...layout.buffers.map(({ name, offset, size }) => [name, buffers.subarray(offset, offset + size)] as const),
  ]);

  const list = (layers: readonly LayerSpec[], path: string, x: number[]): number[] =>
    layers.reduce((value, layer, i) => apply(layer, `${path}.${i}`, value), x);

  const apply = (layer: LayerSpec, path: string, x: number[]): number[] => {
    const { in: input, out } = shapes.get(path) as LayerShape;
    const slice = (part: string): Numbers | undefined => slices.get(`${path}.${part}`);
    const weight = slice("weight") ?? [];
    const bias = slice("bias");
    switch (layer.type) {
      case "activation":
        return x.map(functions[layer.kind ?? activation]);
      case "linear":
        return linear(x, weight, bias ?? zeros(layer.out));
      case "conv2d":
        return conv(x, input, out, layer.kernel, layer.stride ?? 1, layer.padding ?? 0, weight, bias ?? zeros(out[0]));
      case "maxpool2d":
      case "avgpool2d":
        return pool(x, input, out, layer.kernel, layer.stride ?? layer.kernel, layer.type === "maxpool2d");
      case "batchnorm2d":
        return normalise(x, out, weight, bias ?? [], slice("running_mean") ?? [], slice("running_var") ?? []);
      case "residual": {
        const added = list(layer.shortcut, `${path}.shortcut`, x);
        return list(layer.body, `${path}.body`, x).map((value, i) => value + added[i]);
      }
      case "dropout":
      case "flatten":
        return x;
      default:
        return layer satisfies never;
    }
  };
  return list(architecture.layers, "layers", [...image]);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const functions: Record<Activation, (x: number) => number> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  leaky_relu: (x) => (x > 0 ? x : 0.01 * x),
  sigmoid,
  silu: (x) => x * sigmoid(x),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  none: (x) => x,
};

/** 2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!, whose terms have one sign; exact to 1e-15 for |x| < 5. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const zeros = (n: number): number[] => Array.from({ length: n }, () => 0);

function linear(x: number[], weight: Numbers, bias: Numbers): number[] {
  return Array.from(bias, (b, o) => x.reduce((sum, value, p) => sum + value * weight[o * x.length + p], b));
}

function conv(
  x: number[],
  [Ci, H, W]: Shape,
  [Co, Ho, Wo]: Shape,
  K: number,
  stride: number,
  padding: number,
  weight: Numbers,
  bias: Numbers,
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

function normalise(
  x: number[],
  [, H, W]: Shape,
  scale: Numbers,
  shift: Numbers,
  mean: Numbers,
  variance: Numbers,
): number[] {
  return x.map((value, i) => {
    const c = Math.floor(i / (H * W));
    return ((value - mean[c]) / Math.sqrt(variance[c] + 1e-5)) * scale[c] + shift[c];
  });
}
