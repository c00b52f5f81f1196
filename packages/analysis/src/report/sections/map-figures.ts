import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import type { Factor } from "../../hyperparameters/design.ts";
import { fraction, number, whole, word } from "../../results/columns.ts";
import type { ResultColumn } from "../../results/result.ts";
import { chart, extent, isNarrow, type LegendItem } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import { CLIPPED, colorRamp } from "../color-ramp.ts";
import type { Figure } from "../figure.ts";
import { category, sequence } from "../palette.ts";
import { idFor, modelAnchor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import { mapNeighbours, nearAndAll } from "./map-neighbours.ts";
import type { MapSurvey } from "./map-survey.ts";
import { cloudMark } from "./point-clouds.ts";

/** Most rows of a table of points. */
const ROWS = 100;
/** In so many rounds points are drawn, so that no value covers all others. */
const ROUNDS = 8;
/** A hyperparameter with more values is drawn as a scale. */
export const MOST_LEVELS = 8;

interface Place {
  id: number;
  x: number;
  y: number;
  acc: number;
  split: string;
}

export function placesOf({ embedding, mapped, accuracy }: MapSurvey): Place[] {
  const points = embedding.umap?.points ?? new Float32Array();
  return mapped.map(({ id, split }, i) => ({ id, split, x: points[2 * i], y: points[2 * i + 1], acc: accuracy[i] }));
}

const command = ({ from }: MapSurvey): string => `zoo-analysis embed ${from.folder} --preset umap --points 1000`;

/** Both axes around all places, without ticks: coordinates of such a map mean nothing. */
const frame = (places: readonly Place[]) => ({
  x: { ...room(extent(places.map(({ x }) => x))), label: "UMAP, first coordinate", ticks: [] },
  y: { ...room(extent(places.map(({ y }) => y))), label: "UMAP, second coordinate", ticks: [] },
});

const room = ([low, high]: [number, number]): { type: "linear"; domain: [number, number] } => ({
  type: "linear",
  domain: [low - (high - low) / 25, high + (high - low) / 25],
});

const FRAME = { stroke: "currentColor", strokeOpacity: 0.25 };
const margins = { marginLeft: 20, marginBottom: 28 };

/** The models at the last epoch, coloured by test accuracy. */
export function accuracyMap(one: MapSurvey, all: readonly MapSurvey[]): Figure {
  const { from, epoch, embedding, accuracy } = one;
  const places = placesOf(one);
  const ramp = colorRamp(
    all.flatMap((other) => Array.from(other.accuracy)),
    "test accuracy",
    percent,
  );
  const quality = embedding.umap?.quality.trustworthiness ?? Number.NaN;
  const near = nearAndAll(mapNeighbours(embedding.umap?.points ?? new Float32Array()), places.length, (i, j) =>
    Math.abs(accuracy[i] - accuracy[j]),
  );
  const id = idFor(from, "map-accuracy");
  return {
    id,
    row: "map-accuracy",
    title: titleFor(from, `Map of the models at epoch ${epoch}`),
    says: `${count(places.length)} models by UMAP, trustworthiness ${quality.toFixed(3)} of 1; neighbours on the map differ by ${points(near.near)} in test accuracy on average, any two models by ${points(near.all)}.`,
    howToRead: `Points close together are models with similar weights, so colours in patches mean that accuracy shows in the weights;${ramp.clipped ? ` ${CLIPPED};` : ""} distances between far groups, directions and sizes of groups mean nothing.`,
    command: command(one),
    table: placesTable(id, places),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 320 : 440,
        ...margins,
        ...frame(places),
        legend: [ramp.legend],
        marks: [
          Plot.frame(FRAME),
          Plot.dot(places, {
            x: "x",
            y: "y",
            r: places.length > 300 ? 2.5 : 4,
            fill: ({ acc }: Place) => ramp.color(acc),
            title: ({ id: model, acc }: Place) => tip(`model ${model}: ${percent(acc)}`, modelAnchor(from, model)),
          }),
        ],
      }),
  };
}

/** The same map, coloured by one hyperparameter. row: what it stands beside. */
export function factorMap(one: MapSurvey, factor: Factor, row: string): Figure {
  const { from, embedding } = one;
  const { name, levels, codes: at } = factor;
  const places = placesOf(one);
  const neighbours = mapNeighbours(embedding.umap?.points ?? new Float32Array());
  const many = levels.length > MOST_LEVELS;
  const ordered = typeof levels[0] === "number" && levels.length > 2;
  const shade = (i: number): string => (ordered || many ? sequence(i / (levels.length - 1)) : category(i));
  const same = (i: number, j: number): number => Number(at[i] === at[j]);
  const apart = (i: number, j: number): number => Math.abs(at[i] - at[j]) / (levels.length - 1);
  const { near, all } = nearAndAll(neighbours, places.length, many ? apart : same);
  const rows = levels.map((level, l) => {
    const of = nearAndAll(neighbours, places.length, same, (i) => at[i] === l);
    return { level, models: at.filter((i) => i === l).length, ...of };
  });
  const clouds = Array.from({ length: ROUNDS }, (_, round) =>
    levels.map((level, l) => ({
      color: shade(l),
      title: tip(`${name} ${level}: ${count(rows[l].models)} models`),
      points: places.filter((_, i) => at[i] === l && i % ROUNDS === round).map(({ x, y }) => [x, y] as const),
    })),
  ).flat();
  const id = idFor(from, `map-${name.replaceAll("_", "-")}`);
  const legend = many
    ? [{ label: name, from: String(levels[0]), to: String(levels[levels.length - 1]), mark: "ramp" } as const]
    : levels.map((level, l): LegendItem => ({ label: String(level), color: shade(l), mark: "dot" }));
  return {
    id,
    row,
    title: titleFor(from, `The map by ${name}`),
    says: many
      ? `Neighbours on the map are ${percent(near)} of the values of ${name} apart, any two models ${percent(all)}.`
      : `${percent(near)} of the neighbours on the map have the same ${name}; of any two models ${percent(all)} do.`,
    howToRead: `Groups of one colour mean that ${name} shows in the weights; colours mixed everywhere mean that this map cannot tell its values apart.`,
    command: command(one),
    table: {
      name: tableName(id),
      caption: `Neighbours on the map by ${name}.`,
      columns: [
        word(name, "Value of the hyperparameter"),
        whole("models", "On the map"),
        fraction("same", "Of their neighbours, with the same value"),
        fraction("chance", "The same of all other models"),
      ],
      rows: rows.slice(0, ROWS).map((found) => [String(found.level), found.models, found.near, found.all]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 280 : 400,
        ...margins,
        ...frame(places),
        legend,
        marks: [
          Plot.frame(FRAME),
          cloudMark(
            clouds.filter(({ points }) => points.length > 0),
            places.length > 300 ? 4 : places.length > 100 ? 5 : 7,
          ),
        ],
      }),
  };
}

const points = (value: number): string => `${(100 * value).toPrecision(3)} points`;

function placesTable(id: string, places: readonly Place[]): Figure["table"] {
  const n = Math.min(ROWS, places.length);
  const shown = Array.from({ length: n }, (_, i) => places[Math.floor((i * places.length) / n)]);
  const coordinate = (name: string): ResultColumn => number(name, "Coordinate");
  return {
    name: tableName(id),
    caption: n < places.length ? `${n} of the ${count(places.length)} points, evenly spaced by id.` : "The points.",
    columns: [whole("model", "Id"), coordinate("x"), coordinate("y"), fraction("test_acc", "Test accuracy")],
    rows: shown.map(({ id: model, x, y, acc }) => [model, x, y, acc]),
  };
}
