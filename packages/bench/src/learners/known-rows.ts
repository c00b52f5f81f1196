import { ZooError } from "@zoo/format";
import type { SplitRows } from "../problem/state-rows.ts";
import type { Target } from "../targets/target.ts";

/** Whether a target is known at a row: no NaN, no class -1. */
export function isKnown(target: Target, row: number): boolean {
  return target.kind === "regression" ? !Number.isNaN(target.values[row]) : target.values[row] >= 0;
}

/** Those of the rows at which the target is known. */
export function knownRows(target: Target, rows: Int32Array): Int32Array {
  return rows.filter((row) => isKnown(target, row));
}

/** Known rows to learn from and to choose by. Throws ZooError `misuse` where there are none of either. */
export function learningRows(target: Target, splits: SplitRows): { train: Int32Array; val: Int32Array } {
  const [train, val] = [splits.train, splits.val].map((rows) => knownRows(target, rows));
  if (train.length > 0 && val.length > 0) return { train, val };
  const part = train.length === 0 ? "train" : "val";
  const message = `target "${target.name}" is known at no row of ${part}; choose another target or widen --where`;
  throw new ZooError("misuse", message, { option: "--targets", value: target.name });
}

/** Targets that are known at the same of these rows, so that they share all work on features. */
export function groupsOfTargets(targets: readonly Target[], rows: Int32Array): number[][] {
  const groups = new Map<string, number[]>();
  for (const [t, target] of targets.entries()) {
    const unknown = rows.filter((row) => !isKnown(target, row)).join();
    const group = groups.get(unknown) ?? [];
    group.push(t);
    groups.set(unknown, group);
  }
  return [...groups.values()];
}
