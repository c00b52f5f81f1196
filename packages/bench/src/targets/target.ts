/** A number to be predicted for every row. */
export interface NumberTarget {
  name: string;
  kind: "regression";
  /** [N]; NaN: unknown, the row is dropped and counted. */
  values: Float64Array;
}

/** A class to be predicted for every row. */
export interface ClassTarget {
  name: string;
  kind: "classification";
  /** At least two that occur, sorted. */
  classes: readonly string[];
  /** [N], indices into `classes`; -1: unknown, the row is dropped and counted. */
  values: Int32Array;
}

export type Target = NumberTarget | ClassTarget;
