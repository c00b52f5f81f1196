import type { Row } from "./contender.ts";
import type { Summary } from "./statistics.ts";

/** Of one architecture: all contenders, measured in the same rounds. Rates are model-samples per second. */
export interface Comparison {
  arch: string;
  /** Of one sample. */
  flops: { train: number; evaluate: number };
  peaks: { lanes: number; gflops: Summary }[];
  rows: ComparisonRow[];
}

export interface ComparisonRow extends Omit<Row, "samples_per_s" | "samples_per_cpu_s" | "evaluated_per_s"> {
  perS: Summary;
  perCpuS: Summary;
  evaluatedPerS: Summary | undefined;
}

/** `zoo-gen run` against its kernels alone, in pairs, seconds. */
export interface EndToEnd {
  models: number;
  epochs: number;
  pairs: { zooGenS: number; kernelsS: number }[];
}

/** A contender's answers to the questions of a population. */
export interface PopulationRow {
  peer: string;
  variant: string;
  models: number;
  /** Model-samples per second, by question. */
  rates: Record<string, Summary>;
}

/** What results.json holds. */
export interface Results {
  date: string;
  commit: string;
  machine: { cpu: string; cores: number; vectors: string; compiler: string };
  software: Record<string, string>;
  recipe: Record<string, string | number>;
  rounds: number;
  seconds: number;
  comparisons: Comparison[];
  populations: { arch: string; rows: PopulationRow[] }[];
  endToEnd: EndToEnd | null;
}
