import { ZooError } from "../errors.ts";
import { type MetricName, type ModelRow, type ModelSplit, metricNames, modelColumns } from "../files/tables.ts";
import type { Activation, Init, OptimizerKind } from "../model/hyperparameters.ts";
import type { MetricTable } from "./metric-table.ts";

/** Both ends are included; NaN is in no range. */
export interface Range {
  min?: number;
  max?: number;
}

export type NumberCondition = number | readonly number[] | Range;
export type WordCondition<W extends string> = W | readonly W[];
/** A metric at one epoch; the last unless given. */
export type MetricCondition = Range & { epoch?: number };

type NumberColumn = "id" | "shard" | "row" | "seed" | "dropout" | "lr" | "weight_decay" | "momentum" | "batch_size";

/** Conditions that must all hold. */
export type ModelFilter = { [K in NumberColumn]?: NumberCondition } & {
  split?: WordCondition<ModelSplit>;
  activation?: WordCondition<Activation>;
  init?: WordCondition<Init>;
  optimizer?: WordCondition<OptimizerKind>;
  diverged?: boolean;
} & { [K in MetricName | "ggap"]?: MetricCondition };

/** The models of a zoo, by ascending id. */
export class ModelTable {
  readonly rows: readonly ModelRow[];
  readonly #byId: Map<number, ModelRow>;
  readonly #metrics: () => Promise<MetricTable>;

  constructor(rows: readonly ModelRow[], metrics: () => Promise<MetricTable>) {
    this.rows = rows;
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

  /**
   * The models for which every condition holds, by ascending id. The metrics are read only if a condition needs them.
   * Throws ZooError `misuse` for a column that no model has.
   */
  async filter(conditions: ModelFilter): Promise<ModelRow[]> {
    const entries = Object.entries(conditions).filter(([, condition]) => condition !== undefined);
    const unknown = entries.find(([name]) => !isMetric(name) && !Object.hasOwn(modelColumns, name));
    if (unknown !== undefined) {
      const names = [...Object.keys(modelColumns), ...metricNames, "ggap"].join(", ");
      const message = `filter: there is no column "${unknown[0]}"; there are ${names}`;
      throw new ZooError("misuse", message, { option: unknown[0], value: JSON.stringify(unknown[1]) });
    }
    const metrics = entries.some(([name]) => isMetric(name)) ? await this.#metrics() : null;
    return this.rows.filter((row) =>
      entries.every(([name, condition]) => {
        if (metrics === null || !isMetric(name)) return holds(row[name as keyof ModelRow], condition);
        const { epoch = metrics.states - 1, ...range } = condition as MetricCondition;
        return holds(metrics.value(row.id, epoch, name), range);
      }),
    );
  }
}

function isMetric(name: string): name is MetricName | "ggap" {
  return name === "ggap" || (metricNames as readonly string[]).includes(name);
}

type Condition = string | number | boolean | readonly (string | number)[] | Range;

function holds(value: string | number | boolean, condition: Condition): boolean {
  if (typeof condition !== "object") return value === condition;
  if (Array.isArray(condition)) return condition.includes(value);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition as Range;
  return typeof value === "number" && value >= min && value <= max;
}
