import type { ModelRow } from "@zoo/format";
import { groupModels, type ModelGroup } from "../performance/group-models.ts";
import { type CompareOptions, compareSamples } from "./compare-samples.ts";
import type { NamedComparison } from "./comparison-tables.ts";

/** A number of each model. */
export interface Quantity {
  /** "test_acc", "l2 of layers.0". */
  quantity: string;
  /** -1 where it belongs to no epoch. */
  epoch: number;
  /** [M] */
  values: Float64Array;
}

export interface GroupOptions extends CompareOptions {
  /** Columns that divide both populations; models are compared with those of the same group. */
  by?: readonly string[];
  signal?: AbortSignal;
  progress?: (share: number) => void;
}

/**
 * Quantities of the models of A against the same ones of B, which come in the same order; and the groups that only one of them
 * has. Throws RangeError where the two lists are not of the same quantities.
 */
export function compareQuantities(
  a: { models: readonly ModelRow[]; quantities: readonly Quantity[] },
  b: { models: readonly ModelRow[]; quantities: readonly Quantity[] },
  { by = [], signal, progress, ...options }: GroupOptions,
): { comparisons: NamedComparison[]; unmatched: string[] } {
  const { pairs, unmatched } = sharedGroups(a.models, b.models, by);
  const comparisons: NamedComparison[] = [];
  for (const [i, { quantity, epoch, values }] of a.quantities.entries()) {
    const other = b.quantities[i];
    if (other?.quantity !== quantity || other.epoch !== epoch) {
      throw new RangeError(`A has ${quantity} at epoch ${epoch} where B has ${other?.quantity} at ${other?.epoch}`);
    }
    for (const { label, ofA, ofB } of pairs) {
      signal?.throwIfAborted();
      const comparison = compareSamples(at(values, ofA), at(other.values, ofB), options);
      comparisons.push({ quantity, epoch, group: label, comparison });
    }
    progress?.((i + 1) / a.quantities.length);
  }
  return { comparisons, unmatched };
}

/** Models of A and of B in groups with equal values in the columns of `by`, as indices; and the groups that one of them lacks. */
export function sharedGroups(
  a: readonly ModelRow[],
  b: readonly ModelRow[],
  by: readonly string[],
): { pairs: { label: string; ofA: Int32Array; ofB: Int32Array }[]; unmatched: string[] } {
  const [left, right] = [groupModels(a, by), groupModels(b, by)];
  const only = (groups: readonly ModelGroup[], others: readonly ModelGroup[], where: string): string[] => {
    const alone = groups.filter(({ label }) => !others.some((group) => group.label === label));
    return alone.map(({ label }) => `${label} (only in ${where})`);
  };
  const pairs = left.flatMap(({ label, models }) => {
    const other = right.find((group) => group.label === label);
    return other === undefined ? [] : [{ label, ofA: models, ofB: other.models }];
  });
  return { pairs, unmatched: [...only(left, right, "A"), ...only(right, left, "B")] };
}

const at = (values: Float64Array, models: Int32Array): Float64Array => Float64Array.from(models, (m) => values[m]);
