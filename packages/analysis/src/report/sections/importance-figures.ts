import * as Plot from "@observablehq/plot";
import { percent } from "@zoo/cli";
import { importanceByEpochTable, importanceTable } from "../../hyperparameters/effect-tables.ts";
import { chart, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { ZooEffects } from "./zoo-effects.ts";

const SEED = "seed alone";
const command = ({ from }: ZooEffects): string => `zoo-analysis hyperparameters ${from.folder}`;

/** Shares of the variance of final test accuracy: of each hyperparameter, alone and with all it is in, and of the seed. */
export function importanceFigure(one: ZooEffects): Figure {
  const { from, effects } = one;
  const { importance, seedShare } = effects.anova;
  const rows = [
    ...importance.map(({ factor, main, total }) => ({ name: factor, main, total, color: category(0) })),
    ...(Number.isNaN(seedShare) ? [] : [{ name: SEED, main: seedShare, total: seedShare, color: category(1) }]),
  ];
  const id = idFor(from, "importance");
  const [first] = importance;
  return {
    id,
    row: "importance",
    title: titleFor(from, "Importance of the hyperparameters"),
    says: `Most important: ${first.factor}, with ${percent(first.main)} of the variance of final test accuracy alone and ${percent(first.total)} with its interactions.`,
    howToRead:
      "The full bar is what a hyperparameter explains alone, the pale one what it explains with all interactions that it is in; pale bars overlap and may add up to more than 100 %.",
    command: command(one),
    table: { ...importanceTable([effects]), name: tableName(id) },
    draw: (width) =>
      chart({
        width,
        height: 50 + 30 * rows.length,
        marginTop: 8,
        marginLeft: 100,
        x: {
          domain: percents([0, Math.max(...rows.map(({ main, total }) => Math.max(main, total)), 0.01)]),
          percent: true,
          label: "share of variance (%)",
          grid: true,
        },
        y: { label: null, domain: rows.map(({ name }) => name) },
        legend: [
          { label: "alone", color: category(0), mark: "line" },
          { label: "with interactions", color: category(0), mark: "band" },
          ...(Number.isNaN(seedShare) ? [] : [{ label: SEED, color: category(1), mark: "line" as const }]),
        ],
        marks: [
          Plot.barX(rows, {
            x: "total",
            y: "name",
            fill: "color",
            fillOpacity: 0.3,
            insetTop: 4,
            insetBottom: 4,
            title: ({ name, main, total }) =>
              tip(`${name}: ${percent(main)} alone, ${percent(total)} with interactions`),
          }),
          Plot.barX(rows, {
            x: "main",
            y: "name",
            fill: "color",
            insetTop: 8,
            insetBottom: 8,
            title: ({ name, main }) => tip(`${name}: ${percent(main)} alone`),
          }),
          Plot.ruleX([0]),
        ],
      }),
  };
}

/** The same shares, alone, epoch by epoch. */
export function importanceOverEpochsFigure(one: ZooEffects): Figure | null {
  const { from, course } = one;
  if (course === null) return null;
  const { epochs, factors, main, seed } = course;
  const color = (f: number): string => (f === factors.length ? category(6) : category(f));
  const rows = epochs.flatMap((epoch, e) =>
    [...factors, SEED].map((name, f) => ({
      epoch,
      name,
      share: f === factors.length ? seed[e] : main[e * factors.length + f],
      color: color(f),
    })),
  );
  const drawn = rows.filter(({ share }) => Number.isFinite(share));
  const names = [...factors, SEED].filter((name) => drawn.some((row) => row.name === name));
  const leader = (epoch: number): string =>
    drawn.filter((row) => row.epoch === epoch).reduce((a, b) => (b.share > a.share ? b : a)).name;
  const [first, last] = [drawn[0].epoch, drawn[drawn.length - 1].epoch];
  const id = idFor(from, "importance-over-epochs");
  return {
    id,
    row: "importance-over-epochs",
    title: titleFor(from, "Importance over epochs"),
    says: `The largest share is that of ${leader(first)} at epoch ${first} and that of ${leader(last)} at epoch ${last}.`,
    howToRead:
      "A line is the share of the variance of test accuracy after an epoch that a hyperparameter explains alone; what all lines leave to 100 % is interactions.",
    command: command(one),
    table: { ...importanceByEpochTable([course]), name: tableName(id) },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 320,
        x: { label: "epoch" },
        y: {
          domain: percents([0, Math.max(0.01, ...drawn.map(({ share }) => share))]),
          nice: true,
          percent: true,
          label: "share of variance (%)",
          grid: true,
        },
        legend: names.map((label) => ({
          label,
          color: color(label === SEED ? factors.length : factors.indexOf(label)),
          mark: label === SEED ? "dash" : "line",
        })),
        marks: [
          Plot.lineY(drawn, {
            filter: ({ name }: { name: string }) => name !== SEED,
            x: "epoch",
            y: "share",
            z: "name",
            stroke: "color",
            strokeWidth: 2.25,
          }),
          Plot.lineY(drawn, {
            filter: ({ name }: { name: string }) => name === SEED,
            x: "epoch",
            y: "share",
            stroke: "color",
            strokeWidth: 2,
            strokeDasharray: "4 3",
          }),
          Plot.dot(drawn, {
            x: "epoch",
            y: "share",
            r: 5,
            fill: "color",
            fillOpacity: 0,
            title: ({ name, epoch, share }) => tip(`${name}, epoch ${epoch}: ${percent(share)}`),
          }),
        ],
      }),
  };
}
