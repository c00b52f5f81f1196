import { type Cell, hyperparameterNames, type ModelRow, type Zoo } from "@zoo/format";

/** Models that have the same values in some columns. */
export interface ModelGroup {
  /** "activation tanh, lr 0.001"; "all models" where nothing divides them. */
  label: string;
  /** Of the columns, in their order. */
  values: readonly Cell[];
  /** Indices in the list of models, ascending. */
  models: Int32Array;
}

/** Columns of models.parquet by which models can be divided: hyperparameters, split, and those that the zoo declares. */
export function groupingColumns({ manifest }: Pick<Zoo, "manifest">): string[] {
  return [...hyperparameterNames, "split", ...manifest.columns.models.map(({ name }) => name)];
}

/** A value of a model's row, of a column that every zoo has or that this one declares. Throws RangeError for others. */
export function valueOf(row: ModelRow, column: string): Cell {
  const value = Object.hasOwn(row, column) ? row[column as keyof ModelRow] : row.declared?.[column];
  if (value === undefined || typeof value === "object") throw new RangeError(`models have no column ${column}`);
  return value;
}

/** Groups by the values of columns, in the order of the values: numbers ascending, words by alphabet. */
export function groupModels(models: readonly ModelRow[], columns: readonly string[]): ModelGroup[] {
  const groups = new Map<string, { values: Cell[]; models: number[] }>();
  for (const [m, row] of models.entries()) {
    const values = columns.map((column) => valueOf(row, column));
    const key = JSON.stringify(values.map(String));
    const group = groups.get(key) ?? { values, models: [] };
    group.models.push(m);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => compareLists(a.values, b.values))
    .map(({ values, models: indices }) => ({
      label: columns.length === 0 ? "all models" : columns.map((name, i) => `${name} ${values[i]}`).join(", "),
      values,
      models: Int32Array.from(indices),
    }));
}

/** Numbers ascending, words by code unit, false before true. */
export function compareCells(a: Cell, b: Cell): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareLists(a: readonly Cell[], b: readonly Cell[]): number {
  for (const [i, value] of a.entries()) {
    const order = compareCells(value, b[i]);
    if (order !== 0) return order;
  }
  return 0;
}
