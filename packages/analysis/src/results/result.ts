import type { Cell, ColumnDeclaration, Json, TypedArray, TypedDtype } from "@zoo/format";

/** A column of a result. `unit: "fraction"`: shown as per cent. */
export interface ResultColumn extends ColumnDeclaration {
  unit?: "fraction";
}

export interface ResultTable {
  /** a-z, 0-9 and "_": the name of its Parquet file. */
  name: string;
  /** What it shows, as a sentence; it stands above the table. */
  caption: string;
  columns: readonly ResultColumn[];
  /** By row, in the order of `columns`. An undefined number is NaN; JSON has null for it. */
  rows: readonly (readonly Cell[])[];
  /** Too long to be read: only with `--json` and `--out`. */
  long?: boolean;
}

/** Numbers that are no table: a matrix of distances, an embedding. */
export interface ResultArray {
  /** a-z, 0-9 and "_": the name of its safetensors file. */
  name: string;
  dtype: TypedDtype;
  /** Row-major. */
  data: TypedArray;
  shape: number[];
  /** What each axis runs over: "model", "epoch", "image", "component", .. */
  axes: string[];
  description: string;
}

/** What an analysis found: printed as text or JSON, or written as an artefact. */
export interface Result {
  /** Name of the command that gives it: "diversity". */
  kind: string;
  /** Everything besides zoo and program that the numbers follow from. */
  parameters: { [key: string]: Json };
  /**
   * Sentences that one must know to get the same numbers: how many images, which epochs, which start, which median, how
   * many models were left out.
   */
  definitions: readonly string[];
  tables: readonly ResultTable[];
  arrays: readonly ResultArray[];
}
