import { ZooError } from "../errors.ts";
import type { Cell, Column, ColumnDeclaration, Table } from "../files/columns.ts";
import { type MetricName, type ModelRow, type ModelSplit, metricNames, modelColumns } from "../files/tables.ts";
import type { Activation, Init, OptimizerKind } from "../model/hyperparameters.ts";
import type { MetricTable } from "./metric-table.ts";

/** All that are given must hold; NaN is in no range. */
export interface Range {
  /** The least value; it is in the range. */
  min?: number;
  /** The greatest value; it is in the range. */
  max?: number;
  /** Greater than this. */
  above?: number;
  /** Less than this. */
  below?: number;
  /** None of these. */
  not?: number | readonly number[];
}

export type NumberCondition = number | readonly number[] | Range;
/** One of these words, or with `not` none of them. */
export type WordCondition<W extends string> = W | readonly W[] | { not: W | readonly W[] };
/** A metric at one epoch; the last unless given. */
export type MetricCondition = number | readonly number[] | (Range & { epoch?: number });

type NumberColumn = "id" | "shard" | "row" | "seed" | "dropout" | "lr" | "weight_decay" | "momentum" | "batch_size";

/** Conditions that must all hold. */
export type ModelFilter = { [K in NumberColumn]?: NumberCondition } & {
  split?: WordCondition<ModelSplit>;
  activation?: WordCondition<Activation>;
  init?: WordCondition<Init>;
  optimizer?: WordCondition<OptimizerKind>;
  diverged?: boolean;
} & { [K in MetricName | "ggap"]?: MetricCondition } & {
  /** Of the columns that the zoo declares, by name: of its models, or of its metrics at one epoch. */
  declared?: { [name: string]: NumberCondition | WordCondition<string> | boolean | MetricCondition };
};

interface ZooColumns {
  models: readonly ColumnDeclaration[];
  metrics: readonly ColumnDeclaration[];
}

/** The models of a zoo, by ascending id. */
export class ModelTable {
  readonly rows: readonly ModelRow[];
  readonly #table: Table<typeof modelColumns>;
  readonly #declared: ZooColumns;
  readonly #byId: Map<number, ModelRow>;
  readonly #metrics: () => Promise<MetricTable>;

  /** table: what `rows` were made of; metrics: reads them when a condition asks. */
  constructor(
    rows: readonly ModelRow[],
    table: Table<typeof modelColumns>,
    declared: ZooColumns,
    metrics: () => Promise<MetricTable>,
  ) {
    this.rows = rows;
    this.#table = table;
    this.#declared = declared;
    this.#byId = new Map(rows.map((row) => [row.id, row]));
    this.#metrics = metrics;
  }

  get length(): number {
    return this.rows.length;
  }

  [Symbol.iterator](): IterableIterator<ModelRow> {
    return this.rows[Symbol.iterator]();
  }

  /** Throws RangeError where the zoo has no such model. */
  get(id: number): ModelRow {
    const row = this.#byId.get(id);
    if (row !== undefined) return row;
    const [first, last] = [this.rows[0].id, this.rows[this.rows.length - 1].id];
    throw new RangeError(`the zoo has no model ${id}; it has ${this.length} with ids from ${first} to ${last}`);
  }

  /** Any column [M], also those that the zoo declares. Throws RangeError for a name that no column has. */
  column(name: string): Column {
    const table: Record<string, Column> = this.#table;
    if (Object.hasOwn(table, name)) return table[name];
    throw new RangeError(
      `the models have no column ${JSON.stringify(name)}; they have ${Object.keys(table).join(", ")}`,
    );
  }

  /**
   * The models for which every condition holds, of every filter in a list (so that one column can have several, a metric
   * at two epochs, say), by ascending id. The metrics are read only if a condition needs them.
   * Throws ZooError `misuse` for a column that no model has, RangeError for an epoch that was not measured.
   */
  async filter(conditions: ModelFilter | readonly ModelFilter[]): Promise<ModelRow[]> {
    const filters: readonly ModelFilter[] = isList(conditions) ? conditions : [conditions];
    const tests = filters.flatMap(({ declared = {}, ...fixed }) => [
      ...given(fixed).map(([name, condition]) => this.#fixedTest(name, condition)),
      ...given(declared).map(([name, condition]) => this.#declaredTest(name, condition)),
    ]);
    const metrics = tests.some(({ needsMetrics }) => needsMetrics) ? await this.#metrics() : null;
    return this.rows.filter((row) => tests.every(({ holds }) => holds(row, metrics as MetricTable)));
  }

  #fixedTest(name: string, condition: Condition): Test {
    if (isMetric(name)) return metricTest(condition, (metrics, id, epoch) => metrics.value(id, epoch, name));
    if (!Object.hasOwn(modelColumns, name)) {
      throw unknownColumn(name, condition, [...Object.keys(modelColumns), ...metricNames, "ggap"]);
    }
    return { needsMetrics: false, holds: (row) => holds(row[name as keyof typeof modelColumns], condition) };
  }

  #declaredTest(name: string, condition: Condition): Test {
    const { models, metrics } = this.#declared;
    if (models.some((column) => column.name === name)) {
      return {
        needsMetrics: false,
        holds: ({ declared }) => holds((declared as Record<string, Cell>)[name], condition),
      };
    }
    if (metrics.some((column) => column.name === name)) {
      return metricTest(condition, (table, id, epoch) => table.declaredValue(id, epoch, name));
    }
    throw unknownColumn(
      name,
      condition,
      [...models, ...metrics].map((column) => column.name),
    );
  }
}

interface Test {
  needsMetrics: boolean;
  holds: (row: ModelRow, metrics: MetricTable) => boolean;
}

function given<T>(conditions: Record<string, T | undefined>): [string, T][] {
  return Object.entries(conditions).filter((entry): entry is [string, T] => entry[1] !== undefined);
}

function metricTest(condition: Condition, value: (metrics: MetricTable, id: number, epoch: number) => Cell): Test {
  const { epoch, at } = atEpoch(condition);
  return {
    needsMetrics: true,
    holds: ({ id }, metrics) => holds(value(metrics, id, epoch ?? metrics.lastEpoch), at),
  };
}

/** A condition as what must hold at one epoch; values and lists have no epoch of their own. */
function atEpoch(condition: Condition): { epoch?: number; at: Condition } {
  if (typeof condition !== "object" || isList(condition)) return { at: condition };
  const { epoch, ...at } = condition as Range & { epoch?: number };
  return epoch === undefined ? { at } : { epoch, at };
}

function unknownColumn(name: string, condition: Condition, names: readonly string[]): ZooError<"misuse"> {
  const message = `filter: there is no column "${name}"; there are ${names.join(", ") || "none"}`;
  return new ZooError("misuse", message, { option: name, value: JSON.stringify(condition) });
}

function isMetric(name: string): name is MetricName | "ggap" {
  return name === "ggap" || (metricNames as readonly string[]).includes(name);
}

type Condition =
  | string
  | number
  | boolean
  | readonly (string | number)[]
  | MetricCondition
  | { not: string | readonly string[] };

/** An INT64 is compared as the nearest float64. */
function holds(cell: Cell, condition: Condition): boolean {
  const value = typeof cell === "bigint" ? Number(cell) : cell;
  if (typeof condition !== "object") return value === condition;
  if (isList(condition)) return condition.some((one) => one === value);
  const { not } = condition;
  if (not !== undefined && (isList(not) ? not.some((one) => one === value) : not === value)) return false;
  if (typeof value !== "number") return not !== undefined;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above, below } = condition as Range;
  const inside = value >= min && value <= max;
  return inside && (above === undefined || value > above) && (below === undefined || value < below);
}

// Array.isArray does not narrow a readonly array.
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
