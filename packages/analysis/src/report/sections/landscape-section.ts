import { count, percent } from "@zoo/cli";
import type { Section } from "../figure.ts";
import { literal } from "../prose.ts";
import type { ReportContext, ReportZoo } from "../report-context.ts";
import { densityFigure, eigenvaluesFigure } from "./curvature-figures.ts";
import { asked, DENSITY, type LandscapeSurvey, surveyLandscape } from "./landscape-survey.ts";
import { linesFigure, pathFigure } from "./path-figures.ts";
import { planeFigure, trajectoryFigure } from "./plane-figures.ts";

/** The loss around and between the best, the median and the worst model. */
export async function landscapeSection({ zoos, signal }: ReportContext): Promise<Section> {
  const surveys: LandscapeSurvey[] = [];
  const without: string[] = [];
  for (const from of zoos) {
    signal.throwIfAborted();
    const found = await surveyLandscape(from, signal);
    if (typeof found === "string") without.push(`${nameOf(from, zoos)} has no landscape here: ${found}.`);
    else surveys.push(found);
  }
  const planes = surveys.map(({ plane }) => plane).filter((found) => found !== null);
  const ways = surveys.map(({ trajectory }) => trajectory).filter((found) => found !== null);
  const pairs = Array.from({ length: Math.max(0, ...surveys.map(({ pairs }) => pairs.length)) }, (_, p) =>
    surveys.flatMap((one) => (p < one.pairs.length ? [pathFigure(one, one.pairs[p], surveys)] : [])),
  );
  return {
    id: "landscape",
    title: "Loss landscape",
    paragraphs: [
      ...surveys.map((one) => about(one, zoos)),
      ...surveys.flatMap((one) => missing(one, zoos)),
      ...without,
    ],
    figures: [
      ...surveys.map((one) => eigenvaluesFigure(one, surveys)),
      ...surveys.map((one) => densityFigure(one, surveys)),
      ...surveys.map((one) => linesFigure(one, surveys)),
      ...pairs.flat(),
      ...surveys.flatMap((one) => (one.plane === null ? [] : [planeFigure(one, one.plane, planes)])),
      ...surveys.flatMap((one) => (one.trajectory === null ? [] : [trajectoryFigure(one, one.trajectory, ways)])),
    ],
    definitions: surveys.length === 0 ? [] : [...surveys.flatMap((one) => sampled(one, zoos)), ...method],
  };
}

const nameOf = ({ name }: ReportZoo, zoos: readonly ReportZoo[]): string =>
  zoos.length === 1 ? "The zoo" : literal(name);

function about({ from, models, epoch, activation, among }: LandscapeSurvey, zoos: readonly ReportZoo[]): string {
  const who = models.map(
    ({ role, row, acc }) => `${role === "only" ? "the only one" : `the ${role}`}, model ${row.id} (${percent(acc)})`,
  );
  const list = who.length === 1 ? who[0] : `${who.slice(0, -1).join(", ")} and ${who[who.length - 1]}`;
  const all = among === from.analysis.selection.models.length;
  const which = all ? "" : ` of the ${count(among)} with activation \`${activation}\`, which the best model of all has`;
  return `${zoos.length === 1 ? "" : `${literal(from.name)}: `}The loss as a function of the weights, around and between some models at epoch ${epoch}: ${list}${which}.`;
}

function missing({ from, pairs, plane, trajectory }: LandscapeSurvey, zoos: readonly ReportZoo[]): string[] {
  const said: string[] = [];
  if (pairs.length === 0)
    said.push("has one model of this kind alone, so that there are no paths and no plane between models");
  else if (plane === null)
    said.push("has no three models of this kind that are not on a line, so that there is no plane through them");
  if (trajectory === null)
    said.push("has no three stored epochs of that model that are not on a line, so that there is no plane of its way");
  return said.map((text) => `${nameOf(from, zoos)} ${text}.`);
}

function sampled({ from, models, among, epoch, probe }: LandscapeSurvey, zoos: readonly ReportZoo[]): string[] {
  const name = zoos.length === 1 ? "" : `${literal(from.name)}: `;
  return [
    `${name}Models: ${models.map(({ row }) => row.id).join(", ")}, best, median (of an even number the lower one) and worst test accuracy at epoch ${epoch} of ${count(among)} with one activation.`,
    `${name}${probe.definition} Loss: mean negative log-likelihood of these, without dropout and weight decay; more images are another landscape.`,
  ];
}

const method = [
  `Eigenvalues: the ${asked.top} largest by sign and the least, by Lanczos with full reorthogonalisation, at most ${asked.lanczosSteps} products; bars are residual bound and rounding noise, and wide ones are of values that have not converged.`,
  `Spectral density: Lanczos quadrature, ${DENSITY.probes} random starts of ${DENSITY.steps} steps, Gaussians of ${100 * DENSITY.share} % of the range of the nodes.`,
  `Slices: ${asked.positions} positions along a direction of normal numbers, each filter scaled to the length of the network's, biases kept (Li et al. 2018).`,
  `Paths: ${asked.positions} positions; aligned: the second network moved to its equivalent nearest to the first; Bezier: quadratic, its bend trained by ${asked.bezierSteps} steps of Adam on these images; more steps find lower paths.`,
  `Planes: ${asked.grid} by ${asked.grid} positions, contours between them by linear interpolation; the trajectory's axes are the first two principal components of the stored states, with the last one at 0, 0.`,
];
