import { type Cell, hyperparameterNames, type ModelRow } from "@zoo/format";
import { compareCells, valueOf } from "../performance/group-models.ts";

/** A column by which models differ. */
export interface Factor {
  name: string;
  /** Ascending. */
  levels: readonly Cell[];
  /** Index of the level of each model, [M]. */
  codes: Int32Array;
}

/**
 * How the seed stands to the combinations of the other factors. `crossed`: every combination has the same seeds, each
 * once. `nested`: combinations have seeds of their own. `incomplete`: combinations share seeds, but some lack some of them;
 * treated as nested. `alone`: nothing but the seed differs. `none`: no combination has more than one model, so that the seed's
 * share cannot be told from interactions.
 */
export type SeedRole = "crossed" | "nested" | "incomplete" | "alone" | "none";

/** Which combinations of hyperparameters models have. */
export interface Design {
  M: number;
  /** Those with 2 levels or more, in the order of their columns. */
  factors: readonly Factor[];
  /** Columns that say nothing that a factor does not say: momentum, which only one optimizer has. */
  implied: readonly { name: string; by: string }[];
  /** Columns with a single value. */
  constant: readonly { name: string; value: Cell }[];
  /** Combinations that there are; each a row of level indices by factor. */
  combinations: readonly Int32Array[];
  /** Index of the combination of each model, [M]. */
  cells: Int32Array;
  /** Models of each combination. */
  counts: Int32Array;
  /** Whether all combinations of the levels are there. */
  full: boolean;
  /** Whether all combinations that are there have equally many models. */
  balanced: boolean;
  seed: SeedRole;
  /** Seeds, ascending, and the index of that of each model. */
  seeds: readonly number[];
  seedCodes: Int32Array;
}

/**
 * The design of some models, from their rows alone: whether it is a full factorial is counted, not read from a recipe.
 * Factors are the hyperparameters besides the seed unless `columns` names others.
 */
export function designOf(
  models: readonly ModelRow[],
  columns: readonly string[] = hyperparameterNames.filter((name) => name !== "seed"),
): Design {
  const M = models.length;
  const all = columns.map((name) => factorOf(models, name));
  const constant = all.filter(({ levels }) => levels.length === 1);
  const varying = all.filter(({ levels }) => levels.length > 1);
  const { factors, implied } = withoutImplied(varying);
  const { combinations, cells } = combine(factors, M);
  const counts = new Int32Array(combinations.length);
  for (const cell of cells) counts[cell]++;
  const { levels: seeds, codes: seedCodes } = factorOf(models, "seed");
  const grid = factors.reduce((product, { levels }) => product * levels.length, 1);
  return {
    M,
    factors,
    implied,
    constant: constant.map(({ name, levels }) => ({ name, value: levels[0] })),
    combinations,
    cells,
    counts,
    full: combinations.length === grid,
    balanced: counts.every((n) => n === counts[0]),
    seed: seedRole(factors.length, cells, counts, seedCodes, seeds.length),
    seeds: seeds as number[],
    seedCodes,
  };
}

function factorOf(models: readonly ModelRow[], name: string): Factor {
  const values = models.map((row) => valueOf(row, name));
  const levels = [...new Set(values)].sort(compareCells);
  const index = new Map(levels.map((level, i) => [level, i]));
  return { name, levels, codes: Int32Array.from(values, (value) => index.get(value) ?? 0) };
}

/** Leaves out each factor that another one determines; of two that determine each other, the later one. */
function withoutImplied(varying: readonly Factor[]): Pick<Design, "factors" | "implied"> {
  const factors: Factor[] = [];
  const implied: { name: string; by: string }[] = [];
  for (const [i, factor] of varying.entries()) {
    const by = varying.find(
      (other, j) => j !== i && determines(other, factor) && (j < i || !determines(factor, other)),
    );
    if (by === undefined) factors.push(factor);
    else implied.push({ name: factor.name, by: by.name });
  }
  return { factors, implied };
}

function determines(a: Factor, b: Factor): boolean {
  const seen = new Int32Array(a.levels.length).fill(-1);
  for (const [m, level] of a.codes.entries()) {
    if (seen[level] < 0) seen[level] = b.codes[m];
    else if (seen[level] !== b.codes[m]) return false;
  }
  return true;
}

/** Combinations in the order of the levels of the first factor, then of the second, and so on. */
function combine(factors: readonly Factor[], M: number): Pick<Design, "combinations" | "cells"> {
  const index = new Map<string, number>();
  const found: Int32Array[] = [];
  const cells = new Int32Array(M);
  for (let m = 0; m < M; m++) {
    const levels = Int32Array.from(factors, ({ codes }) => codes[m]);
    const key = levels.join();
    const cell = index.get(key) ?? found.push(levels) - 1;
    index.set(key, cell);
    cells[m] = cell;
  }
  const order = Array.from(found.keys()).sort((a, b) => {
    const at = found[a].findIndex((level, f) => level !== found[b][f]);
    return at < 0 ? 0 : found[a][at] - found[b][at];
  });
  const rank = new Int32Array(found.length);
  for (const [i, cell] of order.entries()) rank[cell] = i;
  return { combinations: order.map((cell) => found[cell]), cells: cells.map((cell) => rank[cell]) };
}

function seedRole(
  factors: number,
  cells: Int32Array,
  counts: Int32Array,
  seedCodes: Int32Array,
  seeds: number,
): SeedRole {
  if (counts.every((n) => n === 1)) return "none";
  if (factors === 0) return "alone";
  const pairs = new Set(Array.from(cells, (cell, m) => cell * seeds + seedCodes[m]));
  if (counts.every((n) => n === seeds) && pairs.size === cells.length) return "crossed";
  return seeds > cells.length / 2 ? "nested" : "incomplete"; // a few that happen to be equal are no sharing
}

/** Which rows of a list have these level indices of some factors: sums over models, for means. */
export function levelSums(
  factors: readonly Factor[],
  values: Float64Array,
): { sums: Float64Array; counts: Int32Array; at: Int32Array } {
  const size = factors.reduce((product, { levels }) => product * levels.length, 1);
  const at = new Int32Array(values.length);
  for (let m = 0; m < values.length; m++) {
    at[m] = factors.reduce((index, { levels, codes }) => index * levels.length + codes[m], 0);
  }
  const sums = new Float64Array(size);
  const counts = new Int32Array(size);
  for (const [m, value] of values.entries()) {
    sums[at[m]] += value;
    counts[at[m]]++;
  }
  return { sums, counts, at };
}
