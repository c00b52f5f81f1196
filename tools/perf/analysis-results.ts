import type { Sizes } from "./analysis-questions.ts";
import type { Summary } from "./statistics.ts";

/** One answer of a contender. */
export interface Turn {
  seconds: number;
  /** Of the process and its children, at most so far. */
  peakMiB: number;
  parts?: Record<string, number>;
  about?: Record<string, number>;
  /** Which of several ways was the fastest. */
  chosen?: string;
  /** The method is not exact: its result is compared, but may differ. */
  approximate?: boolean;
  engine?: string;
}

export interface AnalysisRow extends Pick<Turn, "about" | "chosen" | "approximate" | "engine"> {
  by: "ours" | "python";
  way: string;
  seconds: Summary;
  parts: Record<string, Summary>;
  /** Before the first question, inputs included. */
  readyMiB: number;
  peakMiB: number;
  /** Of a peer's result from ours; null for ours. */
  difference: number | null;
}

/** What results.json holds. */
export interface AnalysisResults {
  date: string;
  commit: string;
  machine: { cpu: string; cores: number; GiB: number; vectors: string; compiler: string };
  software: string;
  data: string;
  /** Of one minute, before and after. */
  load: number[];
  rounds: number;
  cores: number;
  sizes: Sizes;
  questions: { name: string; title: string; rows: AnalysisRow[] }[];
}
