import type { Activation, Architecture } from "@zoo/format";
import { whyNotAsked } from "../population/askable.ts";

/** What units did on images: each [models]. */
export interface UnitActivity {
  /** Units that give the same for every image. */
  constant: Int32Array;
  /** Those of them that give 0 for every image: dead rectifiers. */
  zero: Int32Array;
  /** Units that are nearly always at an end of tanh or sigmoid; NaN (undefined) of other activations. */
  saturated: Float64Array;
}

export interface ActivityRule {
  /** A unit is constant where greatest - least <= tolerance * greatest absolute value, at each of its places. */
  tolerance: number;
  /** A value is saturated where |tanh| > level, or |2 * sigmoid - 1| > level. */
  level: number;
  /** A unit is saturated where more than this share of its values are. */
  share: number;
}

/** Eight times the rounding of float32; .99 for more than 99 % of images. */
export const activityRule: ActivityRule = { tolerance: 1e-6, level: 0.99, share: 0.99 };

/**
 * Collects activations of some models over batches of images. A unit is a channel or feature; its places are the pixels of its
 * channel. It is constant where at every place the value does not depend on the image (padding may make places differ),
 * within the tolerance; saturated by the share of its values over images and places. A unit with a NaN is neither.
 */
export class ActivityMeter {
  readonly #models: number;
  readonly #units: number;
  readonly #places: number;
  readonly #activation: Activation;
  readonly #rule: ActivityRule;
  readonly #least: Float32Array;
  readonly #greatest: Float32Array;
  /** [models, units] */
  readonly #saturated: Float64Array;
  readonly #poisoned: Uint8Array;
  #images = 0;

  /** shape: of one image's activations, [C, H, W] or [P]. */
  constructor(models: number, shape: readonly number[], activation: Activation, rule: ActivityRule = activityRule) {
    this.#models = models;
    this.#units = shape[0];
    this.#places = shape.slice(1).reduce((a, b) => a * b, 1);
    this.#activation = activation;
    this.#rule = rule;
    const size = models * this.#units * this.#places;
    this.#least = new Float32Array(size).fill(Number.POSITIVE_INFINITY);
    this.#greatest = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
    this.#saturated = new Float64Array(models * this.#units);
    this.#poisoned = new Uint8Array(models * this.#units);
  }

  /** data: [models, N, ...shape] of N more images. */
  add(data: Float32Array, N: number): void {
    const [units, places] = [this.#units, this.#places];
    const size = units * places;
    if (data.length !== this.#models * N * size) {
      throw new RangeError(`activations [${this.#models}, ${N}, ${size}] cannot have ${data.length} elements`);
    }
    const [low, high] = saturationEnds(this.#activation, this.#rule.level);
    for (let m = 0; m < this.#models; m++) {
      for (let n = 0; n < N; n++) {
        const from = (m * N + n) * size;
        for (let i = 0; i < size; i++) {
          const x = data[from + i];
          const at = m * size + i;
          if (x < this.#least[at]) this.#least[at] = x;
          if (x > this.#greatest[at]) this.#greatest[at] = x;
          const unit = m * units + Math.floor(i / places);
          if (x < low || x > high) this.#saturated[unit]++;
          else if (Number.isNaN(x)) this.#poisoned[unit] = 1;
        }
      }
    }
    this.#images += N;
  }

  /** Zeros where no image was added. */
  activity(): UnitActivity {
    const constant = new Int32Array(this.#models);
    const zero = new Int32Array(this.#models);
    const bounded = saturationEnds(this.#activation, this.#rule.level)[1] < Number.POSITIVE_INFINITY;
    const saturated = new Float64Array(this.#models).fill(bounded ? 0 : Number.NaN);
    if (this.#images === 0) return { constant, zero, saturated };
    const enough = this.#rule.share * this.#images * this.#places;
    for (let m = 0; m < this.#models; m++) {
      for (let u = m * this.#units; u < (m + 1) * this.#units; u++) {
        if (this.#poisoned[u] === 1) continue;
        const { spread, size } = this.#rangeOf(u);
        if (spread <= this.#rule.tolerance * size) constant[m]++;
        if (size === 0) zero[m]++;
        if (this.#saturated[u] > enough) saturated[m]++;
      }
    }
    return { constant, zero, saturated };
  }

  #rangeOf(unit: number): { spread: number; size: number } {
    let [spread, size] = [0, 0];
    for (let at = unit * this.#places; at < (unit + 1) * this.#places; at++) {
      const [least, greatest] = [this.#least[at], this.#greatest[at]];
      spread = Math.max(spread, greatest - least);
      size = Math.max(size, Math.abs(least), Math.abs(greatest));
    }
    return { spread, size };
  }
}

function saturationEnds(activation: Activation, level: number): [low: number, high: number] {
  if (activation === "tanh") return [-level, level];
  if (activation === "sigmoid") return [(1 - level) / 2, (1 + level) / 2];
  return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

/** A layer whose outputs are hidden units after their activation. */
export interface ActivationLayer {
  /** Index in `Architecture.layers`. */
  layer: number;
  /** Its path: "layers.2". */
  path: string;
  /** Given where the layer has its own, not the model's. */
  kind?: Activation;
}

/** The activation layers of a chain; those inside residuals are no layers that a population can be asked about. */
export function activationLayers({ layers }: Architecture): ActivationLayer[] {
  return layers.flatMap((layer, i): ActivationLayer[] =>
    layer.type === "activation"
      ? [{ layer: i, path: `layers.${i}`, ...(layer.kind !== undefined && { kind: layer.kind }) }]
      : [],
  );
}

/** Why a population of this architecture cannot be asked for activations, as the end of a sentence; null where it can. */
export function whyNoActivity(architecture: Architecture): string | null {
  const why = whyNotAsked(architecture);
  if (why !== null) return why;
  return activationLayers(architecture).length === 0 ? "the network has no activation layers" : null;
}
