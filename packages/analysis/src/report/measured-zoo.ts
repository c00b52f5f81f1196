import type { MetricTable } from "@zoo/format";
import type { MetricBand } from "../performance/metric-bands.ts";
import { type Performance, summarisePerformance } from "../performance/summarise.ts";
import type { ReportZoo } from "./report-context.ts";

const metrics = ["test_acc", "train_acc", "test_loss", "train_loss", "ggap"] as const;

/** A metric of the report. */
export type ReportMetric = (typeof metrics)[number];

/** A zoo with the numbers of the command `summary`. */
export interface MeasuredZoo {
  from: ReportZoo;
  table: MetricTable;
  /** The last measured epoch. */
  last: number;
  performance: Performance;
}

const known = new WeakMap<ReportZoo, Promise<MeasuredZoo>>();

/** The performance of a zoo's models; computed once, whichever section asks first. */
export function measuredZoo(from: ReportZoo): Promise<MeasuredZoo> {
  const found = known.get(from) ?? measure(from);
  known.set(from, found);
  return found;
}

async function measure(from: ReportZoo): Promise<MeasuredZoo> {
  const { zoo, selection, seed } = from.analysis;
  const table = await zoo.metrics();
  const performance = summarisePerformance(zoo, table, selection.models, { metrics, seed });
  return { from, table, last: table.lastEpoch, performance };
}

/** Bands of a metric over all models, epoch by epoch. */
export const bandsOf = ({ performance }: MeasuredZoo, name: ReportMetric): MetricBand[] =>
  performance.bands.filter(({ metric }) => metric === name);

/** Of all models after the last epoch, with the interval of the mean. */
export function finalBand({ performance }: MeasuredZoo, name: ReportMetric): Performance["chosen"][number] {
  const found = performance.chosen.find(({ band }) => band.metric === name);
  if (found === undefined) throw new RangeError(`${name} is none of the report's metrics`);
  return found;
}
