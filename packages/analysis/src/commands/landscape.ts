import { misuse, parseIds, wholeNumber } from "@zoo/cli";
import { type Activation, deriveLayout, type ModelRow } from "@zoo/format";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import { bestMedianWorst } from "../landscape/choose-models.ts";
import type { LossSurface } from "../landscape/loss-surface.ts";
import type { Analysis } from "../node/analysis.ts";
import { lossSurface } from "../node/ask-surface.ts";
import { requireAskable } from "../population/askable.ts";
import type { Result } from "../results/result.ts";
import { randomSample } from "../statistics/samples.ts";
import { Aligners } from "../weight-space/aligners.ts";
import { applySymmetry } from "../weight-space/symmetry.ts";
import { connectivityPart } from "./landscape/connectivity-part.ts";
import { curvaturePart } from "./landscape/curvature-part.ts";
import { slicesPart } from "./landscape/slices-part.ts";
import { type LandscapeOptions, type Part, type PartResult, parts, type Terrain } from "./landscape/terrain.ts";

export const landscape: AnalysisCommand<LandscapeOptions> = {
  name: "landscape",
  description: "curvature of the loss, paths between networks, and slices through it",
  options: (command) =>
    command
      .option("--parts <list>", `of ${parts.join(",")} (default: all)`, parseParts)
      .option("--models <list>", "a count, or ids: 3,5,10-20 (default: best, median and worst by test accuracy)")
      .option("--sample <n>", "that many models at random instead", wholeNumber("--sample", 1, 1_000_000))
      .option("--images <n>", "of the train split", wholeNumber("--images", 1, 10_000_000), 512)
      .option("--top <n>", "eigenvalues", wholeNumber("--top", 1, 50), 5)
      .option("--lanczos-steps <n>", "at most", wholeNumber("--lanczos-steps", 8, 2000), 100)
      .option("--trace-products <n>", "a multiple of 3", wholeNumber("--trace-products", 3, 3000), 30)
      .option("--positions <n>", "on each path and slice", wholeNumber("--positions", 2, 1001), 21)
      .option("--grid <n>", "positions on each axis of a plane", wholeNumber("--grid", 2, 501), 21)
      .option("--pairs <n>", "of models, at most", wholeNumber("--pairs", 1, 1_000_000), 10)
      .option("--bezier-steps <n>", "0: straight paths alone", wholeNumber("--bezier-steps", 0, 100_000), 60)
      .option("--no-align", "paths and planes between the networks as they are alone"),
  run,
};

async function run(analysis: Analysis, options: LandscapeOptions): Promise<Result> {
  const { zoo, selection, seed } = analysis;
  if (options.traceProducts % 3 !== 0)
    throw misuse("--trace-products", "must be a multiple of 3", String(options.traceProducts));
  const epochs = options.epochs === undefined ? selection.epochs.slice(-1) : selection.epochs;
  const epoch = epochs[epochs.length - 1];
  const { models, how } = await chooseModels(analysis, options, epoch);
  const wanted = options.parts ?? parts;
  requireAskable(zoo.manifest.architecture);
  const probe = await analysis.images("train", options.images);
  const executor = await analysis.executor();
  const { architecture } = zoo.manifest;
  const surfaces = new Map<Activation, LossSurface>();
  const surface = (activation: Activation): LossSurface => {
    const known = surfaces.get(activation);
    if (known) return known;
    const made = lossSurface(executor, { architecture, activation, batch: probe.batch }, { signal: analysis.signal });
    surfaces.set(activation, made);
    return made;
  };
  const ids = models.map(({ id }) => id);
  const { parts: _, ...numbers } = options;
  const parameters = {
    parts: [...wanted],
    models: ids,
    epochs: [...epochs],
    images: probe.batch.N,
    seed,
    top: numbers.top,
    lanczos_steps: numbers.lanczosSteps,
    trace_products: numbers.traceProducts,
    positions: numbers.positions,
    grid: numbers.grid,
    pairs: numbers.pairs,
    bezier_steps: numbers.bezierSteps,
    aligned: options.align,
  };
  const { parts: __, ...keyed } = parameters;
  const pieces = await analysis.pieces("landscape", keyed);
  const aligners = new Aligners(architecture, { seed });
  const terrain: Terrain = {
    analysis,
    options,
    explicit: options.parts !== undefined,
    models,
    epochs,
    epoch,
    layout: deriveLayout(architecture),
    surface,
    pieces,
    align: (source, target, activation) => {
      const { aligner, symmetries } = aligners.of(activation);
      return applySymmetry(source, aligner.align(source, target).symmetry, symmetries);
    },
    aligned: options.align,
  };
  const done: PartResult[] = [];
  if (wanted.includes("curvature")) done.push(await curvaturePart(terrain));
  if (wanted.includes("connectivity")) done.push(await connectivityPart(terrain, done[0]?.topEigenvalues));
  if (wanted.includes("slices")) done.push(await slicesPart(terrain));
  await pieces.done();
  const { excluded } = selection;
  const left = excluded.length === 0 ? "" : ` ${excluded.length} that diverged are left out.`;
  return {
    kind: "landscape",
    parameters,
    definitions: [
      `Models: ${how}, ${models.length} of ${selection.models.length}.${left} Epochs: ${epochs.join(", ")}; paths and slices at ${epoch}.`,
      `${probe.definition} Loss: mean negative log-likelihood of these, without dropout and weight decay.`,
      ...done.flatMap(({ definitions }) => definitions),
    ],
    tables: done.flatMap(({ tables }) => tables),
    arrays: done.flatMap(({ arrays }) => arrays),
  };
}

async function chooseModels(
  { zoo, selection, seed }: Analysis,
  { models: text, sample }: LandscapeOptions,
  epoch: number,
): Promise<{ models: ModelRow[]; how: string }> {
  const { models } = selection;
  if (text !== undefined && sample !== undefined)
    throw misuse("--sample", "and --models exclude each other", String(sample));
  if (text !== undefined) {
    const ids = new Set(
      parseIds(
        text,
        models.map(({ id }) => id),
      ),
    );
    return { models: models.filter(({ id }) => ids.has(id)), how: "as named by --models" };
  }
  if (sample !== undefined) {
    const chosen = randomSample(models, sample, seed);
    return { models: chosen, how: `a random sample with seed ${seed}` };
  }
  const metrics = await zoo.metrics();
  const best = bestMedianWorst(models.map(({ id }) => metrics.value(id, epoch, "test_acc")));
  return { models: best.map((i) => models[i]), how: `best, median and worst test accuracy at epoch ${epoch}` };
}

function parseParts(text: string): Part[] {
  const named = text.split(",").map((part) => part.trim());
  const wrong = named.find((part) => !(parts as readonly string[]).includes(part));
  if (wrong !== undefined) throw misuse("--parts", `must be of ${parts.join(", ")}`, wrong);
  return parts.filter((part) => named.includes(part));
}
