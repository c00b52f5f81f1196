import type { ModelRow } from "@zoo/format";
import type { SplitName, StateRows } from "../../src/problem/state-rows.ts";

/** Rows of models that have nothing but a split; their zoo cannot be asked. */
export function smallModels(splits: readonly SplitName[], epochs: readonly number[]): StateRows {
  const models = splits.map((split, id) => ({ id, split }) as ModelRow);
  return { zoo: {} as StateRows["zoo"], models, epochs };
}
