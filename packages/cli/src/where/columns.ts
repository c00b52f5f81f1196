import { type ColumnSpec, type ColumnType, metricColumns, modelColumns } from "@zoo/format";
import { nearest } from "../options/nearest.ts";

/** What a zoo declares of a column of its own. */
export interface Declaration {
  name: string;
  type: ColumnType;
}

/** A column as conditions need it. */
export interface WhereColumn extends Declaration {
  /** Of a STRING column: the only values it may have. */
  values?: readonly string[];
  /** Whether it has a value at every measured epoch. */
  metric: boolean;
  /** Whether it is a zoo's own. */
  declared: boolean;
}

/** What conditions can name. */
export interface WhereColumns {
  columns: readonly WhereColumn[];
  /** The epochs whose metrics there are, ascending. */
  measured: readonly number[];
}

export const isNumeric = ({ type }: Pick<Declaration, "type">): boolean => type !== "STRING" && type !== "BOOLEAN";

/** The columns that every zoo has, then those that a zoo declares beside them. */
export function whereColumns(
  measured: readonly number[],
  declared: { models?: readonly Declaration[]; metrics?: readonly Declaration[] } = {},
): WhereColumns {
  const { model: _model, epoch: _epoch, ...metrics } = metricColumns;
  const fixed = (columns: Record<string, ColumnSpec>, metric: boolean): WhereColumn[] =>
    Object.entries(columns).map(([name, column]) => ({ name, ...column, metric, declared: false }));
  const own = (columns: readonly Declaration[] = [], metric: boolean): WhereColumn[] =>
    columns.map(({ name, type }) => ({ name, type, metric, declared: true }));
  const columns = [
    ...fixed(modelColumns, false),
    ...fixed(metrics, true),
    ...own(declared.models, false),
    ...own(declared.metrics, true),
  ];
  return { columns, measured };
}

/** The column that was meant by a name that is none, or undefined. */
export function meantBy(name: string, columns: readonly WhereColumn[]): string | undefined {
  const known = columns.map((column) => column.name);
  const alias = aliases[name.toLowerCase().replaceAll(/[-_]/g, "")];
  return alias !== undefined && known.includes(alias) ? alias : nearest(name, known);
}

/** What the columns are called elsewhere. They are refused, so that every command and page uses one name. */
const aliases: Record<string, string> = {
  acc: "test_acc",
  accuracy: "test_acc",
  testaccuracy: "test_acc",
  valaccuracy: "val_acc",
  validationaccuracy: "val_acc",
  trainaccuracy: "train_acc",
  trainingaccuracy: "train_acc",
  loss: "test_loss",
  gap: "ggap",
  generalizationgap: "ggap",
  learningrate: "lr",
  stepsize: "lr",
  wd: "weight_decay",
  l2: "weight_decay",
  l2reg: "weight_decay",
  bs: "batch_size",
  act: "activation",
  nonlinearity: "activation",
  initialization: "init",
  weightinit: "init",
  opt: "optimizer",
  model: "id",
  modelid: "id",
};
