import { type Architecture, deriveLayout } from "@zoo/format";

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Floating-point operations of the textbook algorithm for one sample: two per multiply-add of convolutions and linear
 * layers. A training sample counts the forward pass, the weight gradient, and the input gradient of all layers but the
 * first. Activations, pooling, the loss and the optimiser are not counted, so shares of the peak are lower bounds.
 */
export function flopsPerSample(architecture: Architecture): { train: number; evaluate: number } {
  const { tensors, shapes } = deriveLayout(architecture);
  const products = tensors
    .filter(({ shape }) => shape.length > 1)
    .map(({ size, layer }) => size * volume(shapes[layer].out.slice(1)));
  const forward = products.reduce((a, b) => a + b, 0);
  return { train: 2 * (3 * forward - products[0]), evaluate: 2 * forward };
}
