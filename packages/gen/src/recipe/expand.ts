import { type Hyperparameters, type ModelSplit, modelSplits } from "@zoo/format";
import { seedsOf, splitsOf } from "./deal.ts";
import { countCombinations, countModels, countSeeds, type GridKey, gridOrder, valuesOf } from "./grid.ts";
import type { Recipe } from "./schema.ts";

export interface PlannedModel {
  /** 0..M-1 of the whole recipe, whatever part of it is trained. */
  id: number;
  /** Which part of the zoo it belongs to in studies of it. Not a split of images. */
  split: ModelSplit;
  hyperparameters: Hyperparameters;
}

/**
 * All models of a recipe, by id: id = combination * seeds + seed's position, where the combinations count through the
 * grid in `gridOrder` (first key slowest) and through each key's values as the recipe lists them.
 * A pure function of the recipe: ids, seeds and splits never depend on what is selected or on the machine.
 */
export function expand(recipe: Recipe): PlannedModels {
  const all = Int32Array.from({ length: countModels(recipe) }, (_, id) => id);
  return new PlannedModels(new Expansion(recipe), all);
}

/** Models of a recipe, all or a selection, by ascending id. A model is made when it is asked for: a million take 13 bytes each. */
export class PlannedModels implements Iterable<PlannedModel> {
  /** Ascending. */
  readonly ids: Int32Array;
  readonly #expansion: Expansion;

  constructor(expansion: Expansion, ids: Int32Array) {
    this.ids = ids;
    this.#expansion = expansion;
  }

  get length(): number {
    return this.ids.length;
  }

  /** Whether the recipe has a model with this id, selected or not. */
  has(id: number): boolean {
    return this.#expansion.has(id);
  }

  /** The model of the recipe with this id, also one that is not selected. Throws RangeError where the recipe has none. */
  get(id: number): PlannedModel {
    return this.#expansion.model(id);
  }

  *[Symbol.iterator](): Generator<PlannedModel> {
    for (const id of this.ids) yield this.get(id);
  }

  /** Equal for two models that may train in one cohort: equal activation, optimizer and batch size. */
  kindOf(id: number): number {
    return this.#expansion.kindOf(id);
  }

  /** The models with these ids, which must ascend. Throws RangeError for one that the recipe does not have. */
  select(ids: ArrayLike<number>): PlannedModels {
    for (let i = 0; i < ids.length; i++) {
      this.#expansion.check(ids[i]);
      if (i > 0 && ids[i] <= ids[i - 1]) throw new RangeError(`ids must ascend, got ${ids[i]} after ${ids[i - 1]}`);
    }
    return new PlannedModels(this.#expansion, Int32Array.from(ids));
  }
}

/** A key's values, and how many combinations pass before it takes the next one. */
interface Axis {
  key: GridKey;
  values: readonly (string | number)[];
  stride: number;
}

/** The numbers behind `expand`. */
class Expansion {
  readonly #M: number;
  readonly #seedsEach: number;
  readonly #axes: Axis[];
  readonly #kinds: Axis[];
  /** Position in `modelSplits`, by id. */
  readonly #splits: Uint8Array;
  /** By id where they are drawn, else by the seed's position. */
  readonly #seeds: Float64Array;

  constructor(recipe: Recipe) {
    this.#M = countModels(recipe);
    this.#seedsEach = countSeeds(recipe);
    this.#axes = axesOf(recipe);
    this.#kinds = this.#axes.filter(({ key }) => kindKeys.includes(key));
    this.#splits = splitsOf(recipe);
    this.#seeds = seedsOf(recipe);
  }

  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.#M;
  }

  check(id: number): void {
    if (!this.has(id)) throw new RangeError(`the recipe has models 0-${this.#M - 1}, not ${id}`);
  }

  model(id: number): PlannedModel {
    this.check(id);
    const chosen: Record<string, string | number> = {};
    for (const axis of this.#axes) chosen[axis.key] = axis.values[this.#position(axis, id)];
    if (chosen.optimizer !== "sgd") chosen.momentum = 0;
    chosen.seed = this.#seeds[id % this.#seeds.length];
    return {
      id,
      split: modelSplits[this.#splits[id]],
      hyperparameters: chosen as unknown as Hyperparameters,
    };
  }

  kindOf(id: number): number {
    return this.#kinds.reduce((kind, axis) => kind * axis.values.length + this.#position(axis, id), 0);
  }

  #position({ values, stride }: Axis, id: number): number {
    return Math.floor(Math.floor(id / this.#seedsEach) / stride) % values.length;
  }
}

const kindKeys: readonly GridKey[] = ["activation", "optimizer", "batch_size"];

/** What a recipe need not say: the momentum where no model has sgd, the activation where no layer takes it. */
const silent: { [K in GridKey]?: string | number } = { activation: "none", momentum: 0 };

function axesOf(recipe: Recipe): Axis[] {
  let stride = countCombinations(recipe);
  return gridOrder.map((key) => {
    const values = valuesOf(recipe, key) ?? [silent[key] as string | number];
    stride /= values.length;
    return { key, values, stride };
  });
}
