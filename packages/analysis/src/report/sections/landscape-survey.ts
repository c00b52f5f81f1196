import type { Activation, Layout, ModelRow } from "@zoo/format";
import { deriveLayout, isZooError } from "@zoo/format";
import { trainBends } from "../../landscape/bezier.ts";
import { bestMedianWorst } from "../../landscape/choose-models.ts";
import { filterNormalisedDirection, planeThrough, principalDirections } from "../../landscape/directions.ts";
import { type ExtremeEigenvalues, extremeEigenvalues } from "../../landscape/eigenvalues.ts";
import type { LossSurface } from "../../landscape/loss-surface.ts";
import { hessians } from "../../landscape/operators.ts";
import { evaluatePaths, type Path, type PathMeasures } from "../../landscape/paths.ts";
import { axesAround, axis, evaluateSlices, type Slice } from "../../landscape/slices.ts";
import { type SpectralQuadrature, spectralQuadrature } from "../../landscape/spectral-density.ts";
import { lossSurface } from "../../node/ask-surface.ts";
import { whyNotAsked } from "../../population/askable.ts";
import type { ImageProbe } from "../../population/image-probe.ts";
import { Aligners } from "../../weight-space/aligners.ts";
import { applySymmetry } from "../../weight-space/symmetry.ts";
import type { ReportZoo } from "../report-context.ts";

/** What the chapter asks; the command `landscape` with these options gives the same numbers. */
export const asked = { images: 256, top: 5, lanczosSteps: 60, positions: 21, grid: 21, bezierSteps: 40 } as const;
/** As the command has them. */
export const DENSITY = { probes: 4, steps: 40, grid: 201, share: 0.01 } as const;
const BEZIER = { samples: 8, lr: 0.02 } as const;

export interface LandscapeModel {
  /** "best", "median" or "worst"; "the only" of one model. */
  role: string;
  row: ModelRow;
  acc: number;
}

export type PathKind = "linear" | "linear aligned" | "bezier aligned";
export const pathKinds: readonly PathKind[] = ["linear", "linear aligned", "bezier aligned"];

export interface PairPaths {
  from: LandscapeModel;
  to: LandscapeModel;
  measures: Record<PathKind, PathMeasures>;
}

/** Loss over a plane, [ys, xs], and the networks that lie in it. */
export interface PlaneLoss {
  xs: Float64Array;
  ys: Float64Array;
  loss: Float64Array;
  marks: { label: string; model: number; epoch: number; x: number; y: number }[];
}

/** What the chapter of the loss landscape is drawn from. */
export interface LandscapeSurvey {
  from: ReportZoo;
  epoch: number;
  activation: Activation;
  /** Of how many models with that activation they are. */
  among: number;
  models: LandscapeModel[];
  probe: ImageProbe;
  /** By model. */
  eigenvalues: ExtremeEigenvalues[];
  spectra: SpectralQuadrature[];
  lines: { xs: Float64Array; loss: Float64Array[] };
  pairs: PairPaths[];
  plane: PlaneLoss | null;
  trajectory: (PlaneLoss & { role: string; explained: [number, number] }) | null;
}

/** The survey of one zoo, or the sentence that says why there is none. */
export async function surveyLandscape(from: ReportZoo, signal: AbortSignal): Promise<LandscapeSurvey | string> {
  const { analysis } = from;
  const { zoo, selection, seed } = analysis;
  const { architecture } = zoo.manifest;
  const layout = deriveLayout(architecture);
  if (layout.B > 0)
    return "its networks have batch normalisation, whose statistics would have to be computed again at every point";
  const why = whyNotAsked(architecture);
  if (why !== null) return why;
  let probe: ImageProbe;
  try {
    probe = await analysis.images("train", asked.images);
  } catch (e) {
    if (!isZooError(e) || signal.aborted) throw e;
    return "the images that it was trained on are not to be had here; `--data-dir` says where they are";
  }
  const epoch = selection.epochs[selection.epochs.length - 1];
  const { models, activation, among } = await chooseModels(from, epoch);
  const executor = await analysis.executor();
  const surface = lossSurface(executor, { architecture, activation, batch: probe.batch }, { signal });
  const { data: weights } = await zoo.weightsAt(
    epoch,
    models.map(({ row }) => row),
  );
  const networks = models.map((_, m) => weights.subarray(m * layout.D, (m + 1) * layout.D));
  const operators = hessians(surface, weights);
  const keys = models.map(({ row }) => row.id);
  const doing = (what: string, share: number): void => {
    signal.throwIfAborted();
    analysis.progress(`loss landscape, ${what}`, share);
  };
  const { top: largest, lanczosSteps: maxSteps } = asked;
  const eigenvalues = await extremeEigenvalues(operators, {
    largest,
    maxSteps,
    tolerance: 1e-3,
    seed,
    keys,
    onStep: (step) => doing("eigenvalues", step / maxSteps),
  });
  const { probes, steps } = DENSITY;
  const spectra = await spectralQuadrature(operators, {
    probes,
    steps,
    seed,
    keys,
    onStep: (step) => doing("spectral density", step / steps),
  });
  const aligners = new Aligners(architecture, { seed });
  const align = (source: Float32Array, target: Float32Array): Float32Array => {
    const { aligner, symmetries } = aligners.of(activation);
    return applySymmetry(source, aligner.align(source, target).symmetry, symmetries);
  };
  doing("slices", 0);
  const lines = await linesOf(surface, layout, networks, keys, seed);
  const pairs = await pairsOf(surface, models, networks, align, seed, (share) => doing("paths", share));
  doing("planes", 0);
  const plane = await planeOf(surface, models, networks, align, epoch);
  doing("planes", 0.5);
  const trajectory = await trajectoryOf(surface, from, models, epoch, layout);
  return { from, epoch, activation, among, models, probe, eigenvalues, spectra, lines, pairs, plane, trajectory };
}

/** Best, median and worst of the models with the activation of the best one: networks of one kind, which paths can join. */
async function chooseModels(
  { analysis: { zoo, selection } }: ReportZoo,
  epoch: number,
): Promise<{ models: LandscapeModel[]; activation: Activation; among: number }> {
  const metrics = await zoo.metrics();
  const acc = ({ id }: ModelRow): number => metrics.value(id, epoch, "test_acc");
  const [best] = bestMedianWorst(selection.models.map(acc));
  const { activation } = selection.models[best];
  const alike = selection.models.filter((model) => model.activation === activation);
  const chosen = bestMedianWorst(alike.map(acc)).map((m) => alike[m]);
  const roles = [["only"], ["best", "worst"], ["best", "median", "worst"]][chosen.length - 1];
  const models = chosen.map((row, i) => ({ role: roles[i], row, acc: acc(row) }));
  return { models, activation, among: alike.length };
}

/** Along a random direction at each model, whose filters have the length of the model's. */
async function linesOf(
  surface: LossSurface,
  layout: Layout,
  networks: readonly Float32Array[],
  keys: readonly number[],
  seed: number,
): Promise<LandscapeSurvey["lines"]> {
  const xs = axis(-1, 1, asked.positions);
  const slices = networks.map(
    (origin, m): Slice => ({
      origin,
      xs,
      x: filterNormalisedDirection(layout, origin, { seed, key: keys[m], index: 0 }),
    }),
  );
  return { xs, loss: (await evaluateSlices(surface, slices)).map(({ loss }) => loss) };
}

type Align = (source: Float32Array, target: Float32Array) => Float32Array;

async function pairsOf(
  surface: LossSurface,
  models: readonly LandscapeModel[],
  networks: readonly Float32Array[],
  align: Align,
  seed: number,
  onShare: (share: number) => void,
): Promise<PairPaths[]> {
  const pairs = models.flatMap((_, a) => models.slice(a + 1).map((_, b): [number, number] => [a, a + 1 + b]));
  if (pairs.length === 0) return [];
  const straight = pairs.map(([a, b]): Path => ({ from: networks[a], to: networks[b] }));
  const aligned = straight.map(({ from, to }): Path => ({ from, to: align(to, from) }));
  const keys = pairs.map(([a, b]) => (models[a].row.id * 65_537 + models[b].row.id * 3 + 1) >>> 0); // as the command has them
  const steps = asked.bezierSteps;
  const onStep = (step: number): void => onShare(step / (steps + 1));
  const bent = await trainBends(surface, aligned, { ...BEZIER, steps, seed, keys, onStep });
  const measured = await evaluatePaths(surface, [...straight, ...aligned, ...bent], asked.positions);
  const P = pairs.length;
  return pairs.map(([a, b], p) => ({
    from: models[a],
    to: models[b],
    measures: { linear: measured[p], "linear aligned": measured[P + p], "bezier aligned": measured[2 * P + p] },
  }));
}

/** Through three models, the last two aligned to the first; null of fewer, and of models on a line. */
async function planeOf(
  surface: LossSurface,
  models: readonly LandscapeModel[],
  networks: readonly Float32Array[],
  align: Align,
  epoch: number,
): Promise<PlaneLoss | null> {
  if (models.length < 3) return null;
  const [a, b, c] = networks;
  const plane = planeThrough(a, align(b, a), align(c, a));
  if (plane === null) return null;
  const { coordinates, ...directions } = plane;
  const axes = axesAround(coordinates, asked.grid);
  const [{ loss }] = await evaluateSlices(surface, [{ ...directions, ...axes }]);
  const marks = models.map(({ role, row }, m) => ({
    label: role,
    model: row.id,
    epoch,
    x: coordinates[2 * m],
    y: coordinates[2 * m + 1],
  }));
  return { ...axes, loss, marks };
}

/** The plane in which the median model moved most; null of fewer than 3 epochs, and where they lie on a line. */
async function trajectoryOf(
  surface: LossSurface,
  { analysis: { zoo, selection } }: ReportZoo,
  models: readonly LandscapeModel[],
  epoch: number,
  { D }: Layout,
): Promise<LandscapeSurvey["trajectory"]> {
  const { role, row } = models.find((model) => model.role === "median") ?? models[0];
  const epochs = zoo.states.filter((state) => state <= epoch && selection.epochs.includes(state));
  if (epochs.length < 3) return null;
  const { data } = await zoo.trajectory(row);
  const states = new Float32Array(epochs.length * D);
  for (const [e, at] of epochs.entries()) {
    const state = zoo.states.indexOf(at);
    states.set(data.subarray(state * D, (state + 1) * D), e * D);
  }
  const { coordinates, explained, ...directions } = principalDirections(states, D);
  if (Number.isNaN(directions.x[0] + directions.y[0])) return null;
  const axes = axesAround(coordinates, asked.grid);
  const [{ loss }] = await evaluateSlices(surface, [{ ...directions, ...axes }]);
  const marks = epochs.map((at, e) => ({
    label: `epoch ${at}`,
    model: row.id,
    epoch: at,
    x: coordinates[2 * e],
    y: coordinates[2 * e + 1],
  }));
  return { ...axes, loss, marks, role, explained };
}
