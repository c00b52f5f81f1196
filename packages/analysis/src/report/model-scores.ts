import type { ModelRow } from "@zoo/format";
import type { TrainingCourse } from "../performance/training-course.ts";
import { evenSample } from "../statistics/samples.ts";
import type { MeasuredZoo } from "./measured-zoo.ts";
import { type Oddness, oddness } from "./odd-models.ts";

/** A model with what it scored, and how odd that is. */
export interface ScoredModel {
  model: ModelRow;
  course: TrainingCourse;
  /** Of test, after the last epoch. */
  loss: number;
  odd: Oddness;
}

/** A model that is worth a look. */
export interface NamedModel {
  rank: "best" | "odd";
  scored: ScoredModel;
}

/** Models in the table, and points in a figure; a larger zoo shows so many of them. */
export const MOST_MODELS = 2000;
/** Best ones, and odd ones. */
export const NAMED = 5;

/** Every model of a zoo, by id. */
export function scoredModels({ from, table, last, performance: { courses } }: MeasuredZoo): ScoredModel[] {
  const { models } = from.analysis.selection;
  const losses = models.map(({ id }) => table.value(id, last, "test_loss"));
  const odd = oddness(
    {
      "test accuracy": Float64Array.from(courses, ({ lastTest }) => lastTest),
      "test loss": Float64Array.from(losses, Math.log),
      "generalisation gap": Float64Array.from(courses, ({ lastGgap }) => lastGgap),
      "best epoch": Float64Array.from(courses, ({ bestEpoch }) => bestEpoch),
    },
    models.length,
  );
  return models.map((model, m) => ({ model, course: courses[m], loss: losses[m], odd: odd[m] }));
}

/** Those that a table can hold, evenly spaced by id. */
export const shownModels = (scored: readonly ScoredModel[]): ScoredModel[] => evenSample(scored, MOST_MODELS);

const byId = (a: ScoredModel, b: ScoredModel): number => a.model.id - b.model.id;

/** These and those, each once, by id. */
export const together = (...lists: readonly ScoredModel[][]): ScoredModel[] => [...new Set(lists.flat())].sort(byId);

/** The oddest, the oddest first. */
export const oddestOf = (scored: readonly ScoredModel[]): ScoredModel[] =>
  scored
    .filter(({ odd }) => odd.score !== 0)
    .sort((a, b) => Math.abs(b.odd.score) - Math.abs(a.odd.score) || byId(a, b))
    .slice(0, NAMED);

/** The best after the last epoch, then the oddest. */
export function namedModels(scored: readonly ScoredModel[]): NamedModel[] {
  const best = [...scored].sort((a, b) => b.course.lastTest - a.course.lastTest || byId(a, b)).slice(0, NAMED);
  return [
    ...best.map((one): NamedModel => ({ rank: "best", scored: one })),
    ...oddestOf(scored).map((one): NamedModel => ({ rank: "odd", scored: one })),
  ];
}
