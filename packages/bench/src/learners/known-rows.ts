import type { Target } from "../targets/target.ts";

/** Whether a target is known at a row: no NaN, no class -1. */
export function isKnown(target: Target, row: number): boolean {
  return target.kind === "regression" ? !Number.isNaN(target.values[row]) : target.values[row] >= 0;
}

/** Those of the rows at which the target is known. */
export function knownRows(target: Target, rows: Int32Array): Int32Array {
  return rows.filter((row) => isKnown(target, row));
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
