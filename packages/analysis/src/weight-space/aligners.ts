import type { Activation, Architecture } from "@zoo/format";
import { Aligner, type AlignOptions } from "./align.ts";
import { symmetriesOf, type WeightSymmetries } from "./symmetry-groups.ts";

export interface AlignersOptions extends AlignOptions {
  /** Whether sign flips are used where they keep the function of both networks; default true. */
  signs?: boolean;
}

/** The aligners of one architecture, by the activations of the two networks: a pair has only the sign flips that keep the function of both. */
export class Aligners {
  readonly #architecture: Architecture;
  readonly #options: AlignersOptions;
  readonly #made = new Map<string, { aligner: Aligner; symmetries: WeightSymmetries }>();

  constructor(architecture: Architecture, options: AlignersOptions = {}) {
    this.#architecture = architecture;
    this.#options = options;
  }

  of(a: Activation, b: Activation = a): { aligner: Aligner; symmetries: WeightSymmetries } {
    const key = `${a} ${b}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const { signs, ...options } = this.#options;
    const symmetries = symmetriesOf(this.#architecture, { activations: [a, b], signs: signs ?? true });
    const made = { aligner: new Aligner(symmetries, options), symmetries };
    this.#made.set(key, made);
    return made;
  }
}
