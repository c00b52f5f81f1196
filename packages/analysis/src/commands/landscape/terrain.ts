import type { Activation, Layout, ModelRow } from "@zoo/format";
import type { LossSurface } from "../../landscape/loss-surface.ts";
import type { Analysis } from "../../node/analysis.ts";
import type { PieceStore } from "../../node/piece-store.ts";
import type { ResultArray, ResultTable } from "../../results/result.ts";

export const parts = ["curvature", "connectivity", "slices"] as const;
export type Part = (typeof parts)[number];

export interface LandscapeOptions {
  parts?: readonly Part[];
  models?: string;
  sample?: number;
  epochs?: string;
  images: number;
  top: number;
  lanczosSteps: number;
  traceProducts: number;
  positions: number;
  grid: number;
  pairs: number;
  bezierSteps: number;
  /** Paths and planes of aligned networks, besides those of the networks as they are. */
  align: boolean;
}

/** What every part of the command works on. */
export interface Terrain {
  analysis: Analysis;
  options: LandscapeOptions;
  /** The parts were named: one that is impossible is an error, not a sentence. */
  explicit: boolean;
  models: readonly ModelRow[];
  epochs: readonly number[];
  /** The last of them. */
  epoch: number;
  layout: Layout;
  surface: (activation: Activation) => LossSurface;
  pieces: PieceStore;
  /** Moves `source` [D] to the equivalent network nearest to `target` [D]. */
  align: (source: Float32Array, target: Float32Array, activation: Activation) => Float32Array;
  aligned: boolean;
}

export interface PartResult {
  definitions: string[];
  tables: ResultTable[];
  arrays: ResultArray[];
  /** By id of a model, at `Terrain.epoch`. */
  topEigenvalues?: Map<number, number>;
}

/** Models by activation: those of one surface. */
export function byActivation(models: readonly ModelRow[]): Map<Activation, ModelRow[]> {
  const groups = new Map<Activation, ModelRow[]>();
  for (const model of models) groups.set(model.activation, [...(groups.get(model.activation) ?? []), model]);
  return groups;
}
