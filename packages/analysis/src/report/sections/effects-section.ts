import { percent } from "@zoo/cli";
import { designLines, sharesLine } from "../../hyperparameters/design-lines.ts";
import type { Section } from "../figure.ts";
import { literal } from "../prose.ts";
import type { ReportContext, ReportZoo } from "../report-context.ts";
import { importanceFigure, importanceOverEpochsFigure } from "./importance-figures.ts";
import { levelMeansFigure } from "./level-means-figure.ts";
import { levelsOverEpochsFigure } from "./levels-over-epochs-figure.ts";
import { pairFigure } from "./pair-figure.ts";
import { effectsOf, type ZooEffects } from "./zoo-effects.ts";

/** What the hyperparameters do to the final test accuracy; null where none varies. */
export async function effectsSection({ zoos, signal }: ReportContext): Promise<Section | null> {
  const all: ZooEffects[] = [];
  for (const from of zoos) {
    signal.throwIfAborted();
    const found = await effectsOf(from);
    if (found !== null) all.push(found);
  }
  if (all.length === 0) return null;
  const name = (from: ReportZoo): string => (zoos.length === 1 ? "" : `${literal(from.name)}: `);
  return {
    id: "hyperparameters",
    title: "What the hyperparameters do",
    paragraphs: all.map((one) => `${name(one.from)}${sentence(one)}`),
    figures: [
      importanceFigure,
      importanceOverEpochsFigure,
      levelsOverEpochsFigure,
      levelMeansFigure,
      pairFigure,
    ].flatMap((make) => all.flatMap((one) => make(one) ?? [])),
    definitions: [
      ...all.flatMap(({ from, effects, fine }) => [
        ...designLines(effects).map((line) => `${name(from)}${line}`),
        ...fine.map((column) => `${name(from)}${column} has too many values to be compared, and is left out.`),
      ]),
      sharesLine,
    ],
  };
}

function sentence({ effects: { anova } }: ZooEffects): string {
  const [first, second] = anova.importance;
  const next =
    second === undefined ? "" : `; ${second.factor} follows with ${percent(second.main)} and ${percent(second.total)}`;
  const seed = Number.isNaN(anova.seedShare) ? "" : ` The seed alone accounts for ${percent(anova.seedShare)}.`;
  return `${first.factor} alone accounts for ${percent(first.main)} of the variance of final test accuracy between models, and for ${percent(first.total)} with all interactions that it is in${next}.${seed}`;
}
