import { type ModelFilter, type ModelRow, type Zoo, ZooError } from "@zoo/format";

/** The part of a zoo that an analysis is about. */
export interface Selection {
  zoo: Zoo;
  /** By ascending id; at least one, none of them in `excluded`. M counts these. */
  models: readonly ModelRow[];
  /** Stored epochs, ascending; at least one. */
  epochs: readonly number[];
  /** Models that the conditions named, but that have a weight or loss that is not finite, at whatever epoch. */
  excluded: readonly ModelRow[];
}

export interface SelectOptions {
  /** Conditions that must all hold; all models unless given. */
  filter?: ModelFilter | readonly ModelFilter[] | undefined;
  /** All stored ones unless given. */
  epochs?: readonly number[] | undefined;
}

/**
 * The models for which the conditions hold, without those that diverged (`diverged` in models.parquet), and the epochs.
 * Throws ZooError `misuse` where nothing is left, RangeError for an epoch that is not stored.
 */
export async function select(zoo: Zoo, { filter = [], epochs = zoo.states }: SelectOptions = {}): Promise<Selection> {
  for (const epoch of epochs) {
    if (!zoo.states.includes(epoch)) throw new RangeError(`the zoo does not store epoch ${epoch}`);
  }
  const named = await zoo.models.filter(filter);
  const models = named.filter(({ diverged }) => !diverged);
  const excluded = named.filter(({ diverged }) => diverged);
  if (models.length > 0 && epochs.length > 0) return { zoo, models, epochs: [...epochs], excluded };
  const why = named.length === 0 ? "no model fulfils the conditions" : `all ${named.length} models diverged`;
  throw new ZooError("misuse", `${why}; the zoo has ${zoo.models.length} models. Widen --where`, {
    option: "--where",
    value: JSON.stringify(filter),
  });
}
