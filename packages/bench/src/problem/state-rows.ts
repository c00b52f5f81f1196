import type { Selection } from "@zoo/analysis";
import { type ModelRow, ZooError } from "@zoo/format";

/** The rows of a learning problem: every chosen state of every chosen model. Row e * M + m is model m at epoch e. */
export type StateRows = Pick<Selection, "zoo" | "models" | "epochs">;

export const splitNames = ["train", "val", "test"] as const satisfies readonly ModelRow["split"][];
export type SplitName = (typeof splitNames)[number];

/** Indices of rows, ascending, by the split that the zoo stores for their model: no model is in two of them. */
export type SplitRows = Record<SplitName, Int32Array>;

export const rowCount = ({ models, epochs }: StateRows): number => models.length * epochs.length;

/** Throws ZooError `misuse` where a split has no model. */
export function splitRows({ models, epochs }: StateRows): SplitRows {
  const M = models.length;
  const entries = splitNames.map((split) => {
    const members = models.flatMap((model, m) => (model.split === split ? [m] : []));
    if (members.length === 0) {
      const message = `none of the ${M} models is in the split "${split}"; predictions need all of ${splitNames.join(", ")}. Widen --where`;
      throw new ZooError("misuse", message, { option: "--where", value: split });
    }
    return [split, Int32Array.from(epochs.flatMap((_, e) => members.map((m) => e * M + m)))] as const;
  });
  return Object.fromEntries(entries) as SplitRows;
}
