import { count, percent, plural } from "@zoo/cli";
import { failureDefinition } from "../../performance/failure-table.ts";
import type { Section } from "../figure.ts";
import { finalBand, type MeasuredZoo, measuredZoo } from "../measured-zoo.ts";
import { literal } from "../prose.ts";
import type { ReportContext } from "../report-context.ts";
import { finalAccuracyFigure } from "./final-accuracy-figure.ts";
import { learningCurvesFigure } from "./learning-curves-figure.ts";
import { accuracyOverEpochs, gapOverEpochs, lossOverEpochs } from "./over-epochs-figures.ts";

/** What the models scored while they were trained, and at the end. */
export async function accuracySection({ zoos }: ReportContext): Promise<Section> {
  const measured: MeasuredZoo[] = [];
  for (const from of zoos) measured.push(await measuredZoo(from));
  const makers = [accuracyOverEpochs, lossOverEpochs, learningCurvesFigure, gapOverEpochs, finalAccuracyFigure];
  return {
    id: "accuracy",
    title: "Accuracy over training",
    paragraphs: measured.flatMap((one) => [finalSentence(one, zoos.length === 1), failureSentence(one)]),
    figures: makers.flatMap((make) => measured.map((one) => make(one, measured))),
    definitions: [
      "Bands are quantiles over models, linear between neighbours: 25 to 75 % and 5 to 95 %. They show how models differ, not how well the median is known.",
      "Training accuracy and loss of an epoch are running means while it trains; test values are of the state after it. Epoch 0 is the initialisation.",
      "Interval of a mean: 95 %, percentile bootstrap over models, 2000 resamples. Standard deviation: between models, with n - 1.",
      ...new Set(measured.map(({ performance: { baseline }, last }) => failureDefinition(baseline, last))),
    ],
  };
}

function finalSentence(one: MeasuredZoo, alone: boolean): string {
  const { band, interval } = finalBand(one, "test_acc");
  const who = alone ? "These" : `${literal(one.from.name)}: the`;
  if (band.models === 1) return `${who} 1 model ends at a test accuracy of ${percent(band.mean)}.`;
  return `${who} ${count(band.models)} models end at a test accuracy of ${percent(band.mean)} on average (95 % interval ${percent(interval.low)} to ${percent(interval.high)}), with a standard deviation of ${percent(band.std)} between models; the best has ${percent(band.max)}, the worst ${percent(band.min)}.`;
}

/** How many failed, and how. */
function failureSentence({ from, last, performance: { failures } }: MeasuredZoo): string {
  const sum = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);
  const [chance, dead] = [sum(failures.chance), sum(failures.dead)];
  const excluded = from.analysis.selection.excluded.length;
  const diverged =
    excluded === 0
      ? "None diverged"
      : `${plural(excluded, "model")} diverged and ${excluded === 1 ? "is" : "are"} left out`;
  const failed =
    chance === 0
      ? "all are better than chance"
      : `${plural(chance, "model")}${excluded === 0 ? "" : " of the rest"} ${chance === 1 ? "is" : "are"} no better than chance, ${dead === 0 ? "none" : count(dead)} of them dead`;
  return `${diverged}; after epoch ${last}, ${failed}.`;
}
