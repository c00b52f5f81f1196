import type { Cell } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import type { HyperparameterEffects, ImportanceByEpoch } from "./analyse.ts";

const share = (name: string, description: string): ResultColumn => ({ ...number(name, description), unit: "fraction" });
const place = [word("metric", "name of the metric"), whole("epoch", "after this epoch")];

/** Rows of several analyses in one table, each with its metric and epoch before it. */
function rowsOf(
  effects: readonly HyperparameterEffects[],
  rows: (effect: HyperparameterEffects) => Cell[][],
): Cell[][] {
  return effects.flatMap((effect) => rows(effect).map((row) => [effect.metric, effect.epoch, ...row]));
}

/** Every term of the analysis of variance. */
export function varianceTable(effects: readonly HyperparameterEffects[]): ResultTable {
  return {
    name: "variance",
    caption: "Analysis of variance.",
    columns: [
      ...place,
      word("term", "main effect, pair, or what is beyond pairs or within combinations"),
      whole("df", "degrees of freedom"),
      number("ss", "sum of squares"),
      share("eta2", "share of the total sum of squares"),
      number("omega2", "the same less what noise adds to it"),
      number("f", "F: mean square, divided by that of the error"),
      number("p", "of F; not corrected for the number of terms"),
    ],
    rows: rowsOf(effects, ({ anova }) =>
      anova.terms.map(({ term, df, ss, eta2, omega2, F, p }) => [term, df, ss, eta2, omega2, F, p]),
    ),
  };
}

/** Hyperparameters by falling importance, then the seed. */
export function importanceTable(effects: readonly HyperparameterEffects[]): ResultTable {
  return {
    name: "importance",
    caption: "Shares of the variance of the models.",
    columns: [
      ...place,
      word("factor", "hyperparameter, or the seed"),
      share("main", "share of its main effect"),
      share("total", "share of all terms that it is in; totals overlap"),
    ],
    rows: rowsOf(effects, ({ anova }) => [
      ...anova.importance.map(({ factor, main, total }): Cell[] => [factor, main, total]),
      ["seed alone", anova.seedShare, anova.seedShare],
    ]),
  };
}

/** The mean of the metric at every level of every factor. */
export function levelTable(effects: readonly HyperparameterEffects[]): ResultTable {
  return {
    name: "main_effects",
    caption: "Means by level.",
    columns: [
      ...place,
      word("factor", "hyperparameter"),
      word("level", "its value"),
      whole("models", "models that have it"),
      number("mean", "mean over them"),
      number("low", "low end of the 95 % interval"),
      number("high", "high end of it"),
      number("effect", "mean less the mean of all models"),
    ],
    rows: rowsOf(effects, ({ levels }) =>
      levels.map(({ factor, level, models, mean, low, high, effect }) => [
        factor,
        String(level),
        models,
        mean,
        low,
        high,
        effect,
      ]),
    ),
    long: effects.every(({ levels }) => levels.length === 0),
  };
}

/** The mean of the metric at every pair of levels of every pair of factors. */
export function pairTable(effects: readonly HyperparameterEffects[]): ResultTable {
  return {
    name: "pair_effects",
    caption: "Means by pair of levels.",
    columns: [
      ...place,
      word("factor_a", "hyperparameter"),
      word("level_a", "its value"),
      word("factor_b", "the other one"),
      word("level_b", "its value"),
      whole("models", "models that have both"),
      number("mean", "mean over them"),
      number("interaction", "mean less the mean of all models and both effects"),
    ],
    rows: rowsOf(effects, ({ pairs }) =>
      pairs.map(({ factors: [a, b], levels: [i, j], models, mean, interaction }) => [
        a,
        String(i),
        b,
        String(j),
        models,
        mean,
        interaction,
      ]),
    ),
    long: true,
  };
}

/** The metric over everything but the seed: every combination, by falling mean; of the first one's factors. */
export function combinationTable(effects: readonly HyperparameterEffects[], most = Infinity): ResultTable {
  const factors = effects[0]?.design.factors ?? [];
  const some = most === Infinity ? "combinations" : "best_combinations";
  return {
    name: some,
    caption:
      most === Infinity ? "Combinations of hyperparameters by falling mean." : "Best combinations of hyperparameters.",
    columns: [
      ...place,
      ...factors.map(({ name }) => word(name, "hyperparameter")),
      whole("models", "models that have it, of several seeds"),
      number("mean", "mean over them"),
      number("low", "low end of the 95 % interval, by Student's t from these models"),
      number("high", "high end of it"),
      number("std", "standard deviation over them, with n - 1"),
      number("min", "least of them"),
      number("max", "greatest of them"),
    ],
    rows: rowsOf(
      effects.filter(
        ({ design }) => design.factors.map(({ name }) => name).join() === factors.map(({ name }) => name).join(),
      ),
      ({ combinations }) =>
        combinations
          .slice(0, most)
          .map(({ levels, models, mean, low, high, std, min, max }) => [
            ...levels.map(String),
            models,
            mean,
            low,
            high,
            std,
            min,
            max,
          ]),
    ),
    long: most === Infinity,
  };
}

/** Importance at every epoch, a row for each factor and epoch. */
export function importanceByEpochTable(courses: readonly ImportanceByEpoch[]): ResultTable {
  return {
    name: "importance_by_epoch",
    caption: "Shares of the variance of the models by epoch.",
    columns: [
      ...place,
      word("factor", "hyperparameter, or the seed"),
      share("main", "share of its main effect"),
      share("total", "share of all terms that it is in"),
    ],
    rows: courses.flatMap(({ metric, epochs, factors, main, total, seed }) =>
      epochs.flatMap((epoch, e) => [
        ...factors.map((factor, f): Cell[] => {
          const at = e * factors.length + f;
          return [metric, epoch, factor, main[at], total[at]];
        }),
        [metric, epoch, "seed alone", seed[e], seed[e]],
      ]),
    ),
    long: true,
  };
}
