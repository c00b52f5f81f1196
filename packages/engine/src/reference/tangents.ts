import { fma32 } from "../numerics/math32.ts";
import {
  addConvolution,
  addConvolutionInputGradient,
  averagePool,
  convolution,
  convolutionInputGradient,
  convolutionWeightGradient,
  curvature,
  maxPoolTangent,
  slope,
} from "./layers.ts";
import type { ReferenceModel, Trace } from "./model.ts";

const f = Math.fround;

/** Derivative of a layer's output along a direction in weight space; null before the first weights, where it is zero. */
export type Tangent = Float32Array | null;

/** The tangent of every layer's output, given the traces of the forward pass. The last is that of the logits [L]. */
export function forwardTangents(
  model: ReferenceModel,
  weights: Float32Array,
  direction: Float32Array,
  traces: Trace[],
): Tangent[] {
  const tangents: Tangent[] = [];
  let tangent: Tangent = null;
  for (const [i, trace] of traces.entries()) {
    tangent = layerTangent(model, i, weights, direction, trace, tangent);
    tangents.push(tangent);
  }
  return tangents;
}

function layerTangent(
  model: ReferenceModel,
  index: number,
  weights: Float32Array,
  direction: Float32Array,
  trace: Trace,
  tangent: Tangent,
): Tangent {
  const layer = model.architecture.layers[index];
  if (layer.type === "conv2d" || layer.type === "linear") {
    const geometry = model.geometry(index);
    const [weight, bias] = model.tensors(index, direction);
    const out = convolution(trace.x, weight, bias, geometry);
    return tangent === null ? out : addConvolution(out, tangent, model.tensors(index, weights)[0], geometry);
  }
  if (tangent === null) return null;
  switch (layer.type) {
    case "maxpool2d":
      return maxPoolTangent(tangent, trace.winners ?? new Int32Array());
    case "avgpool2d":
      return averagePool(tangent, model.pooling(index));
    case "activation":
      return tangent.map((t, i) => f(slope(model.kind(layer), trace.x[i], trace.y[i]) * t));
    case "dropout":
    case "flatten":
      return tangent;
    case "batchnorm2d":
    case "residual":
      throw new Error(`internal: the reference engine has no ${layer.type}`);
    default:
      return layer satisfies never;
  }
}

/** Adds the derivative of one sample's weight gradient to grads [D], given the gradient of its logits and that one's derivative. */
export function backwardTangents(
  model: ReferenceModel,
  weights: Float32Array,
  direction: Float32Array,
  grads: Float32Array,
  traces: Trace[],
  tangents: Tangent[],
  gradLogits: Float32Array,
  tangentGradLogits: Float32Array,
): void {
  let [grad, tangentGrad] = [gradLogits, tangentGradLogits];
  for (let i = traces.length - 1; i >= model.firstWeights; i--) {
    const layer = model.architecture.layers[i];
    const trace = traces[i];
    const tangent = i === 0 ? null : tangents[i - 1];
    if (layer.type === "conv2d" || layer.type === "linear") {
      const geometry = model.geometry(i);
      const [gradWeight, gradBias] = model.tensors(i, grads);
      convolutionWeightGradient(trace.x, tangentGrad, gradWeight, gradBias, geometry);
      if (tangent === null) continue;
      convolutionWeightGradient(tangent, grad, gradWeight, null, geometry);
      const start = convolutionInputGradient(grad, model.tensors(i, direction)[0], geometry);
      tangentGrad = addConvolutionInputGradient(start, tangentGrad, model.tensors(i, weights)[0], geometry);
      grad = model.inputGradient(i, weights, trace, grad);
      continue;
    }
    tangentGrad =
      layer.type === "activation" && tangent !== null
        ? activationTangentGradient(model.kind(layer), trace, tangent, grad, tangentGrad)
        : model.inputGradient(i, weights, trace, tangentGrad);
    grad = model.inputGradient(i, weights, trace, grad);
  }
}

function activationTangentGradient(
  kind: ReturnType<ReferenceModel["kind"]>,
  { x, y }: Trace,
  tangent: Float32Array,
  grad: Float32Array,
  tangentGrad: Float32Array,
): Float32Array {
  return tangentGrad.map((t, i) => {
    const s = slope(kind, x[i], y[i]);
    const bend = curvature(kind, x[i], y[i]);
    return bend === null ? f(t * s) : fma32(t, s, f(grad[i] * f(bend * tangent[i])));
  });
}
