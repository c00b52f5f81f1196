import { count, plural } from "@zoo/cli";
import { designOf } from "../../hyperparameters/design.ts";
import { embeddingDefinitions } from "../../maps/embedding-definitions.ts";
import { umapPresets } from "../../maps/umap-presets.ts";
import type { Figure, Section } from "../figure.ts";
import { literal } from "../prose.ts";
import type { ReportContext } from "../report-context.ts";
import { jointMapFigure } from "./joint-map-figure.ts";
import { accuracyMap, factorMap } from "./map-figures.ts";
import { MAP_NEIGHBOURS } from "./map-neighbours.ts";
import { FAR, hasMap, type MapSurvey, surveyMaps } from "./map-survey.ts";
import { spectrumFigure } from "./spectrum-figure.ts";

/** In how many directions models differ, which are alike, and how they moved. */
export async function mapsSection({ zoos, signal }: ReportContext): Promise<Section> {
  const surveys: MapSurvey[] = [];
  for (const from of zoos) {
    signal.throwIfAborted();
    surveys.push(await surveyMaps(from, signal));
  }
  const mapped = surveys.filter(hasMap);
  const joints = surveys.flatMap(({ joint }) => (joint === null ? [] : [joint]));
  const figures = [
    ...surveys.map((one) => spectrumFigure(one, surveys)),
    ...mapped.map((one) => accuracyMap(one, mapped)),
    ...factorMaps(mapped),
    ...surveys.map(({ from, joint }) => (joint === null ? null : jointMapFigure(from, joint, joints))),
  ];
  return {
    id: "maps",
    title: "Maps of weight space",
    paragraphs: [
      "The weights of a model are a point in a space with as many dimensions as it has weights. These figures show how the points lie: along how many directions they spread, which are close together, and how training moved them.",
      ...surveys.flatMap((one) => missing(one, zoos.length > 1)),
    ],
    figures: figures.filter((figure): figure is Figure => figure !== null),
    definitions: [
      ...surveys.flatMap((one) => definitionsOf(one, zoos.length > 1)),
      `Neighbours on a map: the ${MAP_NEIGHBOURS} nearest models on the drawing itself, as its readers see it, not in weight space.`,
    ],
  };
}

/** Maps by every hyperparameter that varies; with several zoos the same one side by side. */
function factorMaps(surveys: readonly MapSurvey[]): Figure[] {
  const varied = surveys.map((one) => ({ one, factors: designOf(one.mapped).factors }));
  const names = [...new Set(varied.flatMap(({ factors }) => factors.map(({ name }) => name)))];
  return names.flatMap((name) =>
    varied.flatMap(({ one, factors }) =>
      factors
        .filter((factor) => factor.name === name)
        .map((factor) => factorMap(one, factor, one.from.key === "" ? "map-factors" : `map-${name}`)),
    ),
  );
}

/** Why a zoo has fewer figures than others. */
function missing({ from, embedding, mapped, epoch, joint }: MapSurvey, several: boolean): string[] {
  const name = several ? `${literal(from.name)}: ` : "";
  const said: string[] = [];
  if (mapped.length === 1) said.push(`${name}one model has no spectrum and no map of models.`);
  else if (!(embedding.pca.totalVariance > 0)) {
    said.push(`${name}all models have the same weights at epoch ${epoch}, so that there is no spectrum and no map.`);
  } else if (mapped.length < 4) said.push(`${name}a map needs at least 4 models; here are ${mapped.length}.`);
  if (joint === null) said.push(`${name}with one stored epoch there are no paths.`);
  else if (!joint.points.every(Number.isFinite)) {
    said.push(`${name}no model moved and all are the same, so that there are no paths.`);
  }
  return said.map((text) => `${text[0].toUpperCase()}${text.slice(1)}`);
}

function definitionsOf({ from, embedding, epoch, joint, mapped }: MapSurvey, several: boolean): string[] {
  const { selection } = from.analysis;
  const last = { ...selection, epochs: [epoch] };
  const layout = { standardise: false, umap: umapPresets.umap, start: "pca" } as const;
  const lines = embeddingDefinitions(last, embedding, layout, false);
  const total = selection.models.length;
  if (mapped.length < total) {
    lines.push(`The map shows ${count(mapped.length)} of ${count(total)} models, a sample by the seed.`);
  }
  if (joint !== null) {
    const { models, epochs, embedding: states, far } = joint;
    const all = models.length === total;
    lines.push(
      `Paths: ${all ? `all ${total}` : `a sample by the seed of ${models.length} of ${count(total)}`} models at ${epochs.length} epochs, in a principal component analysis of their ${count(models.length * epochs.length)} states alone, not scaled${all ? "" : "; the command analyses the states of all models, so that its plane is another"}; ${states.pca.method === "exact" ? "by singular values" : "from a random Krylov subspace"}.${far === 0 ? "" : ` ${plural(far, "model")} of the sample with weights more than ${FAR} times as long as the median are left out.`}`,
    );
  }
  return several ? lines.map((line) => `${literal(from.name)}: ${line}`) : lines;
}
