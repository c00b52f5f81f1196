import { permutationOf, randomSymmetry, symmetriesOf, type WeightSymmetries } from "@zoo/analysis";
import type { RandomStream } from "@zoo/engine";
import type { Activation, Architecture } from "@zoo/format";
import type { HyperrepConfig } from "./hyperrep-config.ts";
import type { FastNumbers } from "./hyperrep-draws.ts";
import type { Normalisation } from "./normalisation.ts";
import { windowOf } from "./parameter-list.ts";
import type { TokenPlan } from "./token-plan.ts";
import type { Batch } from "./training-loss.ts";

/** Makes the views of a batch: two of each network where there is a contrast, else one. */
export class ViewMaker {
  readonly #config: HyperrepConfig;
  readonly #plan: TokenPlan;
  readonly #normalisation: Normalisation;
  readonly #architecture: Architecture;
  readonly #symmetries = new Map<Activation, WeightSymmetries>();

  constructor(config: HyperrepConfig, plan: TokenPlan, normalisation: Normalisation, architecture: Architecture) {
    this.#config = config;
    this.#plan = plan;
    this.#normalisation = normalisation;
    this.#architecture = architecture;
  }

  /**
   * networks: flat weights and activation of each. A view is the network moved by a random symmetry (places, and signs where the activation
   * is odd), normalised: what the decoder is to give. The encoder sees it with noise, and with a stretch of it erased. random: symmetries, stretches
   * and windows; fast: noise.
   */
  batch(
    networks: readonly { weights: Float32Array; activation: Activation }[],
    random: RandomStream,
    fast: FastNumbers,
  ): Batch {
    const { D, T } = this.#plan;
    const { loss, views } = this.#config;
    const copies = loss.gamma > 0 ? 2 : 1;
    const rows = copies * networks.length;
    const targets = new Float32Array(rows * D);
    const W = windowOf(this.#config, this.#plan);
    const starts = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const { weights, activation } = networks[row % networks.length];
      this.#view(weights, activation, random, targets.subarray(row * D, (row + 1) * D));
      starts[row] = row < networks.length ? random.integer(T - W + 1) : starts[row - networks.length];
    }
    const inputs = targets.slice();
    const { additive, multiplicative } = views.noise;
    if (multiplicative > 0) {
      const factors = new Float32Array(inputs.length).fill(1);
      fast.addNormal(factors, multiplicative);
      for (let i = 0; i < inputs.length; i++) inputs[i] *= factors[i];
    }
    if (additive > 0) fast.addNormal(inputs, additive);
    for (let row = 0; row < rows; row++) this.#erase(inputs.subarray(row * D, (row + 1) * D), random);
    return { inputs, targets, starts };
  }

  #view(weights: Float32Array, activation: Activation, random: RandomStream, out: Float32Array): void {
    const { from } = this.#plan;
    const { mean, deviation } = this.#normalisation;
    if (!this.#config.views.permutations) {
      for (let j = 0; j < out.length; j++) out[j] = (weights[from[j]] - mean[j]) / deviation[j];
      return;
    }
    const symmetries = this.#symmetriesOf(activation);
    const moved = permutationOf(randomSymmetry(symmetries, random), symmetries);
    for (let j = 0; j < out.length; j++) {
      const d = from[j];
      out[j] = (moved.sign[d] * weights[moved.from[d]] - mean[j]) / deviation[j];
    }
  }

  #erase(row: Float32Array, random: RandomStream): void {
    const { probability, least, most } = this.#config.views.erase;
    if (probability === 0 || random.uniform() >= probability) return;
    const length = Math.min(row.length, Math.round(row.length * (least + random.uniform() * (most - least))));
    const first = random.integer(row.length - length + 1);
    row.fill(0, first, first + length);
  }

  #symmetriesOf(activation: Activation): WeightSymmetries {
    const known = this.#symmetries.get(activation);
    if (known !== undefined) return known;
    const made = symmetriesOf(this.#architecture, { activations: [activation] });
    this.#symmetries.set(activation, made);
    return made;
  }
}
