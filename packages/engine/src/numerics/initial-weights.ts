import { type Architecture, deriveLayout, type Hyperparameters, type Init, type ParameterTensor } from "@zoo/format";
import { RandomStream } from "./philox.ts";

/** What every zoo of Schürholt et al. 2022 gives all biases (their `def_net.py`). */
const BIAS = 0.01;

/**
 * The weights of one model before training: [D], PyTorch order. Each tensor has a random stream of its own.
 * Distributions are torch.nn.init's with default arguments (Kaiming: fan_in, gain sqrt 2; Xavier: gain 1); `uniform`
 * is U(0, 1) and `normal` N(0, 1), as in Schürholt et al. 2022.
 */
export function initialWeights(
  architecture: Architecture,
  { init, seed }: Pick<Hyperparameters, "init" | "seed">,
): Float32Array {
  const { D, tensors } = deriveLayout(architecture);
  const weights = new Float32Array(D);
  for (const [index, tensor] of tensors.entries()) {
    const part = weights.subarray(tensor.offset, tensor.offset + tensor.size);
    if (tensor.shape.length === 1) {
      part.fill(BIAS);
      continue;
    }
    const random = new RandomStream(seed, "INIT", index);
    const draw = sampler(init, tensor, random);
    for (let i = 0; i < part.length; i++) part[i] = draw();
  }
  return weights;
}

function sampler(init: Init, { shape }: ParameterTensor, random: RandomStream): () => number {
  const area = shape.slice(2).reduce((a, b) => a * b, 1);
  const fanIn = shape[1] * area;
  const fanOut = shape[0] * area;
  const symmetric = (bound: number) => () => (2 * random.uniform() - 1) * bound;
  const gaussian = (std: number) => () => random.normal() * std;
  switch (init) {
    case "uniform":
      return () => random.uniform();
    case "normal":
      return gaussian(1);
    case "kaiming_uniform":
      return symmetric(Math.sqrt(6 / fanIn));
    case "kaiming_normal":
      return gaussian(Math.sqrt(2 / fanIn));
    case "xavier_uniform":
      return symmetric(Math.sqrt(6 / (fanIn + fanOut)));
    case "xavier_normal":
      return gaussian(Math.sqrt(2 / (fanIn + fanOut)));
    default:
      return init satisfies never;
  }
}
