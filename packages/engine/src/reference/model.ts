import { type Activation, type Architecture, deriveLayout, type Hyperparameters, type Layout } from "@zoo/format";
import { streams } from "../contract/streams.ts";
import { ADAM } from "../numerics/adam.ts";
import { exp32, fma32, log32 } from "../numerics/math32.ts";
import { philox4x32, seedKey } from "../numerics/philox.ts";
import {
  activate,
  averagePool,
  averagePoolGradient,
  convolution,
  convolutionInputGradient,
  convolutionWeightGradient,
  type Geometry,
  maxPool,
  maxPoolGradient,
  type Pooling,
  slope,
} from "./layers.ts";

const f = Math.fround;

/** Where a training sample stands; decides its dropout. */
export interface Position {
  epoch: number;
  sample: number;
}

/** What the backward pass needs of one layer. */
export interface Trace {
  x: Float32Array;
  y: Float32Array;
  winners?: Int32Array;
  factors?: Float32Array;
}

/** One model as plain loops: slow, and the definition of what the kernels compute. */
export class ReferenceModel {
  readonly architecture: Architecture;
  readonly #layout: Layout;
  readonly #hyperparameters: Pick<Hyperparameters, "activation" | "dropout" | "seed">;
  readonly #dropBelow: number;
  readonly #dropScale: number;

  constructor(architecture: Architecture, hyperparameters: Pick<Hyperparameters, "activation" | "dropout" | "seed">) {
    this.architecture = architecture;
    this.#layout = deriveLayout(architecture);
    this.#hyperparameters = hyperparameters;
    this.#dropBelow = Math.floor(hyperparameters.dropout * 2 ** 32);
    this.#dropScale = f(1 / (1 - hyperparameters.dropout));
  }

  /** x: [C*H*W] -> a trace per layer; the last y is the logits [L]. Dropout acts only where a position is given. */
  forward(weights: Float32Array, x: Float32Array, position?: Position): Trace[] {
    const traces: Trace[] = [];
    let value = x;
    for (const index of this.architecture.layers.keys()) {
      const trace = this.#layerForward(index, weights, value, position);
      traces.push(trace);
      value = trace.y;
    }
    return traces;
  }

  /** Index of the first layer with weights: nothing before it depends on them. */
  get firstWeights(): number {
    return this.architecture.layers.findIndex(({ type }) => type === "conv2d" || type === "linear");
  }

  /** Adds the gradient of one sample to grads [D], given that of its logits [L]. */
  backward(weights: Float32Array, grads: Float32Array, traces: Trace[], gradLogits: Float32Array): void {
    this.#backward(false, weights, grads, traces, gradLogits);
  }

  /** The same, and returns the gradient of the network's input [C*H*W]. */
  backwardToInput(weights: Float32Array, grads: Float32Array, traces: Trace[], gradLogits: Float32Array): Float32Array {
    return this.#backward(true, weights, grads, traces, gradLogits);
  }

  #backward(
    toInput: boolean,
    weights: Float32Array,
    grads: Float32Array,
    traces: Trace[],
    gradLogits: Float32Array,
  ): Float32Array {
    const last = toInput ? 0 : this.firstWeights;
    let grad = gradLogits;
    for (let i = traces.length - 1; i >= last; i--) {
      const { type } = this.architecture.layers[i];
      if (type === "conv2d" || type === "linear") {
        const [gradWeight, gradBias] = this.tensors(i, grads);
        convolutionWeightGradient(traces[i].x, grad, gradWeight, gradBias, this.geometry(i));
      }
      if (toInput || i > last) grad = this.inputGradient(i, weights, traces[i], grad);
    }
    return grad;
  }

  #layerForward(index: number, weights: Float32Array, x: Float32Array, position?: Position): Trace {
    const layer = this.architecture.layers[index];
    switch (layer.type) {
      case "conv2d":
      case "linear": {
        const [weight, bias] = this.tensors(index, weights);
        return { x, y: convolution(x, weight, bias, this.geometry(index)) };
      }
      case "maxpool2d": {
        const { out, winners } = maxPool(x, this.pooling(index));
        return { x, y: out, winners };
      }
      case "avgpool2d":
        return { x, y: averagePool(x, this.pooling(index)) };
      case "activation":
        return { x, y: x.map((v) => activate(this.kind(layer), v)) };
      case "dropout": {
        if (position === undefined) return { x, y: x };
        const factors = this.#dropoutFactors(index, x.length, position);
        return { x, y: x.map((v, i) => v * factors[i]), factors };
      }
      case "flatten":
        return { x, y: x };
      case "batchnorm2d":
      case "residual":
        throw new Error(`internal: the reference engine has no ${layer.type}`);
      default:
        return layer satisfies never;
    }
  }

  /** The gradient of layer i's input, given that of its output. */
  inputGradient(index: number, weights: Float32Array, trace: Trace, grad: Float32Array): Float32Array {
    const layer = this.architecture.layers[index];
    switch (layer.type) {
      case "conv2d":
      case "linear":
        return convolutionInputGradient(grad, this.tensors(index, weights)[0], this.geometry(index));
      case "maxpool2d":
        return maxPoolGradient(grad, trace.winners ?? new Int32Array(), this.pooling(index));
      case "avgpool2d":
        return averagePoolGradient(grad, this.pooling(index));
      case "activation":
        return grad.map((g, i) => f(g * slope(this.kind(layer), trace.x[i], trace.y[i])));
      case "dropout": {
        const { factors } = trace;
        return factors === undefined ? grad : grad.map((g, i) => g * factors[i]);
      }
      case "flatten":
        return grad;
      case "batchnorm2d":
      case "residual":
        throw new Error(`internal: the reference engine has no ${layer.type}`);
      default:
        return layer satisfies never;
    }
  }

  /** What an activation layer computes. */
  kind(layer: { kind?: Activation }): Activation {
    return layer.kind ?? this.#hyperparameters.activation;
  }

  #dropoutFactors(layer: number, n: number, { epoch, sample }: Position): Float32Array {
    const words = new Uint32Array(4);
    const [key0, key1] = seedKey(this.#hyperparameters.seed);
    return new Float32Array(n).map((_, e) => {
      if (e % 4 === 0) philox4x32(words, e / 4, sample, epoch, streams.DROPOUT * 0x10000 + layer, key0, key1);
      return words[e % 4] < this.#dropBelow ? 0 : this.#dropScale;
    });
  }

  /** Views of a layer's weight and bias in a flat [D]. */
  tensors(layer: number, flat: Float32Array): Float32Array[] {
    return this.#layout.tensors
      .filter((tensor) => tensor.layer === layer)
      .map(({ offset, size }) => flat.subarray(offset, offset + size));
  }

  geometry(index: number): Geometry {
    const layer = this.architecture.layers[index];
    const [Ci, H = 1, W = 1] = this.#layout.shapes[index].in;
    const [Co, Ho = 1, Wo = 1] = this.#layout.shapes[index].out;
    if (layer.type !== "conv2d") return { Ci, H, W, Co, Ho, Wo, K: 1, stride: 1, padding: 0 };
    return { Ci, H, W, Co, Ho, Wo, K: layer.kernel, stride: layer.stride ?? 1, padding: layer.padding ?? 0 };
  }

  pooling(index: number): Pooling {
    const layer = this.architecture.layers[index];
    const [C, H, W] = this.#layout.shapes[index].in;
    const [, Ho, Wo] = this.#layout.shapes[index].out;
    if (!("kernel" in layer)) throw new Error(`internal: layer ${index} is not a pooling layer`);
    return { C, H, W, Ho, Wo, K: layer.kernel, stride: layer.stride ?? layer.kernel };
  }
}

/** Softmax cross-entropy of logits [L]; gradient is of the mean over `batch` samples. */
export function crossEntropy(logits: Float32Array, label: number, batch: number) {
  const { winner, top, exponentials, sum } = softmax(logits);
  const loss = f(log32(sum) - f(logits[label] - top));
  const share = f(1 / batch);
  const gradient = exponentials.map((e, j) => f(f(f(e / sum) - (j === label ? 1 : 0)) * share));
  return { loss, correct: winner === label, gradient };
}

/** Derivative of crossEntropy's gradient along the tangents of the logits. */
export function crossEntropyTangent(logits: Float32Array, tangents: Float32Array, batch: number): Float32Array {
  const { exponentials, sum } = softmax(logits);
  const shares = exponentials.map((e) => f(e / sum));
  const mean = shares.reduce((total, p, j) => fma32(p, tangents[j], total), 0);
  return shares.map((p, j) => f(f(p * f(tangents[j] - mean)) * f(1 / batch)));
}

function softmax(logits: Float32Array) {
  let winner = 0;
  for (let j = 1; j < logits.length; j++) if (logits[j] > logits[winner]) winner = j;
  const top = logits[winner];
  const exponentials = logits.map((z) => exp32(f(z - top)));
  return { winner, top, exponentials, sum: exponentials.reduce((total, e) => f(total + e), 0) };
}

/** One step of SGD with momentum, Adam or AdamW as PyTorch defines them, in place. powers: beta^t of this step. */
export function optimizerStep(
  weights: Float32Array,
  grads: Float32Array,
  moments: Float32Array[],
  { optimizer, lr, weight_decay, momentum }: Hyperparameters,
  powers: readonly [number, number],
): void {
  const decay = f(weight_decay);
  if (optimizer === "sgd") {
    const [velocity] = moments;
    for (let i = 0; i < weights.length; i++) {
      velocity[i] = fma32(f(momentum), velocity[i], fma32(decay, weights[i], grads[i]));
      weights[i] = fma32(-f(lr), velocity[i], weights[i]);
    }
    return;
  }
  const [first, second] = moments;
  const step = f(lr / (1 - powers[0]));
  const scale = f(1 / Math.sqrt(1 - powers[1]));
  const keep = optimizer === "adamw" ? f(1 - lr * weight_decay) : 1;
  const coupled = optimizer === "adam" ? decay : 0;
  for (let i = 0; i < weights.length; i++) {
    const kept = f(weights[i] * keep);
    const g = fma32(coupled, kept, grads[i]);
    first[i] = fma32(f(g - first[i]), f(1 - ADAM.beta1), first[i]);
    second[i] = fma32(f(g * f(1 - ADAM.beta2)), g, f(second[i] * f(ADAM.beta2)));
    const denominator = fma32(f(Math.sqrt(second[i])), scale, f(ADAM.epsilon));
    weights[i] = fma32(-step, f(first[i] / denominator), kept);
  }
}
